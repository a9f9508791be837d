"""Interventions: switch parts off and see what changes."""

import streamlit as st

from bertviz_app.workspace import Page, choices, open_page, scene
from bertviz_app.workspace.examples import BLANK, FIRST
from bertviz_app.workspace.head_map import map_of_heads
from bertviz_app.workspace.interventions import switch_off
from bertviz_app.workspace.patching import patching_view
from bertviz_app.workspace.scene import Choice

SWITCH_OFF, HEADS, PATCHING = VIEWS = ("Switch off", "Map of heads", "Patching")


def heads(page: Page) -> None:
    page.sentence(pair=True)
    if map_of_heads(page):  # a head was clicked
        scene.choose_later({Choice.INTERVENTIONS_VIEW: SWITCH_OFF})
        st.rerun()


def parts(page: Page) -> None:
    page.sentence(pair=True)
    switch_off(page)


with open_page("interventions") as page:
    page.sample = (BLANK if page.model.info.fills_blanks else FIRST, "")
    view = choices.view(Choice.INTERVENTIONS_VIEW, VIEWS)
    {SWITCH_OFF: parts, HEADS: heads, PATCHING: patching_view}[view](page)
