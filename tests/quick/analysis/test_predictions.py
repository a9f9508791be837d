from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bertviz_app.analysis.predictions import Prediction, telling
from bertviz_app.records.attributions import Target


def said(*logits: Any, **options: Any) -> Any:
    return Prediction("entities", "named entities", np.array(logits, dtype=np.float32), **options)


def test_a_yes_or_no_is_a_softmax_of_two() -> None:
    assert said(0, math.log(3)).values == pytest.approx([0.25, 0.75])


def test_outputs_have_names() -> None:
    assert said(0, 1).name(1, "ab".__getitem__) == "b"
    assert said(0, 1, labels=("O", "PER")).name(1, "ab".__getitem__) == "PER"
    assert (
        said(0, 1).heading == "named entities" and said(0, about="“ann”, token 2").heading == "named entities, “ann”, token 2"
    )


def test_an_output_can_be_explained() -> None:
    assert said(0, 1, position=4).target(1) == Target("entities", 1, 4)
    ends = Prediction("answers", "", np.zeros(2, dtype=np.float32), candidates=(5, 7), side=1)
    assert ends.target(0) == Target("answers", 1, 5, (5, 7))


def test_the_same_question_to_two_inputs_is_in_the_same_place() -> None:
    assert said(0, 1, position=4).place == said(1, 0, position=4).place != said(0, 1, position=5).place


def test_the_token_that_tells_most_is_the_first_that_is_not_like_most() -> None:
    assert telling([said(1, 0), said(0, 1), said(1, 0), said(0, 1), said(1, 0)]) == 1
    assert telling([said(1, 0)] * 3) == 0
