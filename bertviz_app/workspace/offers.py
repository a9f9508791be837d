"""What a page says when the chosen model was not trained for it: why, and where to go instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.objectives import OBJECTIVES

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


def offer_instead(page: Page, objective: str) -> None:
    """One sentence on why, a link to each objective that the model does have, and a button for a model that has this one."""
    info = page.model.info
    page.notice(info.why_not(objective))
    for task in info.objectives:
        page.link(OBJECTIVES[task].page, OBJECTIVES[task].offer)
    if objective != "replaced_tokens":
        st.button("Use the embedded model, which has one", type="primary", key="use_embedded", on_click=use_embedded)


def use_embedded() -> None:
    """Choose the embedded model; to be called as a button's callback, before the sidebar is drawn."""
    st.session_state["model"] = "embedded"
