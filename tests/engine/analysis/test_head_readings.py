from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.analysis import head_readings as lens
from bertviz_app.analysis.head_readings import BLOCKS, HeadReading
from bertviz_app.chapters.attention.measures import read_head

if TYPE_CHECKING:
    from bertviz_app.records.forward import ForwardPass

READINGS = [HeadReading(words, hide, block) for words in (False, True) for hide in (False, True) for block in BLOCKS]


def test_merging_by_hand() -> None:
    weights = np.array([[0.5, 0.25, 0.25], [0.2, 0.4, 0.4], [0.0, 0.8, 0.2]])
    # To the word: 0.25 + 0.25. From the word: the mean of (0.2, 0.8) and (0.0, 1.0).
    np.testing.assert_allclose(lens.merged(weights, np.array([0, 1, 1])), [[0.5, 0.5], [0.1, 0.9]])


def test_hiding_by_hand() -> None:
    weights = np.array([[0.5, 0.4, 0.1], [0.2, 0.2, 0.6], [0.8, 0.1, 0.1]])
    kept = np.array([False, True, True])
    np.testing.assert_allclose(lens.renormalised(weights, kept), [[0, 0, 0], [0, 0.25, 0.75], [0, 0.5, 0.5]])
    nothing_left = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert lens.renormalised(nothing_left, np.array([False, True])).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("reading", READINGS)
def test_many_heads_are_read_as_one_is(pair_forward: ForwardPass, reading: Any) -> None:
    frame = lens.framed(pair_forward.encoding, reading)
    layer = frame.read(pair_forward.attentions[3])  # [head, row, column]
    one = read_head(pair_forward, 3, 4, reading)
    np.testing.assert_array_equal(layer[4], one.weights)
    assert (frame.queries, frame.keys) == (one.queries, one.keys)
