"""Logit lens: what each layer would say, if it were the last."""

from typing import Any

import streamlit as st

from bertviz_app.lenses import logit_lens as lens
from bertviz_app.workspace import open_page
from bertviz_app.workspace.logit_lens import choose_token, every_token, hide_toggle, one_token
from bertviz_app.workspace.offers import offer_instead

VIEWS: dict[str, Any] = {"Every token": every_token, "One token": one_token}
ONE_OF: dict[str, Any] = {
    "default": "Every token", "required": True, "key": "lens_view", "label_visibility": "collapsed", "bind": "query-params",
}  # fmt: skip

with open_page("logit_lens") as page:
    if page.model.info.fills_blanks:
        page.sentence()
        look = choose_token(page)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            view = st.segmented_control("View", list(VIEWS), **ONE_OF)
            hide_toggle(page, look)
        VIEWS[view](page, look)
        with page.fold("How it is computed"):
            st.markdown(lens.METHOD)
    else:
        offer_instead(page, "masked_words")
