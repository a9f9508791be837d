from __future__ import annotations

import numpy as np
import pytest

from bertviz_app.analysis.differences_said import SAME
from bertviz_app.chapters.words_in_context import compared as lens
from bertviz_app.drawing import colors

BEFORE = np.array([[1.0, 0.8, 0.5], [0.8, 1.0, 0.4], [0.5, 0.4, 1.0]])
AFTER = np.array([[1.0, 0.9, 0.1], [0.9, 1.0, 0.4], [0.1, 0.4, 1.0]])
NAMES = ("1", "2", "3")


def test_worked_by_hand() -> None:
    picture = lens.cosines_picture((BEFORE, AFTER), NAMES, colors.LIGHT)
    assert picture.columns["difference"] == pytest.approx([0.1, -0.4, 0.0])
    assert picture.notice == (
        "Two places have a cosine of 0.57 on average in the original and 0.47 in the variant; 1 and 3 change most, from 0.50 to 0.10."
    )


def test_laws() -> None:
    """Against itself nothing differs; exchanged, the signs change."""
    assert lens.cosines_picture((BEFORE, BEFORE), NAMES, colors.DARK).notice == SAME
    forth, back = (lens.cosines_picture(sides, NAMES, colors.LIGHT) for sides in ((BEFORE, AFTER), (AFTER, BEFORE)))
    assert forth.columns["difference"] == pytest.approx([-value for value in back.columns["difference"]])
