"""Logit lens: what each layer would say, if it were the last."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from bertviz_app.chapters.logit_lens import measures, neurons
from bertviz_app.chapters.logit_lens.view_compared import show_compared
from bertviz_app.chapters.logit_lens.view_layers import Look, choose_token, every_token, one_token, strongest_neurons
from bertviz_app.workspace import choices
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.untrained import suggest_instead

VIEWS: Mapping[str, Callable[[Page, Subject, Look], None]] = {
    "Every token": every_token,
    "One token": one_token,
    "Neurons": strongest_neurons,
}


def show(page: Page) -> None:
    """The whole page, below its title."""
    can_say = page.model.info.fills_blanks
    page.sentence()
    if not can_say:
        suggest_instead(page, page.subject, "masked_words")
        st.caption(neurons.WITHOUT_WORDS)
    strip, tools = st.container(), page.controls
    with tools:
        view = choices.view(Choice.LENS_VIEW, list(VIEWS)) if can_say else "Neurons"
    look = choose_token(page, page.subject, strip, tools)
    if page.variant and view != "Neurons":
        show_compared(page, Both(page.subject, page.variant), look)
        return
    VIEWS[view](page, page.subject, look)
    with page.fold("How it is computed"):
        st.markdown(neurons.METHOD if view == "Neurons" else measures.METHOD)
