from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.chapters.attribution import compared as lens
from bertviz_app.drawing import colors
from bertviz_app.records.attributions import Attribution, attention_relevance

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass


def found(rows: Any) -> dict[str, Attribution]:
    keys = ("integrated_gradients", "gradient_x_input", "occlusion", "attention_x_gradient")
    return {key: Attribution(np.array(row), 1.0, 0.0) for key, row in zip(keys, rows, strict=False)}


ROWS = [[0, 1, 4, -2, 0.5, 0], [0, 10, 40, -20, 5, 0], [0, -1, -4, 2, -0.5, 0]]  # two of one mind, one of the opposite


def test_relevance_worked_by_hand() -> None:
    """Two layers of one head on two tokens. Ā₁ = [[0, 1], [0, 0]] and Ā₂ = [[0, 0], [2, 0]] (a negative product counts as 0), so that
    R = (I + Ā₂)(I + Ā₁) = [[1, 1], [2, 3]]; without what each had of itself: [[0, 1], [2, 2]].
    """
    weights = np.array([[[[0.5, 0.5], [0.5, 0.5]]], [[[0.5, 0.5], [1.0, 0.0]]]])
    slopes = np.array([[[[0, 2], [0, -8]]], [[[-1, 0], [2, 7]]]])
    assert attention_relevance(weights, slopes).tolist() == [[0, 1], [2, 2]]


def test_relevance_takes_the_mean_of_heads_and_is_never_negative() -> None:
    generator = np.random.default_rng(0)
    weights, slopes = generator.random((3, 4, 5, 5)), generator.normal(size=(3, 4, 5, 5))
    relevance = attention_relevance(weights, slopes)
    assert relevance.min() >= 0
    one_layer = np.maximum(weights[:1] * slopes[:1], 0).mean(axis=(0, 1))
    assert np.allclose(attention_relevance(weights[:1], slopes[:1]), one_layer)


def test_shares_go_to_one_and_keep_their_sign() -> None:
    shares = lens.shares(found(ROWS))
    assert shares[0].tolist() == shares[1].tolist() == [0, 0.25, 1, -0.5, 0.125, 0]
    assert lens.shares(found([[0, 0, 0]])).tolist() == [[0, 0, 0]]


def test_agreement_is_of_ranks(forward: ForwardPass) -> None:
    between = lens.agreement(forward.encoding, found(ROWS))
    assert between == pytest.approx(np.array([[1, 1, -1], [1, 1, -1], [-1, -1, 1]]))


def test_the_notice_names_first_tokens_and_the_two_closest(forward: ForwardPass) -> None:
    said = lens.notice(forward.encoding, found(ROWS))
    assert "“love” by integrated gradients and gradient × input; “ai” by occlusion" in said
    assert "Integrated gradients and gradient × input order the tokens most alike (rank correlation 1.00)" in said
    assert "least alike" not in said  # two pairs are at −1.00
    assert "All 2 methods give “love” the largest part" in lens.notice(forward.encoding, found(ROWS[:2]))


def test_of_one_word_there_is_no_order(model: Model) -> None:
    encoding = model.encode("love")
    assert "fewer than two words" in lens.notice(encoding, found([[0, 1, 0], [0, 1, 0]]))


def test_a_long_text_draws_the_strongest(model: Model) -> None:
    encoding = model.encode("word " * 60)
    rows = [np.where(np.arange(62) > 30, 1.0, 0.01), np.zeros(62)]
    one = found(rows)
    assert lens.drawn(one) == [*range(9), *range(31, 62)]
    for theme in (colors.theme("light"), colors.theme("dark", narrow=True)):
        (cells,) = lens.compared_figure(encoding, one, theme, title="t").data
        assert np.array(cells.z).shape == ((40, 2) if theme.narrow else (2, 40))
        assert np.abs(cells.z).max() == 1


def test_the_table_has_a_column_for_every_method_with_its_unit(forward: ForwardPass) -> None:
    table = lens.columns(forward.encoding, found([*ROWS, ROWS[0]]))
    assert list(table)[2:] == [
        "Integrated gradients (bits)", "Gradient × input (bits)", "Occlusion (bits)", "Attention × gradient (no unit)",
    ]  # fmt: skip
