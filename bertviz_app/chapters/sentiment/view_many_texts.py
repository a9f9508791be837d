"""Many texts at once: where they come from, reading them with a bar that shows how far it is, and the result to take away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import classes
from bertviz_app.analysis.classes import Classification
from bertviz_app.analysis.phrases import counted
from bertviz_app.chapters.sentiment import file_labels, measures, snippet
from bertviz_app.chapters.sentiment.measures import Verdict
from bertviz_app.chapters.sentiment.view_files import Chosen, chosen_texts, one_of
from bertviz_app.drawing.plots import shown
from bertviz_app.drawing.tables import csv_text
from bertviz_app.errors import InputError
from bertviz_app.families.tasks import TaskFacts
from bertviz_app.records.forward import Encoding, Floats
from bertviz_app.uploads.texts import TextRow
from bertviz_app.workspace import choices, session
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

AT_ONCE = 250  # last layers held in memory at the same time
LONGEST = 300  # characters of a text in the table on the screen; the CSV has them whole
PLACES = ("One per line", "File")
MOST_VALUES = 30  # values of a file's labels that can be told what they stand for
NOTHING = "no label"
FILE_NAME = "inside-bert-texts.csv"
EXAMPLES = (
    "A wonderful film, warm and funny from start to finish.",
    "I want these two hours of my life back.",
    "The acting is superb, but the story is painfully slow.",
    "Not bad at all.",
    "The film lasts ninety minutes.",
)
ALONE = "A list of sentences is read by one model. “This sentence” compares two."

Scored = Sequence[tuple[Classification | None, str]]  # for each row what the classifier says, and a note


def several(page: Page, subject: Subject) -> None:
    """Texts, or pairs of texts, that are typed or handed over, what a classifier says of each, and, where the file says it too, how often the two agree."""
    page.alone(ALONE)
    task = _choose_classifier(subject)
    head = subject.model.info.task_heads[task]
    chosen = _chosen(page, head)
    if chosen is None:
        return
    expected = stands_for(chosen.rows, head.labels) if chosen.label else None
    file = session.UPLOAD.value().number if chosen.headings else ""
    asked = (subject.model.info.key, task, tuple((row.text, row.second, row.problem) for row in chosen.rows), file)
    said: Scored | None = session.VERDICTS.of(asked)
    if said is None:
        if chosen.headings and not told_to_read(sum(not row.problem for row in chosen.rows)):
            return
        said = scored(subject, task, chosen.rows)
        session.VERDICTS.put(asked, said)
        if chosen.headings:
            st.rerun()  # with the questions about the file folded
    verdicts = [Verdict(row, *answer) for row, answer in zip(chosen.rows, said, strict=True)]
    texts = [verdict.row.text for verdict in verdicts if verdict.reading]
    if texts:
        page.show(
            measures.verdicts_figure(verdicts, page.theme), name="sentiments", alt="Bars", notice=measures.summary(verdicts)
        )
    else:
        page.notice(measures.summary(verdicts))
    if texts and expected is not None:
        show_agreement(page, head, verdicts, expected)
    show_verdicts(verdicts, chosen.headings, expected)
    if texts:
        page.python(snippet.python_code(subject.info, task, verdicts, chosen.read))


def _choose_classifier(subject: Subject) -> str:
    """Which head reads the texts: the one of `classifier_of` until another is chosen, where the model has several."""
    heads = subject.model.info.classifiers
    first = classifier_of(subject)
    if len(heads) < 2:
        return first
    offered = [first, *(key for key in heads if key != first)]
    return choices.one_of_these(Choice.CLASSIFIER, "Read by", offered, says=lambda key: heads[key].name, width=420)


def _chosen(page: Page, head: TaskFacts) -> Chosen | None:
    """The texts that were typed, or those of a file, if there is one."""
    if head.row.needs_pair:
        st.caption("This head reads pairs of texts: upload a file with a column for each of the two.")
    elif choices.view(Choice.TEXTS_FROM, PLACES, label="Texts from") == PLACES[0]:
        return Chosen(page.lines("reviews", "Texts, one per line", EXAMPLES))
    chosen = chosen_texts(head)
    if chosen is not None:
        page.reads(*(row.both for row in chosen.rows if not row.problem))
    return chosen


def told_to_read(n: int) -> bool:
    """A button that starts the work, and is gone as soon as it was pressed."""
    place = st.empty()
    pressed = place.button(f"Read {counted(n, 'text')}", type="primary", key="read_texts")
    if pressed:
        place.empty()
    return pressed


def classifier_of(subject: Subject) -> str:
    """The head that texts are read by: that about sentiment, else the first that reads a text alone, else any over whole inputs. Empty without one."""
    heads = subject.model.info.classifiers
    order = sorted(heads, key=lambda key: (heads[key].row.page != "sentiment", heads[key].row.needs_pair))
    return order[0] if order else ""


def reading_of(subject: Subject, task: str, vector: Floats) -> Classification:
    """What a head says of one class vector [d_model]."""
    return classes.read(subject.model.info.task_heads[task], subject.model.class_logits(task, vector))


def scored(subject: Subject, task: str, rows: Sequence[TextRow]) -> Scored:
    """What the head says of each row, and a note; a row that cannot be read keeps its place, with the reason."""
    encodings, notes = _encoded(subject, rows)
    places = sorted(encodings)
    readings: dict[int, Classification] = {}
    for start in range(0, len(places), AT_ONCE):
        chunk = places[start : start + AT_ONCE]
        which = (
            f"{shown(start):,} to {start + len(chunk):,} of {len(places):,}" if len(places) > AT_ONCE else f"{len(places):,}"
        )
        states = subject.final_states([encodings[place] for place in chunk], f"Reading texts {which}")
        for place, state in zip(chunk, states, strict=True):
            readings[place] = reading_of(subject, task, state.class_vector)
    return [(readings.get(place), note) for place, note in enumerate(notes)]


def show_verdicts(verdicts: Sequence[Verdict], headings: Sequence[str], expected: Mapping[str, str | None] | None) -> None:
    """The result as a table, long texts shortened, and as a CSV with everything in it: row numbers and the file's own columns too."""
    shown = measures.columns(verdicts, headings, expected=expected, longest=LONGEST)
    st.dataframe(shown, hide_index=True, key="table_verdicts")
    if any(len(verdict.row.text) > LONGEST for verdict in verdicts):
        st.caption(f"Long texts are shown by their first {LONGEST} characters; the CSV has them whole.")
    # The byte order mark tells a spreadsheet that this is UTF-8.
    st.download_button(
        "Download CSV", lambda: csv_text(measures.columns(verdicts, headings, expected=expected)).encode("utf-8-sig"), FILE_NAME,
        "text/csv", key="csv_verdicts", on_click="ignore",
    )  # fmt: skip


