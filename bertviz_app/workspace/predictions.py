"""All that an input asks of a model: the pages that look behind a prediction choose from these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.analysis.predictions import Prediction, telling
from bertviz_app.analysis.words import words_as_written
from bertviz_app.drawing.plots import shown
from bertviz_app.families.label_schemes import scheme_of
from bertviz_app.families.objectives import OBJECTIVES, PAIRS
from bertviz_app.families.tasks import Reads, in_order
from bertviz_app.records.forward import Encoding, FinalState, Floats, ForwardPass
from bertviz_app.workspace import choices
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page

MOST_BLANKS = 4  # that are filled: each has a probability for every entry of the vocabulary
NOTHING = "There is nothing to predict here yet. "
HIDE = "Click a word to hide it: the model then predicts what belongs there."


def words(page: Page, subject: Subject) -> Encoding:
    """The sentence as it is read, in a strip; a click hides a word, where the model can fill blanks."""
    if subject.model.info.fills_blanks:
        page.hide_words()
    else:
        page.strip(subject.encoding)
    return subject.encoding


def nothing(subject: Subject) -> str:
    """Why there is no prediction, and what to do."""
    return NOTHING + (HIDE if subject.model.info.fills_blanks else subject.model.info.why_not("masked_words"))


def asked_of(subject: Subject, encoding: Encoding) -> list[Prediction]:
    """What each head says after a plain pass, computed once."""
    return once(predictions, subject.model, encoding, subject.run(encoding))


def predictions(model: Model, encoding: Encoding, state: ForwardPass | FinalState) -> list[Prediction]:
    """What each trained head says of a last layer, as far as the input asks for it; in the same order for the same input."""
    last: Floats = state.hidden_states[-1] if isinstance(state, ForwardPass) else state.last_hidden_state
    found = [
        *_blanks(model, encoding, last),
        *_of_the_whole(model, encoding, state),
        *_answer_ends(model, encoding, last),
        *_of_words(model, encoding, last),
    ]
    if "replaced_tokens" in model.info.objectives:
        title, labels = OBJECTIVES["replaced_tokens"].name, ("original", "replaced")
        for at, logit in enumerate(model.replacement_logits(last)):
            # One output, yes or no, is a softmax of two of which the first is always 0.
            logits = np.array([0, logit], dtype=np.float32)
            found.append(Prediction("replaced_tokens", title, logits, labels, position=at, about=_at(encoding, at)))
    return found


def choose(found: Sequence[Prediction]) -> int:
    """Which of them is looked at: a choice of the head, and of the token where it says something about each."""
    titles = list(dict.fromkeys(one.title for one in found))
    with st.container(horizontal=True, gap="medium"):
        title = choices.one_of_these(Choice.PREDICTION, "Prediction", titles)
        places = [index for index, one in enumerate(found) if one.title == title]
        if len(places) == 1:
            return places[0]
        several = [found[index] for index in places]
        which = choices.one_of_these(
            Choice.PREDICTION_ABOUT,
            "Token",
            range(len(several)),
            says=lambda index: several[index].about,
            index=telling(several),
        )
    return places[which]


def _blanks(model: Model, encoding: Encoding, last: Floats) -> list[Prediction]:
    blanks = encoding.positions("mask")
    if not blanks or not model.info.fills_blanks:
        return []
    blanks = model.reader.require_masks(encoding, at_most=len(blanks))[:MOST_BLANKS]
    return [
        Prediction("masked_words", f"the blank, token {shown(position)}", logits, position=position)
        for position, logits in zip(blanks, model.vocabulary_logits(last[blanks]), strict=True)
    ]


def _of_the_whole(model: Model, encoding: Encoding, state: ForwardPass | FinalState) -> list[Prediction]:
    """Next sentence, a sentence pair, sentiment, classes: heads that read the first token, or what the pooler makes of it."""
    labels, heads = model.info.labels, model.info.task_heads
    titles = {task: OBJECTIVES[task].name for task in PAIRS if encoding.pair is not None}
    titles |= {
        key: heads[key].title
        for key in in_order(model.info.classifiers)
        if encoding.pair is not None or not heads[key].row.needs_pair
    }
    return [
        Prediction(
            task,
            title,
            model.class_logits(task, state.class_vector),
            labels[task],
            decoding=heads[task].decoding if task in heads else "softmax",
        )
        for task, title in titles.items()
        if task in labels
    ]


def _answer_ends(model: Model, encoding: Encoding, last: Floats) -> list[Prediction]:
    """Where an answer to sentence A starts in sentence B, and where it ends."""
    heads = {key: head for key, head in model.info.task_heads.items() if head.row.reads is Reads.SPAN}
    if not heads or encoding.pair is None:
        return []
    places = np.flatnonzero((encoding.segment_ids == 1) & (encoding.offsets[:, 1] > 0)).tolist()
    if model.info.abstains:
        places = [0, *places]
    if len(places) < 2:
        return []
    names = tuple(_at(encoding, place) if place else "no answer" for place in places)
    return [
        Prediction(
            key, head.told_apart(f"where the answer {verb}"), logits[:, side], names, candidates=tuple(places), side=side
        )
        for key, head in heads.items()
        for logits in [model.token_logits(key, last[places])]
        for side, verb in enumerate(("starts", "ends"))
    ]


def _of_words(model: Model, encoding: Encoding, last: Floats) -> list[Prediction]:
    named = model.info.task_heads
    heads = {key: head for key, head in named.items() if head.row.reads is Reads.WORDS and len(head.labels) > 1}
    written = words_as_written(encoding) if heads else []
    if not written:
        return []
    rows = last[[word.position for word in written]]
    return [
        Prediction(key, title, row, head.labels, word.position, _at(encoding, word.position, word.text))
        for key, head in heads.items()
        for title in [head.told_apart(scheme_of(head.labels).title)]
        for word, row in zip(written, model.token_logits(key, rows), strict=True)
    ]


def _at(encoding: Encoding, position: int, text: str = "") -> str:
    return f"“{text or encoding.tokens[position]}”, token {shown(position)}"
