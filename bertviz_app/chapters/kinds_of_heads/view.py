"""Kinds of heads: how broadly each head looks, how far, and at what."""

from __future__ import annotations

import streamlit as st

from bertviz_app.chapters.kinds_of_heads import sentences, snippet
from bertviz_app.chapters.kinds_of_heads.view_compared import show_compared
from bertviz_app.chapters.kinds_of_heads.view_maps import choose_measure, compared_sample, measured, show_maps
from bertviz_app.workspace.page import Page


def show(page: Page) -> None:
    """The whole page, below its title."""
    page.sentence(pair=True)
    measure = choose_measure(page.subject)
    if page.variant:
        show_compared(page, page.subject, page.variant, measure)
        with page.fold("How it is computed"):
            st.markdown(page.model.info.special.spelled(sentences.METHOD))
        return
    mine, sample = measured(page.subject.forward), compared_sample(page.subject)
    special = page.model.info.special
    said = sentences.kinds_sentence(mine, sample) if measure is None else sentences.measure_sentence(mine, measure, sample)
    page.notice(special.spelled(said))
    show_maps(page, page.subject, measure, mine, sample)
    st.caption("Click a square to open that head.")
    with page.fold("All heads as a table"):
        page.table(sentences.columns(mine, special), name="heads")
    with page.fold("How it is computed"):
        st.markdown(special.spelled(sentences.METHOD))
    page.python(snippet.python_code(page.subject.info, page.subject.encoding))
