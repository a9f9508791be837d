"""Which number is explained: a prediction of the model, the token that it is about, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.analysis.predictions import Prediction
from bertviz_app.records.attributions import Target
from bertviz_app.records.forward import Encoding
from bertviz_app.workspace import choices, predictions
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

MOST_ANSWERS = 8  # that are offered, the likeliest


@dataclass(frozen=True, eq=False)
class ChosenTarget:
    """What the visitor chose: the input as the model reads it, and one answer."""

    encoding: Encoding
    target: Target
    name: str


def choose(page: Page, subject: Subject) -> ChosenTarget | None:
    """The prediction, its token, its answer; None, with a sentence, where this input asks the model for nothing."""
    encoding = predictions.words(page, subject)
    found = [
        one
        for one in predictions.asked_of(subject, encoding)
        if len(one.logits) > 1 or one.decoding != "softmax"  # one output of a softmax is always 100 %
    ]
    if not found:
        page.notice(predictions.nothing(subject))
        return None
    with st.container(horizontal=True, gap="medium"):
        one = found[predictions.choose(found)]
        output = _answer(subject, one)
    return ChosenTarget(encoding, one.target(output), one.name(output, subject.model.reader.token))


def _answer(subject: Subject, one: Prediction) -> int:
    """The answer that is explained, at first the likeliest."""
    token = subject.model.reader.token
    offered = np.argsort(-one.logits, kind="stable")[:MOST_ANSWERS].tolist()
    return choices.one_of_these(
        Choice.ANSWER, "Answer to explain", offered, says=lambda output: f"{one.name(output, token)} ({one.said(output)})"
    )
