"""Home: the story of one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import words_to_tokens
from bertviz_app.chapters.home import measures, snippet
from bertviz_app.chapters.home.view_predictions import show_ending
from bertviz_app.workspace.caches import once

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


def show(page: Page) -> None:
    """From the letters to a prediction, each step with a link to the page that has all of it."""
    page.sentence()
    encoding, model = page.subject.encoding, page.model

    page.notice(words_to_tokens.notice(encoding, words_to_tokens.words(encoding, model.reader.trace)))
    st.header("1 · It is cut into tokens, each with a number", anchor=False)
    page.strip(encoding, with_text=True)
    st.markdown(
        f"The number is the token’s row in a vocabulary of {model.info.vocab_size:,}. From here on, BERT sees only numbers."
    )
    page.link("tokens", "See every step of the tokenizer")

    forward = page.subject.forward
    st.header("2 · Each number becomes a vector", anchor=False)
    st.markdown(f"After {model.info.n_layers} layers, {model.info.d_model} numbers describe each token in its context.")
    page.show(once(measures.vectors_figure, forward, page.theme), name="vectors", alt="Heatmap of the last layer's vectors")
    page.link("forward_pass", "Follow every tensor")

    glance = once(measures.firmest_head, forward)
    st.header("3 · On the way, tokens look at each other", anchor=False)
    page.show(
        once(measures.attention_figure, forward, glance, page.theme),
        name="attention",
        alt="Heatmap of one head",
        notice=measures.glance_notice(encoding, glance),
    )
    page.link("attention", "Look at all heads")

    st.header("4 · The vectors are turned into a prediction", anchor=False)
    shown = show_ending(page, page.subject)
    page.python(snippet.python_code(page.subject.info, encoding, glance, task=shown))
