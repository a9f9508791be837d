"""Embeddings for two: the tokens of both in one plane, and how far the two vectors of each token are apart in every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import compared_states
from bertviz_app.analysis.compared_snippet import cosines_code
from bertviz_app.analysis.pca import project
from bertviz_app.chapters.embeddings import compared, measures
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.compared_predictions import side_of
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


def show_compared(page: Page, original: Subject, variant: Subject, state: int, *, in_space: bool) -> None:
    """The tokens at one layer of both; two models have no axis in common, so each then has a plane of its own."""
    both = Both(original, variant)

    def draw(subject: Subject, theme: Theme) -> Picture:
        forward = subject.forward
        if both.are_one_model:
            projections = once(compared.joint_projections, original.forward, variant.forward, state)
            picture = compared.side_picture(forward, projections[subject is variant], state, theme, in_space=in_space)
            return compared.on_one_scale(picture, projections)
        at = both.state(state) if subject is variant else state
        return compared.side_picture(forward, project(forward.hidden_states[at], 3), at, theme, in_space=in_space)

    def differ() -> Picture:
        return compared_states.states_picture(original.forward, variant.forward, both.alignment, page.theme)

    page.compare(draw, differ, name="embeddings")
    if both.are_one_model and both.alignment.shared:
        page.python(cosines_code(side_of(original), side_of(variant), both.alignment.groups))
    with page.fold("How it is computed"):
        st.markdown(f"{measures.METHOD}\n\n{compared_states.method(one_model=both.are_one_model)}")
