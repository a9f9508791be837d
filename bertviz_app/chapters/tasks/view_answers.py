"""Question answering: a question, a passage, and the stretch of it that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import input_notes
from bertviz_app.chapters.tasks import answers, answers_snippet, no_answer
from bertviz_app.chapters.tasks.answers_figures import strip_figure
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.components.marked_text import Mark
from bertviz_app.drawing.numbering import numbered
from bertviz_app.errors import EmptyText
from bertviz_app.workspace import choices
from bertviz_app.workspace.evidence import show_evidence, show_marked
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.sentence import text_form
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.untrained import choose_head, offer_head

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bertviz_app.families.tasks import Task
    from bertviz_app.records.forward import Encoding, Floats
    from bertviz_app.workspace.page import Page

QUESTION = "When did Ada Lovelace publish her translation?"
PASSAGE = (
    "In 1843 Ada Lovelace published a translation of an article on the Analytical Engine, a machine that Charles Babbage had designed but never "
    "built. Her notes were three times as long as the article. In the last of them she described, step by step, how the machine would compute "
    "Bernoulli numbers, which many call the first computer program."
)
BOXES = {"question": ("Question", QUESTION), "passage": ("Passage", PASSAGE)}
ALONE = "A question and its passage are texts of this view alone, and are read by one model; the tasks that read the sentence above compare two."


def answers_view(page: Page, subject: Subject, row: Task) -> None:
    """The best answer marked in the passage, where it would start and end, and what its first token looks at."""
    page.alone(ALONE)
    typed = text_form("answers", BOXES)
    encoding = _encoded(subject, typed)
    page.reads(encoding.text, encoding.pair or "")
    parts = answers.windows(encoding, max_tokens=subject.model.info.max_tokens)
    _say_what_is_read(encoding, parts)
    if not offer_head(page, subject, row.key):
        return
    key = choose_head(subject, row.key)
    info = subject.info.with_head(key)
    logits = [subject.model.token_logits(key, state) for state in _states(subject, parts)]
    rule = _rule(info.abstains)
    reading = answers.read(parts, logits, abstains=rule.by_score, task=row.key)
    best, said = reading.best, answers.notice(reading, rule.threshold)
    mark = _mark(reading, page.theme, given=reading.gives_answer(rule.threshold))
    page.notice(said)
    show_marked(page, [(encoding.pair or "", [mark])], label="The passage with the best answer marked")
    st.caption(plain(f"{info.title}: {no_answer.SOMETIMES if info.abstains else no_answer.ALWAYS}"))
    page.show(strip_figure(reading, page.theme), name=row.key, alt=f"Heat strip. {said}")
    page.table(answers.columns(reading), name=row.key)
    window, position = int(reading.window[best.first]), int(reading.position[best.first])
    forward = subject.run(parts[window].encoding)
    evidence = show_evidence(
        page, subject, forward, [position], who=f"“{reading.tokens[best.first]}”, where the answer starts,"
    )
    with page.fold("How it is computed"):
        by = no_answer.BY_SCORE if rule.by_score else no_answer.BY_PROBABILITY
        st.markdown(info.special.spelled(f"{answers.METHOD} {no_answer.RULES[by]}"))
    with page.fold("Table: every token of the passage"):
        page.table(numbered(reading.tokens) | {"P(start)": reading.start, "P(end)": reading.end}, name="answer-tokens")
    page.python(answers_snippet.answers_code(info, parts, reading, evidence, rule))


def _rule(abstains: bool) -> no_answer.Rule:
    """When no answer is given: what the best stretch is judged by, and from where on."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        # Which one is meant until one is chosen hangs on the model: each kind of model has a choice of its own.
        by = choices.view(
            Choice.JUDGED_WITH_NO_ANSWER if abstains else Choice.JUDGED,
            list(no_answer.RULES),
            label="The best stretch is judged by",
            label_visibility="visible",
            default=no_answer.BY_SCORE if abstains else no_answer.BY_PROBABILITY,
        )
        if by == no_answer.BY_SCORE:
            threshold = st.slider(
                "It must be ahead by more than (τ)", -10.0, 10.0, 0.0, 0.5, key="answer_margin", bind="query-params", width=320
            )
            return no_answer.Rule(by_score=True, threshold=float(threshold))
        percent = choices.number(Choice.ANSWER_BELOW, "No answer below", 0, 100, format="%d %%", width=320)
        return no_answer.Rule(threshold=percent / 100)


def _mark(reading: answers.AnswerScores, theme: Theme, *, given: bool) -> Mark:
    """The best stretch, marked as an answer where it is given as one."""
    best = reading.best
    color, title = (
        (theme.accent, "The best answer") if given else (theme.muted, "The best stretch, which is not given as an answer")
    )
    return Mark(best.start, best.end, color, plots.percent(best.probability), f"{title}: {best.text}")


def _encoded(subject: Subject, typed: Mapping[str, str]) -> Encoding:
    """Question and passage, uncut. Raises `EmptyText` with the name of the one of which nothing is left in tokens."""
    for name, text in typed.items():
        if not subject.model.reader.holds_text(text):
            raise EmptyText(answers.NOTHING.format(name))
    return subject.model.encode(typed["question"], typed["passage"], whole=True)


def _say_what_is_read(encoding: Encoding, parts: Sequence[answers.Window]) -> None:
    """The input's surprises, the windows of a long passage, and a question that is too long."""
    for note in input_notes.notes(encoding):
        st.caption(plain(note))
    first = parts[0].encoding
    if len(parts) > 1:
        st.caption(
            f"The passage is too long for one reading: it is read in {len(parts)} windows of up to {first.n_tokens} tokens, which overlap."
        )
    asked, of = (int((whole.segment_ids == 0)[whole.offsets[:, 1] > 0].sum()) for whole in (first, encoding))
    if asked < of:
        st.caption(f"Only the first {asked} of the {of} tokens of the question are read.")


def _states(subject: Subject, parts: Sequence[answers.Window]) -> list[Floats]:
    """The last layer of each window, [position, d_model]. One window is the same forward pass that the rest of the page reads."""
    if len(parts) == 1:
        return [subject.run(parts[0].encoding).hidden_states[-1]]
    states = subject.final_states([part.encoding for part in parts], f"Reading {len(parts)} windows")
    return [state.last_hidden_state for state in states]
