"""Interventions: switch parts off and see what changes."""

from __future__ import annotations

import streamlit as st

from bertviz_app.chapters.interventions.view_compared import compared, without_what_is_off
from bertviz_app.chapters.interventions.view_head_map import map_of_heads
from bertviz_app.chapters.interventions.view_patching import patching_view
from bertviz_app.chapters.interventions.view_switches import switch_off
from bertviz_app.workspace import choices, comparing, session
from bertviz_app.workspace.examples import BLANK, FIRST
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

SWITCH_OFF, HEADS, PATCHING = VIEWS = ("Switch off", "Map of heads", "Patching")
MAP_ALONE = "The map takes a pass for each head of one model; “Switch off” compares what is left of two."


def heads(page: Page, subject: Subject) -> None:
    """The map of what each head is missed for; a click on a head switches it off."""
    page.alone(MAP_ALONE)
    page.sentence(pair=True)
    if map_of_heads(page, subject):  # a head was clicked
        session.choose_later({Choice.INTERVENTIONS_VIEW: SWITCH_OFF})
        st.rerun()


def parts(page: Page, subject: Subject) -> None:
    """What is switched off, in one or in each of two that are compared."""
    if comparing.is_on():
        page.subject = without_what_is_off(subject)
    page.sentence(pair=True)
    if page.variant:
        compared(page)
    else:
        switch_off(page, subject)


def show(page: Page) -> None:
    """The whole page, below its title."""
    page.sample = (BLANK if page.model.info.fills_blanks else FIRST, "")
    view = choices.view(Choice.INTERVENTIONS_VIEW, VIEWS)
    {SWITCH_OFF: parts, HEADS: heads, PATCHING: patching_view}[view](page, page.subject)
