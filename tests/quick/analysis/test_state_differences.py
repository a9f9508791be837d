from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from alignments import any_alignment, onto_itself

from bertviz_app.analysis import state_differences as lens


def test_cosines_of_an_input_and_itself_are_one_and_exchanging_changes_nothing() -> None:
    chance = np.random.default_rng(0)
    states = chance.normal(size=(4, 6, 8))
    assert lens.state_cosines(states, states, onto_itself(6)) == pytest.approx(1, abs=1e-12)
    alignment = any_alignment(chance, 6)
    ours, theirs = (chance.normal(size=(4, len(tokens), 8)) for tokens in alignment.tokens)
    found = lens.state_cosines(ours, theirs, alignment)
    assert found.shape == (4, 6) and np.array_equal(np.isnan(found[0]), ~alignment.is_shared)
    assert np.array_equal(found, lens.state_cosines(theirs, ours, alignment.exchanged), equal_nan=True)
    for group in alignment.shared:
        u, v = ours[:, list(alignment.original[group])].mean(1), theirs[:, list(alignment.variant[group])].mean(1)
        by_hand = (u * v).sum(-1) / np.linalg.norm(u, axis=-1) / np.linalg.norm(v, axis=-1)
        assert found[:, group] == pytest.approx(by_hand)


def test_cosines_need_the_same_layers_and_widths() -> None:
    for shape in ((3, 2, 4), (2, 2, 5)):
        with pytest.raises(ValueError, match="no cosine"):
            lens.state_cosines(np.ones((2, 2, 4)), np.ones(shape), onto_itself(2))


def test_linear_cka_by_hand() -> None:
    # Centred: x = (−1, 0, 1), y = (−1, 2, −1): K = x xᵀ, L = y yᵀ; ⟨K, L⟩ = (x · y)² = 0.
    assert lens.linear_cka([[0], [1], [2]], [[0], [3], [0]]) == 0
    # x · y = 3, |x|² = 2, |y|² = 14 / 3: 9 / (2 · 14 / 3).
    assert lens.linear_cka([[0], [1], [2]], [[0], [1], [3]]) == pytest.approx(27 / 28)
    assert np.isnan(lens.linear_cka([[1], [1]], [[0], [1]]))


def by_definition(k: np.ndarray, other: np.ndarray) -> float:
    """Nguyen et al. (2021), equation 3, as it stands there."""
    n, ones = len(k), np.ones(len(k))
    k, other = k - np.diag(np.diag(k)), other - np.diag(np.diag(other))
    inner = np.trace(k @ other) + (ones @ k @ ones) * (ones @ other @ ones) / (n - 1) / (n - 2)
    return float((inner - 2 / (n - 2) * ones @ k @ other @ ones) / (n * (n - 3)))


@pytest.mark.parametrize("seed", range(6))
def test_unbiased_cka_as_it_was_published(seed: Any) -> None:
    chance = np.random.default_rng(seed)
    x, y = chance.normal(size=(9, 4)), chance.normal(size=(9, 5))
    y[:, :4] += x
    k, other = x @ x.T, y @ y.T
    expected = by_definition(k, other) / np.sqrt(by_definition(k, k) * by_definition(other, other))
    assert lens.unbiased_cka(x, y) == pytest.approx(expected)
    turned = np.linalg.qr(chance.normal(size=(5, 5)))[0]
    assert lens.unbiased_cka(x, 3 * y @ turned + 7) == pytest.approx(
        lens.unbiased_cka(x, y)
    )  # axes, scale and place do not count
    assert lens.unbiased_cka(x, y) == pytest.approx(lens.unbiased_cka(y, x))
    assert lens.unbiased_cka(x, x) == pytest.approx(1) and lens.linear_cka(x, x) == pytest.approx(1)


def test_without_bias_few_tokens_are_not_taken_for_alike() -> None:
    chance = np.random.default_rng(1)
    pairs = [(chance.normal(size=(10, 384)), chance.normal(size=(10, 384))) for _ in range(20)]
    assert min(lens.linear_cka(x, y) for x, y in pairs) > 0.9  # vectors that have nothing to do with each other
    assert abs(np.mean([lens.unbiased_cka(x, y) for x, y in pairs])) < 0.1
    assert np.isnan(lens.unbiased_cka(np.eye(3), np.eye(3)))


def test_layers_of_two_models() -> None:
    chance = np.random.default_rng(2)
    ours = chance.normal(size=(3, 8, 6))
    theirs = np.concatenate([ours, ours], axis=-1)[[0, 0, 1, 1, 2]] * 5
    pairs = ((0, 0), (1, 2), (2, 4), (0, 4))
    found = lens.layer_alikeness(ours, theirs, onto_itself(8), pairs)
    assert found[:3] == pytest.approx(1) and found[3] < 0.9
    assert np.isnan(lens.layer_alikeness(ours[:, :3], theirs[:, :3], onto_itself(3), pairs)).all()
