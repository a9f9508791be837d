"""What a prediction looks at: the tokens of the input, shaded by the attention of those that decide; and texts with marks in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import deciding_tokens
from bertviz_app.analysis.head_snippet import Evidence
from bertviz_app.analysis.words import summed
from bertviz_app.drawing.components import heat_strip, marked_text, token_strip
from bertviz_app.drawing.components.marked_text import Mark
from bertviz_app.drawing.numbering import numbered
from bertviz_app.drawing.plots import percent
from bertviz_app.records.forward import ForwardPass
from bertviz_app.workspace import choices, whole_words
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

_heat = st.components.v2.component("inside_bert.heat_strip", html=token_strip.HTML, css=heat_strip.CSS, js=token_strip.JS)
_marked = st.components.v2.component("inside_bert.marked_text", html=marked_text.HTML, css=marked_text.CSS, js=marked_text.JS)


def show_marked(page: Page, texts: Sequence[tuple[str, Sequence[Mark]]], *, label: str) -> None:
    """Texts, each with its marks; `label` says to a screen reader what the marks are."""
    _marked(key="marked_text", data=marked_text.marked_data(texts, page.theme, label=label))


def show_evidence(page: Page, subject: Subject, forward: ForwardPass, positions: Sequence[int], *, who: str) -> Evidence:
    """The attention of the deciding tokens in a chosen layer, as shades behind all tokens; `who` names them in the sentence below."""
    st.header("Which tokens it looks at", anchor=False)
    layer = _layer(subject)
    places = whole_words.choose(forward.encoding)
    encoding = places.encoding
    attention = summed(deciding_tokens.attention_from(forward, layer, positions), places.groups)
    framed = places.of(positions) if len(positions) == 1 else ()
    _heat(key="heat_strip", data=heat_strip.heat_data(encoding, attention, page.theme, deciding=framed))
    scale = f"Shades go from 0 to {percent(float(attention.max()))}, the largest share that a {encoding.unit} gets here."
    st.caption(plain(f"{deciding_tokens.sentence(encoding, attention, layer, who)} {scale}"))
    with page.fold(f"What each {encoding.unit} gets"):
        st.markdown(subject.model.info.special.spelled(deciding_tokens.METHOD))
        page.table(numbered(encoding.tokens, unit=encoding.unit) | {"attention": attention}, name="attention")
    return Evidence(layer, list(positions), places.groups.tolist() if places.are_words else ())


def _layer(subject: Subject) -> int:
    """The chosen layer, counted from 0; the last one until another is chosen."""
    n = subject.model.info.n_layers
    if n == 1:
        return 0
    chosen = choices.number(Choice.ATTENTION_LAYER, "Layer", 1, n, value=n, help="Averaged over all heads of this layer")
    return chosen - 1
