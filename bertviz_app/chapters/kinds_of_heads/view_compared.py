"""Kinds of heads for two: both maps on one scale, and what changes in each head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bertviz_app.chapters.kinds_of_heads import compared, figures, sentences
from bertviz_app.chapters.kinds_of_heads.measures import Measure
from bertviz_app.chapters.kinds_of_heads.view_maps import measured
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import UnsupportedModel
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

TWO_MODELS = (
    "The heads of two models have nothing but their numbers in common, so no head is held against another here. Compare one model with two "
    "inputs, or the maps above as wholes."
)


def show_compared(page: Page, original: Subject, variant: Subject, measure: Measure | None) -> None:
    """The maps of both, and the difference where they are of one model."""

    def draw(subject: Subject, theme: Theme) -> Picture:
        mine, special = measured(subject.forward), subject.model.info.special
        columns, alt = sentences.columns(mine, special), "Map of all heads, layers down, heads across"
        if measure is None:
            figure, said = figures.kinds_figure(mine, theme, title=""), sentences.kinds_sentence(mine, None)
        else:
            limit = float(mine.of(measure).max()) or 1.0
            figure = figures.measure_figure(mine, measure, theme, title=special.spelled(measure.name), limit=limit)
            said = sentences.measure_sentence(mine, measure, None)
        return Picture(figure, special.spelled(said), columns, alt)

    def differ() -> Picture:
        if original.model.key != variant.model.key:
            raise UnsupportedModel(TWO_MODELS)
        return compared.difference(measured(original.forward), measured(variant.forward), measure, page.theme)

    page.compare(draw, differ, name="heads")
