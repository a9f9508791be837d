"""Attention summed up: one map of the tokens in the place of one for each head."""

from typing import Any

import streamlit as st

from bertviz_app.lenses import token_maps_code as code
from bertviz_app.lenses import token_maps_words as words
from bertviz_app.workspace import choices, open_page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.token_maps import agreement, one_map, one_token, side_by_side, summed_up

VIEWS: dict[str, Any] = {"Side by side": side_by_side, "One map": one_map, "One token": one_token, "Agreement": agreement}

with open_page("attention_summed_up") as page:
    page.sentence(pair=True)
    with page.controls:
        view = choices.view(Choice.SUMMED_VIEW, list(VIEWS))
    summed = summed_up(page)
    table = VIEWS[view](page, summed)
    with page.fold("How it is computed"):
        st.markdown(page.model.info.special.spelled(words.METHOD))
    page.python(code.python_code(page.model.info, page.encoding, summed.names, table, whole=summed.shown.are_words))
