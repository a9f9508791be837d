"""The tasks that are read off one sentence or a pair: heads over words, and over the whole of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis.head_snippet import Evidence
from bertviz_app.analysis.phrases import token_name
from bertviz_app.analysis.words import joined_notice, words_as_written
from bertviz_app.chapters.tasks import entities, snippet
from bertviz_app.chapters.tasks.view_compared import compared_words
from bertviz_app.drawing import plots
from bertviz_app.drawing.components.marked_text import Mark
from bertviz_app.families.label_schemes import called
from bertviz_app.workspace import choices, memory
from bertviz_app.workspace.about import say_about
from bertviz_app.workspace.class_views import class_view, classes_view, compare_readings
from bertviz_app.workspace.evidence import show_evidence, show_marked
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.page_list import PAGES
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.untrained import choose_head, offer_head

if TYPE_CHECKING:
    from bertviz_app.families.tasks import Task
    from bertviz_app.workspace.page import Page


def words_view(page: Page, subject: Subject, row: Task) -> None:
    """What a head over words finds in a text, marked; and what the first piece of one of these stretches looks at."""
    _suggest(page, row)
    page.sentence()
    if not offer_head(page, subject, row.key):
        return
    key = choose_head(subject, row.key)
    if page.variant:
        compared_words(page, key, row.key)
        return
    info = subject.info.with_head(key)
    words = words_as_written(subject.encoding)
    if said := joined_notice(words):
        st.caption(plain(said))
    rows = subject.forward.hidden_states[-1][[word.position for word in words]]
    reading = entities.read(words, info.labels[row.key], subject.model.token_logits(key, rows), task=row.key)
    texts = [text for text in (subject.text, subject.pair) if text is not None]
    marks = [_entity_marks(page, reading, segment) for segment in range(len(texts))]
    page.notice(entities.notice(reading))
    show_marked(page, list(zip(texts, marks, strict=True)), label="The text with what was found in it marked")
    say_about(subject.model.info, key)
    evidence = _entity_evidence(page, subject, reading)
    with page.fold("How it is computed"):
        st.markdown(entities.method(reading.labels))
    with page.fold("Table: every word with its probabilities"):
        page.table(entities.columns(reading), name=row.key)
    page.python(snippet.entities_code(info, subject.encoding, reading, evidence))


def whole_view(page: Page, subject: Subject, row: Task) -> None:
    """What a head over the whole input says: of one row, or any that the model has."""
    if row.general:
        classes_view(page, subject)
        return
    _suggest(page, row)
    page.sentence(pair=row.needs_pair)
    if page.variant and row.key in subject.model.info.labels:
        compare_readings(page, lambda one: row.key if row.key in one.model.info.labels else "", name=row.key, lacking=row.key)
        return
    if offer_head(page, subject, row.key):
        class_view(page, subject, row.key)
    if row.page != "tasks":
        page.link(row.page, f"{row.offer} on the {PAGES[row.page].title} page")


def _suggest(page: Page, row: Task) -> None:
    """A sample that shows what the task is about, until something is typed."""
    if not memory.has_text() and any(row.sample):
        page.sample = row.sample


def _entity_marks(page: Page, reading: entities.LabelledWords, segment: int) -> list[Mark]:
    marks = []
    for entity in reading.entities:
        first, last = reading.words[entity.first], reading.words[entity.last]
        if first.segment == segment:
            what = called(entity.kind)
            title = f"{reading.name(entity)}: {what}, {plots.percent(entity.probability)}"
            tag = f"{entity.kind} {plots.percent(entity.probability)}"
            marks.append(Mark(first.start, last.end, entities.color(entity.kind, page.theme), tag, title))
    return marks


def _entity_evidence(page: Page, subject: Subject, reading: entities.LabelledWords) -> Evidence:
    """The attention of the first piece of a stretch that the visitor chooses."""
    if not reading.entities:
        return Evidence(0, ())
    names = [f"{reading.name(entity)} ({entity.kind or 'stretch'})" for entity in reading.entities]
    chosen = 0
    if len(names) > 1:
        label = "The name to follow" if reading.scheme.of_names else "Which to follow"
        chosen = choices.one_of_these(Choice.FOLLOWED_NAME, label, range(len(names)), says=names.__getitem__)
    position = reading.words[reading.entities[chosen].first].position
    return show_evidence(
        page, subject, subject.forward, [position], who=f"{token_name(subject.encoding, position)}, where it is read,"
    )
