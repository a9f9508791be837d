"""Words in context: one word in many sentences, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from bertviz_app.chapters.words_in_context import contextuality
from bertviz_app.chapters.words_in_context.measures import Places
from bertviz_app.chapters.words_in_context.view_compared import show_compared
from bertviz_app.chapters.words_in_context.view_contexts import (
    WordSearch,
    ask,
    layers_view,
    map_view,
    matrix_view,
    places_of,
)
from bertviz_app.workspace import choices
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

VIEWS: Mapping[str, Callable[[Page, Subject, WordSearch, Places], None]] = {
    "Map": map_view,
    "Similarity": matrix_view,
    "Over the layers": layers_view,
}


def show(page: Page) -> None:
    """The whole page, below its title."""
    asked = ask(page, page.subject)
    with page.controls:
        page.compare_button()
    page.choose_variant()
    places = places_of(page, page.subject, asked)
    if places is not None:
        with page.controls:
            view = choices.view(Choice.CONTEXTS_VIEW, list(VIEWS))
        if page.variant and view != "Over the layers":
            show_compared(page, Both(page.subject, page.variant), asked, as_map=view == "Map")
        else:
            VIEWS[view](page, page.subject, asked, places)
    with page.fold("How it is computed"):
        st.markdown(page.model.info.special.spelled(contextuality.METHOD))
