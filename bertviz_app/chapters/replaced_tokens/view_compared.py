"""Replaced tokens for two inputs: what each token is taken for in both, and what it gains."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.chapters.replaced_tokens import compared, measures, snippet
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import InsideBertError, MissingHead
from bertviz_app.records.forward import Floats
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.compared_predictions import side_of
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


def show_compared(page: Page, both: Both) -> None:
    """The bars of both, and the difference for each token that both have."""

    def draw(subject: Subject, theme: Theme) -> Picture:
        encoding, probabilities = subject.encoding, measures.replaced(_logits(subject))
        figure = measures.replaced_figure(encoding, probabilities, (), theme)
        return Picture(figure, measures.likeliest(encoding, probabilities), measures.columns(encoding, probabilities), "Bars")

    def differ() -> Picture:
        return compared.picture((_logits(both.original), _logits(both.variant)), both.alignment, page.theme)

    page.compare(draw, differ, name="replaced")
    with page.fold("How it is computed"):
        st.markdown(both.original.model.info.special.spelled(f"{measures.METHOD}\n\n{compared.METHOD}"))
    with suppress(InsideBertError):  # which is said beside the original
        _logits(both.variant)
        page.python(snippet.compared_code(side_of(both.original), side_of(both.variant), both.alignment))


def _logits(subject: Subject) -> Floats:
    if "replaced_tokens" not in subject.model.info.objectives:
        raise MissingHead(subject.model.info.why_not("replaced_tokens"))
    return subject.model.replacement_logits(subject.forward.hidden_states[-1])
