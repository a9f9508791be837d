"""Which number is explained: a prediction of the model, the token that it is about, and the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.attributions import Target
from bertviz_app.lenses import entities
from bertviz_app.lenses.interventions import Answer
from bertviz_app.objectives import OBJECTIVES
from bertviz_app.plots import percent, shown
from bertviz_app.records import Encoding, ForwardPass
from bertviz_app.workspace.interventions import answers, words

if TYPE_CHECKING:
    from bertviz_app.models import Model
    from bertviz_app.workspace.page import Page

MOST_ANSWERS = 8  # that are offered, the likeliest
NOTHING = "There is nothing to explain in this input yet."
WORD = " Click a word to hide it, and what this model would put there can be explained."


@dataclass(frozen=True, eq=False)
class Question:
    """One prediction: what a head says, about `about` ("“paris”, token 9") where it has one for every token.

    target  for its first output; where the softmax is over positions, `candidates`, the output is one of these
    """

    said: Answer
    about: str = ""
    candidates: tuple[int, ...] = ()
    side: int = 0  # of an answer to a question: its start, its end

    def target(self, output: int) -> Target:
        """What is asked, in plain values."""
        if self.candidates:
            return Target(self.said.task, self.side, self.candidates[output], self.candidates)
        return Target(self.said.task, output, self.said.position)


@dataclass(frozen=True, eq=False)
class Explained:
    """What the visitor chose: the input as the model reads it, with the positions that were hidden by a click, and one answer."""

    encoding: Encoding
    hidden: tuple[int, ...]
    target: Target
    name: str


def choose(page: Page) -> Explained | None:
    """The prediction, its token, its answer; None, with a sentence, where this input asks the model for nothing."""
    encoding, hidden = words(page)
    found = questions(page.model, encoding, page.run(encoding))
    if not found:
        page.notice(NOTHING + (WORD if page.model.info.fills_blanks else " " + page.model.info.why_not("masked_words")))
        return None
    with st.container(horizontal=True, gap="medium"):
        several = found[st.selectbox("Prediction", list(found), key="attribution_prediction")]
        one = _about_one(several, encoding) if len(several) > 1 else several[0]
        output = _answer(page, one)
    name = one.said.name(output, page.model.reader.token)
    return Explained(encoding, hidden, one.target(output), name)


def questions(model: Model, encoding: Encoding, forward: ForwardPass) -> dict[str, list[Question]]:
    """All that this input asks the model, by title; several where a head says something about every token."""
    rows, labels = forward.hidden_states[-1], model.info.labels
    found = {
        said.title: [Question(said)] for said in answers(model, encoding, forward) if not said.apart and len(said.logits) > 1
    }
    if "replaced_tokens" in model.info.objectives:
        title = OBJECTIVES["replaced_tokens"].name
        found[title] = [
            Question(
                Answer("replaced_tokens", title, np.stack([np.zeros_like(z), z]), ("original", "replaced"), at),
                _at(encoding, at),
            )
            for at, z in enumerate(model.replacement_logits(rows))
        ]
    if "answers" in labels and encoding.pair is not None:
        found |= _answer_ends(model, encoding, forward)
    if "entities" in labels and len(labels["entities"]) > 1 and (written := entities.written_words(encoding)):
        logits = model.token_logits("entities", rows[[word.position for word in written]])
        found["named entities"] = [
            Question(
                Answer("entities", "named entities", row, labels["entities"], word.position),
                _at(encoding, word.position, word.text),
            )
            for word, row in zip(written, logits, strict=True)
        ]
    return found


def _answer_ends(model: Model, encoding: Encoding, forward: ForwardPass) -> dict[str, list[Question]]:
    """Where an answer to sentence A starts in sentence B, and where it ends."""
    places = np.flatnonzero((encoding.segment_ids == 1) & (encoding.offsets[:, 1] > 0)).tolist()
    if model.info.abstains:
        places = [0, *places]
    if len(places) < 2:
        return {}
    logits = model.token_logits("answers", forward.hidden_states[-1][places])
    names = tuple(_at(encoding, place) if place else "no answer" for place in places)
    return {
        (title := f"where the answer {verb}"): [
            Question(Answer("answers", title, logits[:, side], names), "", tuple(places), side)
        ]
        for side, verb in enumerate(("starts", "ends"))
    }


def _about_one(several: Sequence[Question], encoding: Encoding) -> Question:
    """The token that is asked about, at first one of which the head says something else than of most."""
    likeliest = [one.said.best for one in several]
    first = next((i for i, best in enumerate(likeliest) if best != max(likeliest, key=likeliest.count)), 0)
    key = f"attribution_about_{hash((several[0].said.task, encoding.key))}"
    index = st.selectbox("Token", range(len(several)), index=first, format_func=lambda i: several[i].about, key=key)
    return several[index]


def _answer(page: Page, one: Question) -> int:
    """The answer that is explained, at first the likeliest."""
    said, token = one.said, page.model.reader.token
    chances = said.probabilities
    offered = np.argsort(-said.logits, kind="stable")[:MOST_ANSWERS].tolist()
    return st.selectbox(
        "Answer to explain",
        offered,
        format_func=lambda output: f"{said.name(output, token)} ({percent(float(chances[output]))})",
        key=f"attribution_answer_{hash((page.model.key, said.task, one.about, tuple(offered)))}",
    )


def _at(encoding: Encoding, position: int, text: str = "") -> str:
    return f"“{text or encoding.tokens[position]}”, token {shown(position)}"
