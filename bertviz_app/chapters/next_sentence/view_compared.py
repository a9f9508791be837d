"""Next sentence for two pairs: the verdict on each, and what each answer gains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bertviz_app.analysis.predictions import Prediction
from bertviz_app.chapters.next_sentence import measures
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import EmptyText
from bertviz_app.families.objectives import PAIRS
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.compared_predictions import compare_predictions, of_tasks
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

NO_PAIR = "It has one sentence only: type a second one, for the model to judge the pair."


def compared(page: Page) -> None:
    """The verdict on both pairs."""

    def draw(subject: Subject, theme: Theme) -> Picture:
        objective = measures.pair_objective(subject.model.info)
        if subject.pair is None:
            raise EmptyText(NO_PAIR)
        pooled = subject.forward.class_vector
        parts = measures.contributions(pooled, *subject.model.class_weights(objective.task))
        probability = float(measures.is_next(subject.model.class_logits(objective.task, pooled)))
        figure = measures.verdict_figure(objective, probability, theme)
        columns = {objective.labels[0]: [probability], objective.labels[1]: [1 - probability]}
        return Picture(figure, measures.verdict_notice(objective, probability, parts), columns, "Bar, split in two")

    compare_predictions(page, draw, _matched, name="next-sentence")


def _matched(both: Both) -> list[tuple[Prediction, Prediction]]:
    return list(zip(of_tasks(both.original, PAIRS), of_tasks(both.variant, PAIRS), strict=False))
