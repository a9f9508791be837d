"""Interventions: switch parts off and see what changes."""

from __future__ import annotations

import streamlit as st

from bertviz_app.chapters.interventions.view_head_map import map_of_heads
from bertviz_app.chapters.interventions.view_patching import patching_view
from bertviz_app.chapters.interventions.view_switches import switch_off
from bertviz_app.workspace import choices, session
from bertviz_app.workspace.examples import BLANK, FIRST
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

SWITCH_OFF, HEADS, PATCHING = VIEWS = ("Switch off", "Map of heads", "Patching")


def heads(page: Page, subject: Subject) -> None:
    """The map of what each head is missed for; a click on a head switches it off."""
    page.sentence(pair=True)
    if map_of_heads(page, subject):  # a head was clicked
        session.choose_later({Choice.INTERVENTIONS_VIEW: SWITCH_OFF})
        st.rerun()


def parts(page: Page, subject: Subject) -> None:
    page.sentence(pair=True)
    switch_off(page, subject)


def show(page: Page) -> None:
    """The whole page, below its title."""
    page.sample = (BLANK if page.model.info.fills_blanks else FIRST, "")
    view = choices.view(Choice.INTERVENTIONS_VIEW, VIEWS)
    {SWITCH_OFF: parts, HEADS: heads, PATCHING: patching_view}[view](page, page.subject)