def stands_for(rows: Sequence[TextRow], labels: Sequence[str]) -> dict[str, str | None]:
    """What each value of the file's labels stands for: as it is recognised, until the visitor says otherwise. Those that are equal need no word."""
    found = file_labels.matched(file_labels.values_of([row.label for row in rows]), labels)
    if all(value == label for value, label in found.items()):
        return found
    with st.expander("What the labels of the file stand for", expanded=None in found.values()):
        offered = [NOTHING, *labels]
        columns = st.columns(min(3, len(found)))
        for place, (value, label) in enumerate(list(found.items())[:MOST_VALUES]):
            first = 0 if label is None else offered.index(label)
            chosen = one_of(columns[place % len(columns)], f"“{value[:40]}” is", offered, first, about=value)
            found[value] = None if chosen == NOTHING else chosen
        if len(found) > MOST_VALUES:
            st.caption(
                f"Showing the {MOST_VALUES} commonest of {len(found)} values; the others stand for what they are equal to."
            )
    return found


def show_agreement(page: Page, head: TaskFacts, verdicts: Sequence[Verdict], expected: Mapping[str, str | None]) -> None:
    """How often the classifier says what the file says, and whom it takes for whom."""
    if head.decoding != "softmax":
        st.caption("This head does not choose one label for a text, so it is not compared with a label of the file.")
        return
    found = file_labels.agreement(verdicts, expected, head.labels)
    if found.n:
        figure = file_labels.confusion_figure(found, page.theme)
        page.show(figure, name="confusion", alt="Heatmap", notice=file_labels.notice(found))
    else:
        page.notice(file_labels.notice(found))
    with page.fold("Table: every label"):
        page.table(file_labels.columns(found), name="labels")
        st.markdown(file_labels.METHOD)
        st.code(snippet.file_labels_code(FILE_NAME, head.labels), language="python")


def _encoded(subject: Subject, rows: Sequence[TextRow]) -> tuple[dict[int, Encoding], list[str]]:
    """The encodings of the rows that can be read, by place; and a note for each row, empty where there is nothing to say."""
    encodings: dict[int, Encoding] = {}
    notes = [row.problem for row in rows]
    with st.spinner(f"Cutting {len(rows):,} texts into tokens"):
        for place, row in enumerate(rows):
            if row.problem:
                continue
            try:
                encoding = subject.model.encode(row.text, row.second)
            except InputError as error:
                notes[place] = str(error)
                continue
            encodings[place] = encoding
            if encoding.n_dropped:
                notes[place] = f"Cut: {encoding.n_dropped:,} tokens did not fit into the {encoding.n_tokens} the model reads."
    return encodings, notes
