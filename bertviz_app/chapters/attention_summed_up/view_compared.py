"""Attention summed up for two: one map of each, by one method on one scale, and what changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import difference_pictures, differences
from bertviz_app.analysis.agreement import Doubles
from bertviz_app.analysis.differences_said import DRAWS
from bertviz_app.analysis.head_readings import merged
from bertviz_app.chapters.attention_summed_up import figures, sentences
from bertviz_app.chapters.attention_summed_up.methods import METHOD, MapMethod
from bertviz_app.chapters.attention_summed_up.view_maps import AT_ONCE, map_at_once
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.workspace import choices, whole_words
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


def show_compared(page: Page, original: Subject, variant: Subject) -> None:
    """The maps of both by a method that takes one pass, and the difference."""
    names = {method.name: method for method in AT_ONCE}
    with page.controls:
        method = names[choices.one_of(Choice.SUMMED_METHOD, "Method", list(names))]
        are_words = whole_words.choose(original.encoding).are_words
    both = Both(original, variant)

    def draw(subject: Subject, theme: Theme) -> Picture:
        encoding, values = whole_words.shown(subject.encoding, whole=are_words).encoding, _map(subject, method, are_words)
        figure = figures.map_figure(values, encoding.tokens, theme, title=method.name)
        return Picture(
            figure, sentences.map_sentence(method, values, encoding), sentences.map_columns(values, encoding), "Heatmap"
        )

    def differ() -> Picture:
        alignment = both.of_words() if are_words else both.alignment
        maps = [_map(subject, method, are_words) for subject in (original, variant)]
        return difference_pictures.weights_picture(maps[0], maps[1], alignment, page.theme, does=DRAWS)

    page.compare(draw, differ, name="summed_map")
    with page.fold("How it is computed"):
        st.markdown(original.model.info.special.spelled(f"{METHOD}\n\n{differences.METHOD}"))


def _map(subject: Subject, method: MapMethod, are_words: bool) -> Doubles:
    groups = whole_words.shown(subject.encoding, whole=are_words).groups
    return merged(map_at_once(subject, method), groups)
