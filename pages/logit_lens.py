"""Logit lens: what each layer would say, if it were the last."""

from typing import Any

import streamlit as st

from bertviz_app.lenses import logit_lens as lens
from bertviz_app.lenses import neurons
from bertviz_app.workspace import choices, open_page
from bertviz_app.workspace.logit_lens import choose_token, every_token, one_token, strongest_neurons
from bertviz_app.workspace.offers import offer_instead
from bertviz_app.workspace.scene import Choice

VIEWS: dict[str, Any] = {"Every token": every_token, "One token": one_token, "Neurons": strongest_neurons}

with open_page("logit_lens") as page:
    can_say = page.model.info.fills_blanks
    page.sentence()
    if not can_say:
        offer_instead(page, "masked_words")
        st.caption(neurons.WITHOUT_WORDS)
    strip, tools = st.container(), page.controls
    with tools:
        view = choices.view(Choice.LENS_VIEW, list(VIEWS)) if can_say else "Neurons"
    look = choose_token(page, strip, tools)
    VIEWS[view](page, look)
    with page.fold("How it is computed"):
        st.markdown(neurons.METHOD if view == "Neurons" else lens.METHOD)
