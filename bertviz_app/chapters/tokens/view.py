"""Tokens: how a text becomes the pieces that BERT reads."""

from __future__ import annotations

import streamlit as st

from bertviz_app.analysis import words_to_tokens
from bertviz_app.chapters.tokens import journey as picture
from bertviz_app.chapters.tokens import measures, padding, snippet
from bertviz_app.chapters.tokens.view_compared import show_compared
from bertviz_app.chapters.tokens.view_tokenizers import side_by_side_view, steps_view
from bertviz_app.workspace import choices
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

VIEWS = ("From text to ids", "Step by step", "Padding and truncation", "Side by side")
BATCH = ("I love AI!", "My brother loves skateboarding in the park.")


def journey(page: Page, subject: Subject) -> None:
    """The letters on their way to ids, and every token in a table."""
    encoding, words = subject.encoding, words_to_tokens.words(subject.encoding, subject.model.reader.trace)
    figure = once(picture.journey_figure, encoding, words, page.theme)
    page.show(figure, name="journey", alt="Columns: text, words, tokens, ids", notice=words_to_tokens.notice(encoding, words))
    with page.fold("Table: every token"):
        page.table(measures.token_columns(encoding), name="tokens")
    with page.fold("The text after cleaning"):
        st.caption("Control characters go, and for an uncased model capitals and accents; then spaces and marks split it.")
        for segment, text in enumerate((encoding.text, encoding.pair)):
            if text:
                st.code(
                    words_to_tokens.normalized(text, encoding, segment, subject.model.reader.trace),
                    language=None,
                    wrap_lines=True,
                )
    page.python(snippet.python_code(subject.info, encoding))


def batch(page: Page, subject: Subject) -> None:
    """Several texts as the rectangle of numbers that a model is given."""
    texts = page.texts("batch", "Sentences of one batch, one per line", BATCH)
    length = choices.number(Choice.BATCH_LENGTH, "Tokens per row of the batch", 3, 32, value=12)
    encodings = subject.model.reader.encode_batch(texts, length=length)
    page.show(
        padding.batch_figure(encodings, page.theme),
        name="batch",
        alt="A batch",
        notice=subject.model.info.special.spelled(padding.notice(encodings)),
    )
    with page.fold("Table: every cell"):
        page.table(padding.batch_columns(encodings), name="batch")
    page.python(snippet.padding_code(subject.info, texts, length))


def show(page: Page) -> None:
    """The whole page, below its title."""
    sentence = st.container()
    view = choices.view(Choice.TOKENS_VIEW, VIEWS)
    if view != VIEWS[2]:  # a batch has a box of its own
        with sentence:
            page.sentence(pair=True)
            page.strip(page.subject.encoding, with_text=True)
        if page.variant and view == VIEWS[0]:
            show_compared(page, Both(page.subject, page.variant))
            return
    dict(zip(VIEWS, (journey, steps_view, batch, side_by_side_view), strict=True))[view](page, page.subject)
