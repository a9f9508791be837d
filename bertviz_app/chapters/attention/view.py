"""Attention: how much each token looks at each other token."""

from __future__ import annotations

import streamlit as st

from bertviz_app.chapters.attention import figures, measures, snippet
from bertviz_app.chapters.attention.thumbnails import heads_columns, thumbnails
from bertviz_app.chapters.attention.view_compared import show_compared
from bertviz_app.chapters.attention.view_explorer import ExplorerRequest, explore, open_heads
from bertviz_app.chapters.attention.view_heads import (
    EXPLORER,
    HEAD_VIEW,
    ONE,
    choose_head,
    choose_token,
    choose_view,
    show_bertviz,
)
from bertviz_app.drawing.components.explorer import NEURONS
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.subject import Subject


def explorer(page: Page, subject: Subject, mode: str) -> None:
    """All heads as thumbnails, and the opened one as lines, as a matrix, or as what its weights are made of."""
    layer, head, reading = choose_head(page, subject)
    heads = open_heads(subject.model, (layer, head), mode)
    weights = measures.read_head(subject.forward, layer, head, reading)
    sentence = measures.head_sentence(subject.forward, weights, reading)
    page.notice(sentence)
    explore(page, subject, ExplorerRequest(heads, reading, mode, sentence, tuple(page.caption)))
    with page.fold("Table"):
        page.table(heads_columns(subject.forward, once(thumbnails, subject.forward, reading)), name="heads")
    with page.fold("How it is computed"):
        st.markdown(subject.model.info.special.spelled(measures.METHOD))
    page.python(snippet.explorer_code(subject.info, subject.encoding, reading, (layer, head) if mode == NEURONS else None))


def one_head(page: Page, subject: Subject) -> None:
    """One head as a heatmap, or one token of it as bars."""
    layer, head, reading = choose_head(page, subject)
    weights, position = measures.read_head(subject.forward, layer, head, reading), choose_token(page, subject)
    if position is None:
        sentence = measures.head_sentence(subject.forward, weights, reading)
        page.show(figures.head_figure(weights, page.theme), name="head", alt="Heatmap", notice=sentence)
    else:
        sentence = measures.token_sentence(weights, position)
        if max(weights.row_of[position], weights.column_of[position]) >= 0:
            page.show(figures.token_figure(weights, position, page.theme), name="head_token", alt="Bars", notice=sentence)
        else:
            page.notice(sentence)
    with page.fold("Table"):
        page.table(figures.head_columns(weights), name="head")
    with page.fold("How it is computed"):
        st.markdown(subject.model.info.special.spelled(measures.METHOD))
    page.python(snippet.head_code(subject.info, subject.encoding, (layer, head), reading))


def show(page: Page) -> None:
    """The whole page, below its title."""
    page.sentence(pair=True)
    view, mode = choose_view(page.subject, drawn_alone=page.variant is None)
    if page.variant and view in (EXPLORER, ONE):
        show_compared(page, page.subject, page.variant, view)
    elif view == EXPLORER:
        explorer(page, page.subject, mode)
    elif view == ONE:
        one_head(page, page.subject)
    elif show_bertviz(page, page.subject, name := "head_view" if view == HEAD_VIEW else "model_view"):
        page.python(snippet.bertviz_code(page.subject.info, page.subject.encoding, name))
