"""Attribution: which tokens a prediction hangs on."""

from typing import Any

import streamlit as st

from bertviz_app.workspace import open_page
from bertviz_app.workspace.attribution import suggest
from bertviz_app.workspace.attribution_views import one_method, side_by_side
from bertviz_app.workspace.explained import choose
from bertviz_app.workspace.faithfulness import curves

VIEWS: dict[str, Any] = {"One method": one_method, "Side by side": side_by_side, "Faithfulness": curves}
ONE_OF: dict[str, Any] = {
    "default": "One method", "required": True, "key": "attribution_view", "label_visibility": "collapsed", "bind": "query-params",
}  # fmt: skip

with open_page("attribution") as page:
    suggest(page)
    page.sentence(pair=True)
    if what := choose(page):
        VIEWS[st.segmented_control("View", list(VIEWS), **ONE_OF)](page, what)
