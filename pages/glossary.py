"""Glossary: the field's terms, a line each."""

import streamlit as st

from bertviz_app.lenses.glossary import TERMS
from bertviz_app.workspace import open_page

with open_page("glossary") as page:
    wanted = st.text_input("Find a term", key="glossary_search", max_chars=60, placeholder="for example: head").strip().lower()
    matches = [term for term in TERMS if wanted in f"{term.name} {term.meaning}".lower()]
    if not matches:
        st.info("No term has these letters in it. Clear the field to see them all.")
    for term in matches:
        st.markdown(f"**{term.name}** — {term.meaning}")
        if term.page:
            page.link(term.page, "See it live")
