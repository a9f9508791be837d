"""Attention for two: one head of each side by side, what changes in it, and which heads changed most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import difference_pictures, pairing
from bertviz_app.analysis.compared_snippet import weights_code
from bertviz_app.analysis.differences import head_changes
from bertviz_app.analysis.head_readings import HeadReading
from bertviz_app.chapters.attention import compared, figures, measures
from bertviz_app.chapters.attention.view_heads import EXPLORER, choose_head
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.compared_predictions import side_of
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

TWO_MODELS = "Heads of two models are not counted alike, so the map of all heads is drawn for two inputs of one model only. The head above is compared."


def show_compared(page: Page, original: Subject, variant: Subject, view: str) -> None:
    """The chosen head in both; in the explorer all heads by how much they changed, else the map of the change in this one."""
    layer, head, reading = choose_head(page, original)
    reading = HeadReading(reading.words, reading.hide_special)  # a block is one of a pair, which one side may not have
    both = Both(original, variant)

    def draw(subject: Subject, theme: Theme) -> Picture:
        place = both.place(layer, head) if subject is variant else (layer, head)
        weights = measures.read_head(subject.forward, *place, reading)
        return Picture(
            figures.head_figure(weights, theme),
            measures.head_sentence(subject.forward, weights, reading), figures.head_columns(weights), "Heatmap",
        )  # fmt: skip

    def differ() -> Picture:
        forwards = original.forward, variant.forward
        if view == EXPLORER and both.are_one_model:
            changes = head_changes(forwards[0].attentions, forwards[1].attentions, both.alignment)
            return difference_pictures.heads_picture(changes, page.theme)
        places = (layer, head), both.place(layer, head)
        alignment = both.of_words() if reading.words else both.alignment
        return compared.head_picture(forwards, places, reading, alignment, page.theme)

    page.compare(draw, differ, name="head")
    if reading == HeadReading() and both.alignment.shared:
        places = (layer, head), both.place(layer, head)
        page.python(weights_code(side_of(original), side_of(variant), places, both.alignment.groups))
    if view == EXPLORER and not both.are_one_model:
        st.caption(TWO_MODELS)
    with page.fold("How it is computed"):
        said = [measures.METHOD, compared.METHOD, *([] if both.are_one_model else [pairing.DEPTH_METHOD, pairing.HEADS_METHOD])]
        st.markdown(original.model.info.special.spelled("\n\n".join(said)))
