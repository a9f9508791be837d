"""Forward pass for two: the picture of a view for each, and how far their vectors are apart in every layer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import compared_states
from bertviz_app.analysis.compared_snippet import cosines_code
from bertviz_app.chapters.forward_pass.view_pictures import BY_TOKEN, picture
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import NoSuchPart
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.compared_predictions import side_of
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

ALONE = "The token “{}” stands in the original only. Click one that both have."


def show_compared(page: Page, both: Both, view: str, position: int) -> None:
    """The view for both, of the token that stands for the same text where it is of one token."""

    def draw(subject: Subject, theme: Theme) -> Picture:
        at = _beside(both, position) if subject is both.variant and view == BY_TOKEN else position
        return replace(picture(subject, view, at, theme), alt=view)

    def differ() -> Picture:
        return compared_states.states_picture(both.original.forward, both.variant.forward, both.alignment, page.theme)

    page.compare(draw, differ, name="states")
    if both.are_one_model and both.alignment.shared:
        page.python(cosines_code(side_of(both.original), side_of(both.variant), both.alignment.groups))
    with page.fold("How it is computed"):
        st.markdown(compared_states.method(one_model=both.are_one_model))


def _beside(both: Both, position: int) -> int:
    for original, variant in both.alignment.groups:
        if position in original and variant:
            return variant[0]
    raise NoSuchPart(ALONE.format(both.original.encoding.tokens[position]))
