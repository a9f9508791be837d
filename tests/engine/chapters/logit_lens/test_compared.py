from __future__ import annotations

import numpy as np
import pytest

from bertviz_app.analysis.differences_said import SAME
from bertviz_app.chapters.logit_lens import compared as lens
from bertviz_app.chapters.logit_lens.measures import Said
from bertviz_app.drawing import colors

BEFORE = np.array([[0.1, 0.5, 0.2], [0.2, 0.25, 0.4]])  # [state, group]
AFTER = np.array([[0.1, 0.25, 0.2], [0.8, 0.25, 0.1]])
NAMES, WORDS = ("he", "[MASK]", "key"), ("he", "door", "key")


def test_worked_by_hand() -> None:
    picture = lens.picture((BEFORE, AFTER), NAMES, WORDS, colors.LIGHT)
    rows = dict(zip(zip(picture.columns["token"], picture.columns["layer"], strict=True), picture.columns["bits"], strict=True))
    assert rows == pytest.approx({
        ("he", "embeddings"): 0, ("he", "1"): 2, ("[MASK]", "embeddings"): -1, ("[MASK]", "1"): 0, ("key", "embeddings"): 0, ("key", "1"): -2,
    })  # fmt: skip
    assert picture.notice == "In the last layer, the original’s answers change by up to 2.00 bits."  # two do
    louder = np.array([AFTER[0], [0.8, 0.25, 0.4]])
    assert lens.picture((BEFORE, louder), NAMES, WORDS, colors.DARK).notice == (
        "The last layer changes most at “he”: the original’s answer “he” gains 2.00 bits."
    )


def test_laws() -> None:
    """Against itself nothing differs; exchanged, the signs change."""
    assert lens.picture((BEFORE, BEFORE), NAMES, WORDS, colors.LIGHT).notice == SAME
    forth, back = (lens.picture(sides, NAMES, WORDS, colors.LIGHT) for sides in ((BEFORE, AFTER), (AFTER, BEFORE)))
    assert forth.columns["bits"] == pytest.approx([-value for value in back.columns["bits"]])


def test_each_group_is_asked_about_its_own_word() -> None:
    shares = np.arange(2 * 4 * 2, dtype=float).reshape(2, 4, 2)  # [state, position, word]
    nothing = np.zeros((2, 4))
    said = Said(
        np.zeros((2, 4, 1), dtype=np.int64), np.zeros((2, 4, 1)), nothing, nothing, np.ones((2, 4, 2), dtype=np.int64), shares
    )
    assert lens.own_shares(said, [3, 1]).tolist() == [[shares[0, 3, 0], shares[0, 1, 1]], [shares[1, 3, 0], shares[1, 1, 1]]]
