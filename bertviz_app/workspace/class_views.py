"""Heads over a whole input: the classes of any classifier, and what every view of one shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.analysis import classes, head_snippet, sentence_pairs
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import EmptyText, MissingHead
from bertviz_app.workspace import choices
from bertviz_app.workspace.about import choose_subject, say_about
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.compared_predictions import compare_predictions, of_tasks
from bertviz_app.workspace.evidence import show_evidence
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.untrained import offer_head

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page
ONE_SENTENCE = "It has one sentence only: type a second one, for this head to read the pair."


def classes_view(page: Page, subject: Subject) -> None:
    """A head over the whole input with its own labels, whatever they are about."""
    page.sentence(pair=True)
    heads = subject.model.info.classifiers
    found = sorted(heads, key=lambda task: heads[task].row.needs_pair)
    if not found:
        offer_head(page, subject, "classes")
        return
    task = found[0]
    if len(found) > 1:
        task = choices.one_of_these(Choice.CLASSIFIER, "Classifier", found, says=lambda key: heads[key].name, width=420)
    if page.variant:
        compare_readings(page, lambda one: _like(one, task), name="classes", lacking="classes")
        return
    class_view(page, subject, task)
    page.link("sentiment", "Read many texts at once")
    if subject.model.info.unread:
        st.caption(plain(f"This checkpoint also brings what is not read here: {subject.model.info.unread}."))


def _like(subject: Subject, task: str) -> str:
    """The head of the same key, else one of another key that reads the same: a text, or a pair."""
    heads = subject.model.info.classifiers
    return task if task in heads else next((key for key in heads if not heads[key].row.needs_pair), "")


def class_view(page: Page, subject: Subject, task: str) -> None:
    """What a head says of the input, what its token looks at, and how."""
    head = subject.model.info.task_heads[task]
    if head.row.needs_pair and subject.pair is None:
        page.notice("A relation needs two sentences: type a second one above, or pick a pair from the examples.")
        choose_subject(subject.model.info)
        return
    show_reading(page, subject, task)
    forward = subject.forward
    evidence = show_evidence(page, subject, forward, [0], who=f"{forward.encoding.tokens[0]}, which the head reads,")
    explain(page, subject, task)
    page.python(head_snippet.classification(subject.info, task, forward.encoding, evidence))


def compare_readings(page: Page, task_of: Callable[[Subject], str], *, name: str, lacking: str) -> None:
    """What the heads of original and variant say, and what each label gains; `task_of` says which head reads, empty where there is none.

    `lacking` is the task that a model without such a head lacks.
    """

    def read(subject: Subject) -> classes.Classification:
        task, info = task_of(subject), subject.model.info
        if not task:
            raise MissingHead(info.why_not(lacking))
        if info.task_heads[task].row.needs_pair and subject.pair is None:
            raise EmptyText(ONE_SENTENCE)
        return reading_of(subject, task)

    def draw(subject: Subject, theme: Theme) -> Picture:
        reading = read(subject)
        figure = classes.reading_figure(reading, theme)
        if not reading.is_probability and page.variant:  # numbers have no scale that is known before
            both = [read(one).values for one in (page.subject, page.variant) if task_of(one)]
            figure.update_xaxes(range=classes.own_range(np.concatenate(both)))
        return Picture(figure, classes.notice(reading), classes.columns(reading), "Bars")

    def matched(both: Both) -> list[tuple[Prediction, Prediction]]:
        sides = (of_tasks(subject, [task_of(subject)]) for subject in (both.original, both.variant))
        return [pair for pair in zip(*sides, strict=False) if pair[0].is_probability == pair[1].is_probability]

    compare_predictions(page, draw, matched, name=name, k=classes.MOST_BARS)


def show_reading(page: Page, subject: Subject, task: str) -> None:
    """The figure, what to notice, what is not drawn, and who says what the head is about."""
    reading, head = reading_of(subject, task), subject.model.info.task_heads[task]
    page.show(classes.reading_figure(reading, page.theme), name=f"task-{task}", alt="Bars", notice=classes.notice(reading))
    for said in (classes.left_out(reading), sentence_pairs.meanings(reading.labels) if head.row.needs_pair else ""):
        if said:
            st.caption(plain(said))
    say_about(subject.model.info, task)
    choose_subject(subject.model.info)


def explain(page: Page, subject: Subject, task: str) -> None:
    """How it is computed, with the numbers, folded."""
    head = subject.model.info.task_heads[task]
    with page.fold("How it is computed"):
        said = f"{classes.method(head)} {sentence_pairs.METHOD if head.row.needs_pair else ''}"
        st.markdown(subject.model.info.special.spelled(said))
        page.table(classes.columns(reading_of(subject, task)), name=f"task-{task}")


def reading_of(subject: Subject, task: str) -> classes.Classification:
    """What a head says of the input."""
    return classes.read(subject.model.info.task_heads[task], subject.model.class_logits(task, subject.forward.class_vector))
