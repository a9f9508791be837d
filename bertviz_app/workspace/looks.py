"""What a prediction looks at: the tokens of the input, shaded by the attention of those that decide; and texts with marks in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.components import heat_strip, marked_text, token_strip
from bertviz_app.components.marked_text import Mark
from bertviz_app.lenses import deciding_tokens
from bertviz_app.lenses.head_code import Looks
from bertviz_app.lenses.numbering import numbered
from bertviz_app.plots import percent
from bertviz_app.records import ForwardPass
from bertviz_app.workspace import choices
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

_heat = st.components.v2.component("inside_bert.heat_strip", html=token_strip.HTML, css=heat_strip.CSS, js=token_strip.JS)
_marked = st.components.v2.component("inside_bert.marked_text", html=marked_text.HTML, css=marked_text.CSS, js=marked_text.JS)


def show_marked(page: Page, texts: Sequence[tuple[str, Sequence[Mark]]], *, label: str) -> None:
    """Texts, each with its marks; `label` says to a screen reader what the marks are."""
    _marked(key="marked_text", data=marked_text.marked_data(texts, page.theme, label=label))


def show_looks(page: Page, forward: ForwardPass, positions: Sequence[int], *, who: str) -> Looks:
    """The attention of the deciding tokens in a chosen layer, as shades behind all tokens; `who` names them in the sentence below."""
    st.subheader("Which tokens it looks at", anchor=False)
    layer = _layer(page)
    looks = deciding_tokens.attention_from(forward, layer, positions)
    framed = positions if len(positions) == 1 else ()
    _heat(key="heat_strip", data=heat_strip.heat_data(forward.encoding, looks, page.theme, deciding=framed))
    scale = f"Shades go from 0 to {percent(float(looks.max()))}, the largest share that a token gets here."
    st.caption(plain(f"{deciding_tokens.sentence(forward.encoding, looks, layer, who)} {scale}"))
    with page.fold("What each token gets"):
        st.markdown(deciding_tokens.METHOD)
        encoding = forward.encoding
        page.table(numbered(encoding.tokens) | {"attention": looks}, name="looks")
    return Looks(layer, list(positions))


def _layer(page: Page) -> int:
    """The chosen layer, counted from 0; the last one until another is chosen."""
    n = page.model.info.n_layers
    if n == 1:
        return 0
    chosen = choices.number(Choice.LOOKS_LAYER, "Layer", 1, n, value=n, help="Averaged over all heads of this layer")
    return chosen - 1
