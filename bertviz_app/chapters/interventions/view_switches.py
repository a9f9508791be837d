"""The interactive parts of Interventions: what is switched off, and every prediction before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
import streamlit as st

from bertviz_app.chapters.interventions import measures, snippet
from bertviz_app.drawing.colors import Theme
from bertviz_app.records.forward import ForwardPass
from bertviz_app.records.interventions import Intervention
from bertviz_app.workspace import session
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.predictions import asked_of, nothing, predictions, words
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.switches import choose_switched_off

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page


def switch_off(page: Page, subject: Subject) -> None:
    """Heads and layers to switch off, and what that does to each prediction."""
    encoding = words(page, subject)
    before = asked_of(subject, encoding)
    what = _chosen(subject)
    if not before:
        page.notice(nothing(subject))
        return
    forward = subject.run(encoding)
    changes = once(_changes, subject.model, forward, what)
    said = measures.notice(changes, what, subject.model.info.n_heads)
    page.show(
        once(_figure, subject.model, forward, what, page.theme),
        name="switched-off",
        alt="Bars, before and after",
        notice=said,
    )
    n_drawn = len(measures.drawn(changes))
    if n_drawn < len(changes):
        which = ", those that change most" if what else ""
        st.caption(f"Showing {n_drawn} of {len(changes)} predictions{which}; the table below has all of them.")
    with page.fold("Table"):
        page.table(measures.columns(changes), name="switched-off")
    with page.fold("How it is computed"):
        st.markdown(subject.model.info.special.spelled(measures.METHOD))
    page.python(snippet.changes_code(subject.info, encoding, what, list(zip(before, changes, strict=True))))


def _chosen(subject: Subject) -> Intervention:
    """What is switched off: any heads, any layers."""
    choose_switched_off(subject.model.info, Choice.HEADS_OFF, Choice.LAYERS_OFF)
    return session.now().switched_off(subject.model.info.n_heads)


def _changes(model: Model, forward: ForwardPass, what: Intervention) -> list[measures.Change]:
    from bertviz_app.engine.intervened import intervened

    before = after = predictions(model, forward.encoding, forward)
    if what:
        (state,) = intervened(model, forward.encoding, [what])
        after = predictions(model, forward.encoding, state)
    return [measures.change(one, other, model.reader.token) for one, other in zip(before, after, strict=True)]


def _figure(model: Model, forward: ForwardPass, what: Intervention, theme: Theme) -> go.Figure:
    return measures.changes_figure(once(_changes, model, forward, what), theme)
