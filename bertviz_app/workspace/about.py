"""What a classifier is about, as the visitor says: a choice on the page, kept in the address and true on all pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import classes
from bertviz_app.families.tasks import SUBJECTS
from bertviz_app.records.model_info import ModelInfo
from bertviz_app.workspace import session
from bertviz_app.workspace.address import ABOUT
from bertviz_app.workspace.markup import plain

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


def as_visitor_says(model: Model) -> Model:
    """The model, with its classifier about what the visitor, or the link that they came by, says of it."""
    said = _said()
    if said and model.info.classifier:
        from bertviz_app.engine.subjects import read_as  # imports torch, which is there once a model is

        st.query_params[ABOUT] = said
        return read_as(model, said, told_by="visitor")
    st.query_params.pop(ABOUT, None)
    return model


def choose_subject(info: ModelInfo) -> None:
    """The choice, and below it who says what the classifier is about. Nothing where there is no classifier, or more than one."""
    if not info.classifier:
        return
    box, told, name = session.subject(info.name), session.now().about or {}, session.now().model or ""
    if not box.is_set():
        box.put(info.classifier)
    st.selectbox(
        "This classifier is about", list(SUBJECTS), key=box.name, format_func=lambda subject: SUBJECTS[subject],
        on_change=lambda: session.see(about={**told, name: box.value()}), width=420,
    )  # fmt: skip


def say_whose_labels(info: ModelInfo, task: str, subject: str) -> None:
    """On a page about a subject: that the head which is read there says nothing about it, where that is so."""
    if task != subject:
        st.caption(plain(f"{info.why_not(subject)} Texts are read by these labels here."))


def say_about(info: ModelInfo, task: str) -> None:
    """Who says what a head is about, and what was odd about its labels."""
    if said := classes.about(info.task_heads[task]):
        st.caption(plain(said))


def _said() -> str:
    """What was said of the chosen model; a link's word counts for the model that it opens."""
    told, name = session.now().about, session.now().model or ""
    if told is None:
        asked = st.query_params.get(ABOUT)
        told = {name: asked} if asked in SUBJECTS else {}
        session.see(about=told)
    return told.get(name, "")
