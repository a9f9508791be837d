"""Tokens for two: the way from letters to ids of both, and which tokens they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import words_to_tokens
from bertviz_app.chapters.tokens import compared, measures
from bertviz_app.chapters.tokens.journey import journey_figure
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


def show_compared(page: Page, both: Both) -> None:
    """The letters of both on their way to ids."""

    def draw(subject: Subject, theme: Theme) -> Picture:
        encoding = subject.encoding
        words = words_to_tokens.words(encoding, subject.model.reader.trace)
        said, columns = words_to_tokens.notice(encoding, words), measures.token_columns(encoding)
        return Picture(once(journey_figure, encoding, words, theme), said, columns, "Columns: text, words, tokens, ids")

    def differ() -> Picture:
        return compared.tokens_picture(both.alignment, (both.original.encoding, both.variant.encoding), page.theme)

    page.compare(draw, differ, name="journey")
    with page.fold("How it is computed"):
        st.markdown(compared.METHOD)
