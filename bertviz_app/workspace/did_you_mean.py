"""“Did you mean [MASK]?”: what looks like a blank in a submitted text and is none, and one click that makes it one."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from bertviz_app.analysis import blank_lookalikes
from bertviz_app.workspace import memory
from bertviz_app.workspace.markup import plain


def ask(texts: Mapping[str, str]) -> None:
    """The question and its button, where one of these submitted texts, by the name of its box, holds what looks like a blank."""
    asked = blank_lookalikes.question(list(texts.values()))
    if not asked:
        return

    def replace() -> None:
        for name, text in texts.items():
            memory.remember(name, blank_lookalikes.with_blanks(text))

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(plain(asked), width="content")
        st.button(f"Use {blank_lookalikes.BLANK}", key=f"use_blanks_{next(iter(texts))}", on_click=replace)
