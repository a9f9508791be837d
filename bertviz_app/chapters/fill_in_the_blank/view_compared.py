"""Fill in the blank for two: what each says of its blanks, and what every candidate gains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bertviz_app.analysis.predictions import Prediction
from bertviz_app.chapters.fill_in_the_blank import measures
from bertviz_app.chapters.fill_in_the_blank.view_blanks import n_words
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import MissingHead, NoMaskToken
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.compared_predictions import compare_predictions, of_tasks
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

NO_BLANK = "There is no blank in it: click a word to hide it."


def compared(page: Page) -> None:
    """The n-th blank of one beside the n-th of the other."""
    page.hide_words()
    k = n_words()

    def draw(subject: Subject, theme: Theme) -> Picture:
        if not subject.model.info.fills_blanks:
            raise MissingHead(subject.model.info.why_not("masked_words"))
        if not (found := _blanks(subject)):
            raise NoMaskToken(NO_BLANK)
        positions = [one.position or 0 for one in found]
        filled = measures.fill(np.stack([one.logits for one in found]), positions, subject.model.reader.token, k=k)
        figure, said = measures.blanks_figure(filled, theme), measures.blanks_notice(filled, ())
        return Picture(figure, said, measures.columns(filled), "Bars: the most likely words for each blank")

    compare_predictions(page, draw, _matched, name="blanks", k=k)


def _matched(both: Both) -> list[tuple[Prediction, Prediction]]:
    return list(zip(_blanks(both.original), _blanks(both.variant), strict=False))


def _blanks(subject: Subject) -> list[Prediction]:
    return of_tasks(subject, ["masked_words"])
