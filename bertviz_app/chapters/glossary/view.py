"""Glossary: the field's terms, a line each."""

from __future__ import annotations

import streamlit as st

from bertviz_app.analysis.glossary import found
from bertviz_app.workspace import session
from bertviz_app.workspace.page import Page


def show(page: Page) -> None:
    """The whole page, below its title."""
    # A link from another page names its term.
    if not session.GLOSSARY_SEARCH.is_set():
        session.GLOSSARY_SEARCH.put(st.query_params.get("term", "")[:60])
    wanted = st.text_input("Find a term", key=session.GLOSSARY_SEARCH.name, max_chars=60, placeholder="for example: head")
    matches = found(wanted)
    if not matches:
        st.info("No term contains these letters. Clear the field to see all terms.")
    for term in matches:
        with st.container(horizontal=True, wrap=page.theme.narrow, vertical_alignment="center", gap="small"):
            st.markdown(f"**{term.name}** — {term.meaning}", width="stretch")
            if term.page:
                page.link(term.page, "See it live")
