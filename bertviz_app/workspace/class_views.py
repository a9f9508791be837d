"""Heads over a whole input: the classes of any classifier, and what every view of one shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import classes, head_snippet, sentence_pairs
from bertviz_app.workspace import choices
from bertviz_app.workspace.about import choose_subject, say_about
from bertviz_app.workspace.evidence import show_evidence
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.untrained import offer_head

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


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
    class_view(page, subject, task)
    page.link("sentiment", "Read many texts at once")
    if subject.model.info.unread:
        st.caption(plain(f"This checkpoint also brings what is not read here: {subject.model.info.unread}."))


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
