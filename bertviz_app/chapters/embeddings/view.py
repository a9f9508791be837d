"""Embeddings: where the tokens lie, as vectors, layer by layer."""

from __future__ import annotations

import streamlit as st

from bertviz_app.analysis import similarity
from bertviz_app.chapters.embeddings import measures, neighbours, snippet
from bertviz_app.chapters.embeddings.view_compared import show_compared
from bertviz_app.chapters.embeddings.view_comparison import neighbours_view, sentences_view, similarity_view
from bertviz_app.workspace import choices
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

VIEWS = ("Tokens in 2-D", "3-D", "Over the layers", "Several sentences", "Similarity", "Neighbours")
AT_A_LAYER = (VIEWS[0], VIEWS[1], VIEWS[4])


def points_view(page: Page, subject: Subject, state: int, *, in_space: bool) -> None:
    """The tokens at one layer, as points in the plane or in space."""
    projection, figure = once(measures.points_picture, subject.forward, state, page.theme, in_space)
    n_axes = 3 if in_space else 2
    said = measures.points_notice(projection, subject.forward, state, n_axes=n_axes)
    alt = "Scatter plot of the tokens’ vectors after principal component analysis"
    page.show(figure, name="embeddings", alt=alt, notice=said)
    with page.fold("Table"):
        page.table(measures.points_columns(projection, subject.encoding.tokens), name="embeddings")
    page.python(snippet.python_code(subject.info, subject.encoding, state=state, n_components=3))


def layers_view(page: Page, subject: Subject) -> None:
    """The tokens on their way through the layers."""
    alt = "Scatter plot of the tokens, animated over the layers"
    page.show(
        once(measures.layers_figure, subject.forward, page.theme),
        name="layers",
        alt=alt,
        notice=measures.travel_notice(subject.forward),
    )
    with page.fold("Table"):
        page.table(measures.tracks_columns(subject.forward), name="layers")
    page.python(snippet.python_code(subject.info, subject.encoding, state=None))


def show(page: Page) -> None:
    """The whole page, below its title."""
    sentence = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        view = choices.view(Choice.EMBEDDINGS_VIEW, VIEWS)
        state = page.layer(with_embeddings=True) if view in AT_A_LAYER else 0
    if view != VIEWS[3]:  # several sentences have a box of their own
        with sentence:
            page.sentence()
    if page.variant and view in VIEWS[:2]:
        show_compared(page, page.subject, page.variant, state, in_space=view == VIEWS[1])
        return
    if view in VIEWS[:2]:
        points_view(page, page.subject, state, in_space=view == VIEWS[1])
    elif view == VIEWS[4]:
        similarity_view(page, page.subject, state)
    else:
        {VIEWS[2]: layers_view, VIEWS[3]: sentences_view, VIEWS[5]: neighbours_view}[view](page, page.subject)
    with page.fold("How it is computed"):
        st.markdown({VIEWS[4]: similarity.METHOD, VIEWS[5]: neighbours.METHOD}.get(view, measures.METHOD))
