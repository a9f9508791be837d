"""Words in context for two: the same places of a word read by another model, or without a part, and which of them become more alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.analysis import words
from bertviz_app.analysis.similarity import cosine_matrix, similarity_figure
from bertviz_app.chapters.words_in_context import compared, contextuality, figures
from bertviz_app.chapters.words_in_context import measures as lens
from bertviz_app.chapters.words_in_context.snippet import tokens_of
from bertviz_app.chapters.words_in_context.view_contexts import WordSearch
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import state_name
from bertviz_app.drawing.pictures import Picture
from bertviz_app.drawing.plots import label
from bertviz_app.errors import UnsupportedModel
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

OTHER_PLACES = "The two models do not find “{}” at the same places of these sentences, so no place is held against itself."


def show_compared(page: Page, both: Both, asked: WordSearch, *, as_map: bool) -> None:
    """The places at one layer of both, as points or by their cosines, and what each cosine changes by."""
    with page.controls:
        state = page.layer(with_embeddings=True)
    states = {both.original: state, both.variant: both.state(state)}

    def draw(subject: Subject, theme: Theme) -> Picture:
        places, at = _places(subject, asked), states[subject]
        notice = lens.places_notice(asked.word, asked.lines, places, at, None)
        if as_map:
            figure = figures.map_figure(asked.word, asked.lines, places, at, theme)
        else:
            names = lens.place_names(asked.lines, places.of)
            title = f"How alike the places of “{label(asked.word)}” are at {state_name(at)}"
            figure = similarity_figure(cosine_matrix(places.vectors[:, at]), names, theme, title=title, numbered=names)
        return Picture(figure, notice, {}, "Scatter plot" if as_map else "Heatmap")

    def differ() -> Picture:
        places = [_places(subject, asked) for subject in states]
        if not np.array_equal(places[0].of, places[1].of):
            raise UnsupportedModel(OTHER_PLACES.format(asked.word))
        cosines = [
            cosine_matrix(one.vectors[:, at]).astype(np.float64) for one, at in zip(places, states.values(), strict=True)
        ]
        return compared.cosines_picture((cosines[0], cosines[1]), lens.place_names(asked.lines, places[0].of), page.theme)

    page.compare(draw, differ, name="word-places")
    st.caption(compared.METHOD)


def _places(subject: Subject, asked: WordSearch) -> lens.Places:
    """Every layer's vectors of the word in the same lines, as this subject reads them."""
    wanted = subject.model.encode(asked.word)
    encodings = [subject.model.encode(line.text, max_tokens=lens.MAX_TOKENS) for line in asked.lines]
    passes = subject.runs(encodings, f"Reading {len(encodings)} sentences with {subject.model.info.title}")
    found = [words.means(forward.hidden_states, tokens_of(forward.encoding, wanted)) for forward in passes]
    of = np.repeat(np.arange(len(found)), [len(own) for own in found])[: lens.MAX_PLACES]
    near = [
        lens.between_neighbours(one.text, place.start, place.end) for one in encodings for place in words.places(one, wanted)[0]
    ]
    if len(of) < 2:
        raise UnsupportedModel(OTHER_PLACES.format(asked.word))
    intra = [contextuality.intra_similarity(own) if len(own) else np.ones(passes[0].model.n_layers + 1) for own in found]
    return lens.Places(of, np.concatenate(found)[: lens.MAX_PLACES], np.stack(intra), tuple(near)[: lens.MAX_PLACES])
