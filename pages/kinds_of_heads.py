"""Kinds of heads: how broadly each head looks, how far, and at what."""

import streamlit as st

from bertviz_app.lenses import head_kinds as lens
from bertviz_app.lenses import head_kinds_code as code
from bertviz_app.workspace import open_page
from bertviz_app.workspace.head_kinds import choose_measure, compared_sample, measured, show_maps

with open_page("kinds_of_heads") as page:
    page.sentence(pair=True)
    measure = choose_measure(page)
    mine, sample = measured(page.forward), compared_sample(page)
    special = page.model.info.special
    said = lens.kinds_sentence(mine, sample) if measure is None else lens.measure_sentence(mine, measure, sample)
    page.notice(special.spelled(said))
    show_maps(page, measure, mine, sample)
    st.caption("Click a square to open that head.")
    with page.fold("All heads as a table"):
        page.table(lens.columns(mine, special), name="heads")
    with page.fold("How it is computed"):
        st.markdown(special.spelled(lens.METHOD))
    page.python(code.python_code(page.model.info, page.encoding))
