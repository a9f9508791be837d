"""Attention summed up: one map of the tokens in the place of one for each head."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from bertviz_app.chapters.attention_summed_up import methods, snippet
from bertviz_app.chapters.attention_summed_up.view_compared import show_compared
from bertviz_app.chapters.attention_summed_up.view_maps import (
    Summed,
    agreement,
    one_map,
    one_token,
    side_by_side,
    summed_up,
)
from bertviz_app.workspace import choices
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice

VIEWS: Mapping[str, Callable[[Page, Summed], snippet.Table]] = {
    "Side by side": side_by_side,
    "One map": one_map,
    "One token": one_token,
    "Agreement": agreement,
}


def show(page: Page) -> None:
    """The whole page, below its title."""
    page.sentence(pair=True)
    with page.controls:
        view = choices.view(Choice.SUMMED_VIEW, list(VIEWS))
    if page.variant:
        show_compared(page, page.subject, page.variant)
        return
    summed = summed_up(page, page.subject)
    table = VIEWS[view](page, summed)
    with page.fold("How it is computed"):
        st.markdown(page.model.info.special.spelled(methods.METHOD))
    page.python(
        snippet.python_code(page.subject.info, page.subject.encoding, summed.methods, table, whole=summed.shown.are_words)
    )
