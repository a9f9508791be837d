"""Tasks on vectors of whole sentences, for which no head is needed: an extractive summary, and the similarity of several texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.analysis import input_notes
from bertviz_app.analysis.sentence_splitting import LANGUAGES, recognised, split
from bertviz_app.chapters.tasks import snippet, summary
from bertviz_app.drawing.components.marked_text import Mark
from bertviz_app.drawing.plots import shown
from bertviz_app.errors import EmptyText
from bertviz_app.workspace import choices
from bertviz_app.workspace.evidence import show_evidence, show_marked
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.sentence import text_form
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.records.forward import Encoding
    from bertviz_app.workspace.page import Page

ARTICLE = (
    "Starlings gather in the evening before they go to roost. On cold winter days a flock can hold a hundred thousand birds. The flock turns, "
    "stretches and folds, and yet no bird leads it. Each bird watches about seven of its neighbours, however far away they are. When one of "
    "them turns, the others turn a moment later, and so the movement runs through the whole flock. A falcon that attacks finds it hard to pick "
    "out one bird among so many. My neighbour once photographed such a flock from the roof of the town hall. The pictures were in the local paper. "
    "Physicists have filmed flocks in Rome with several cameras and computed the path of every bird."
)
ALONE = "A summary is a choice of sentences, which has no difference that could be subtracted; the tasks that read one text or pair compare two."


def summary_view(page: Page, subject: Subject) -> None:
    """The most central sentences of a text, marked in it."""
    page.alone(ALONE)
    label = f"Text (up to {summary.MAX_SENTENCES} sentences)"
    text = text_form("article", {"article": (label, ARTICLE)})["article"]
    page.reads(text)
    with st.container(horizontal=True, gap="medium"):
        language = _language(text)
        ratio = choices.number(
            Choice.SUMMARY_RATIO, "Share of the sentences to keep", 10, 100, value=30, step=5, format="%d %%"
        )
    spans, encodings = _sentences(subject, text, language)
    states = subject.final_states(encodings, "Reading sentences")
    vectors = np.stack(
        [state.last_hidden_state[~encoding.is_special].mean(axis=0) for state, encoding in zip(states, encodings, strict=True)]
    )
    scores = summary.centrality(vectors)
    picked = summary.chosen(scores, ratio / 100)
    marks = [Mark(*spans[i], page.theme.accent, str(shown(i)), f"Sentence {shown(i)}: {scores[i]:.4f}") for i in picked]
    page.notice(summary.notice(scores, picked))
    show_marked(page, [(text, marks)], label="The text with the chosen sentences marked")
    texts = [encoding.text for encoding in encodings]
    figure = summary.centrality_figure(scores, picked, texts, page.theme)
    page.show(figure, name="summary", alt=f"Bars: how central each sentence is. {summary.notice(scores, picked)}")
    _mean_attention(
        page, subject, encodings[int(scores.argmax())], f"the most central sentence, number {shown(int(scores.argmax()))},"
    )
    with page.fold("How it is computed"):
        st.markdown(subject.model.info.special.spelled(summary.METHOD))
    with page.fold("Table: every sentence"):
        chosen = ["yes" if i in picked else "" for i in range(len(texts))]
        numbers = list(range(1, len(texts) + 1))
        page.table({"number": numbers, "sentence": texts, "share of the walk": scores, "chosen": chosen}, name="summary")
    page.python(snippet.summary_code(subject.info, texts, len(picked)))


def _mean_attention(page: Page, subject: Subject, encoding: Encoding, what: str) -> None:
    """No single token decides here: each that enters the mean does, and their attention is averaged."""
    positions = np.flatnonzero(~encoding.is_special).tolist()
    show_evidence(page, subject, subject.run(encoding), positions, who=f"the mean over the tokens of {what}")


def _language(text: str) -> str:
    """Whose rules tell sentences apart: those that the script tells, or those that are chosen; empty for the first."""
    told = LANGUAGES[recognised(text)]
    return choices.one_of_these(
        Choice.SUMMARY_LANGUAGE,
        "Split as",
        ["", *LANGUAGES],
        says=lambda key: LANGUAGES.get(key, f"{told}, by its script"),
        width=260,
    )


def _sentences(subject: Subject, text: str, language: str) -> tuple[list[tuple[int, int]], list[Encoding]]:
    """The sentences that can be read: where they stand, and their encodings. What is left out or cut is said."""
    for note in input_notes.notes(subject.model.encode(text, whole=True)):  # refuses what is empty, too long or unreadable
        st.caption(plain(note))
    found = split(text, language)
    st.caption(found.how())
    spans = found.spans
    if len(spans) > summary.MAX_SENTENCES:
        st.caption(f"Only the first {summary.MAX_SENTENCES} of {len(spans)} sentences are read.")
    read: list[tuple[int, int]] = []
    encodings: list[Encoding] = []
    for start, end in spans[: summary.MAX_SENTENCES]:
        try:
            encodings.append(subject.model.encode(text[start:end]))
            read.append((start, end))
        except EmptyText:  # nothing but characters that leave no token
            continue
    cut = [str(number) for number, encoding in enumerate(encodings, start=1) if encoding.n_dropped]
    if cut:
        st.caption(plain(f"Too long for one reading, and cut: sentence {', '.join(cut)}."))
    return read, encodings
