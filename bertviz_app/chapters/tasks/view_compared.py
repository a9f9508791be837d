"""Heads over words for two: how each labels the words, and what the likeliest labels of each word gain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bertviz_app.analysis.predictions import Prediction
from bertviz_app.analysis.words import words_as_written
from bertviz_app.chapters.tasks import entities
from bertviz_app.chapters.tasks.entities_figures import labels_figure
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import MissingHead
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.compared_predictions import compare_predictions, matched_by_place
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


def compared_words(page: Page, key: str, task: str) -> None:
    """A head of the original beside the one of the same key, or of the same task, of the variant."""

    def draw(subject: Subject, theme: Theme) -> Picture:
        its = _key(subject, key, task)
        words = words_as_written(subject.encoding)
        rows = subject.forward.hidden_states[-1][[word.position for word in words]]
        reading = entities.read(words, subject.model.info.labels[its], subject.model.token_logits(its, rows), task=its)
        return Picture(labels_figure(reading, theme), entities.notice(reading), entities.columns(reading), "Heatmap of labels")

    def matched(both: Both) -> list[tuple[Prediction, Prediction]]:
        return [pair for pair in matched_by_place(both) if pair[0].task == key]

    compare_predictions(page, draw, matched, name=key, k=1)


def _key(subject: Subject, key: str, task: str) -> str:
    """The head of that key, else the first for the same task."""
    heads = subject.model.info.task_heads
    found = key if key in heads else next((other for other, head in heads.items() if head.task == task), "")
    if not found:
        raise MissingHead(subject.model.info.why_not(task))
    return found
