"""What each token gains of “replaced”: the laws, and numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bertviz_app.analysis.alignment import Alignment
from bertviz_app.chapters.replaced_tokens.compared import of_groups, picture
from bertviz_app.drawing import colors

ALIGNED = Alignment((((0,), (0,)), ((1, 2), (1,)), ((3,), ())), (("[CLS]", "em", "##bed", "old"), ("[CLS]", "embed")))
A, B = np.float32([0, 0, np.log(3), 1]), np.float32([np.log(1 / 3), 0])


def test_bits_worked_by_hand() -> None:
    """1/2 → 1/4 halves it; the mean of 1/2 and 3/4 → 1/2; a token without a partner has no number."""
    assert of_groups(A, ALIGNED.original)[:2] == pytest.approx([0.5, 0.625])
    drawn = picture((A, B), ALIGNED, colors.LIGHT)
    assert drawn.columns["bits"][:2] == pytest.approx([-1, np.log2(0.5 / 0.625)], abs=1e-6)
    assert drawn.columns["bits"][2] is None and drawn.columns["P(replaced), variant"][2] is None
    assert "“old” of the original has no partner" in drawn.notice


def test_exchanged_every_change_has_the_other_sign_and_nothing_differs_from_itself() -> None:
    there, back = picture((A, B), ALIGNED, colors.DARK), picture((B, A), ALIGNED.exchanged, colors.DARK)
    assert there.columns["bits"][:2] == pytest.approx([-bits for bits in back.columns["bits"][:2]])
    itself = Alignment(tuple(((at,), (at,)) for at in range(4)), (ALIGNED.tokens[0], ALIGNED.tokens[0]))
    assert not any(picture((A, A), itself, colors.LIGHT).columns["bits"])


def test_a_logit_far_below_zero_keeps_its_bits() -> None:
    far = of_groups(np.float32([-200, -201]), ((0,), (1,)))
    assert np.log2(far[1] / far[0]) == pytest.approx(-1 / np.log(2))
