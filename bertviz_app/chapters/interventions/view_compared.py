"""Interventions for two: each side without what is switched off in it, and what each answer gains."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.chapters.interventions import measures
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import NoMaskToken
from bertviz_app.records.interventions import Intervention
from bertviz_app.workspace import session
from bertviz_app.workspace.compared_predictions import compare_predictions, matched_by_place
from bertviz_app.workspace.predictions import asked_of, nothing
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.switches import choose_switched_off

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


def without_what_is_off(subject: Subject) -> Subject:
    """The same input, read by the model without what this page has switched off."""

    def off() -> Intervention:
        info = subject.model.info
        return session.now().switched_off(info.n_heads).within(info)

    return replace(subject, off=off)


def compared(page: Page) -> None:
    """Every prediction of both, before and after what is switched off in each; the difference is that of what is left."""
    with page.fold("Switched off in the original"):
        choose_switched_off(page.model.info, Choice.HEADS_OFF, Choice.LAYERS_OFF)

    def draw(subject: Subject, theme: Theme) -> Picture:
        whole = replace(subject, off=Intervention)
        before, after = (asked_of(one, one.encoding) for one in (whole, subject))
        if not before:
            raise NoMaskToken(nothing(subject))
        changes = [measures.change(a, b, subject.model.reader.token) for a, b in zip(before, after, strict=True)]
        said = measures.notice(changes, subject.switched_off, subject.model.info.n_heads)
        return Picture(measures.changes_figure(changes, theme), said, measures.columns(changes), "Bars, before and after")

    compare_predictions(page, draw, matched_by_place, name="switched-off")
    with page.fold("How it is computed"):
        st.markdown(page.model.info.special.spelled(measures.METHOD))
