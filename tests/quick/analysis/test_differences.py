from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from alignments import aligned, any_alignment, attention, onto_itself
from scipy.spatial.distance import jensenshannon

from bertviz_app.analysis import differences
from bertviz_app.analysis.alignment import Alignment

SEEDS = range(12)


def sizes(alignment: Alignment) -> tuple[int, int]:
    return len(alignment.tokens[0]), len(alignment.tokens[1])


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_still_sum_to_one_and_what_has_no_partner_is_one_column_and_no_row(seed: Any) -> None:
    chance = np.random.default_rng(seed)
    alignment = any_alignment(chance, 7)
    n, _ = sizes(alignment)
    weights, shared = attention(chance, 2, 3, n, n), alignment.is_shared
    merged = differences.merged_weights(weights, alignment.original, shared)
    assert merged.shape == (2, 3, 7, 8)
    assert np.isnan(merged[..., ~shared, :]).all() and np.isnan(merged[..., :, :-1][..., ~shared]).all()
    assert np.nansum(merged[..., shared, :], axis=-1) == pytest.approx(1)
    alone = [at for group, (ours, theirs) in enumerate(alignment.groups) if not theirs for at in ours]
    for group in alignment.shared:
        rows = list(alignment.original[group])
        assert merged[..., group, 7] == pytest.approx(weights[..., rows, :][..., alone].sum(axis=-1).mean(axis=-1))
        for other in alignment.shared:  # to several tokens what goes to each, together
            to = weights[..., rows, :][..., list(alignment.original[other])].sum(axis=-1).mean(axis=-1)
            assert merged[..., group, other] == pytest.approx(to)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_input_and_itself_differ_nowhere_and_exchanged_inputs_change_the_sign(seed: Any) -> None:
    chance = np.random.default_rng(seed)
    alignment = any_alignment(chance, 6)
    n, m = sizes(alignment)
    ours, theirs = attention(chance, 2, 2, n, n), attention(chance, 2, 2, m, m)
    itself = onto_itself(n)
    assert not differences.attention_difference(ours, ours, itself).any()
    assert not differences.head_changes(ours, ours, itself).any()
    there = differences.attention_difference(ours, theirs, alignment)
    back = differences.attention_difference(theirs, ours, alignment.exchanged)
    assert np.array_equal(there, -back, equal_nan=True)
    assert np.array_equal(
        differences.head_changes(ours, theirs, alignment), differences.head_changes(theirs, ours, alignment.exchanged)
    )
    one, other = ours[0, 0, 0], theirs[0, 0, 0]
    for measure in (differences.summed_difference, differences.mean_difference):
        assert not measure(one, one, itself).any()
        assert np.array_equal(measure(one, other, alignment), -measure(other, one, alignment.exchanged), equal_nan=True)


def test_worked_by_hand() -> None:
    # "star ##lings fly" and "starlings sing": fly and sing have no partner.
    alignment = aligned([((0, 1), (0,)), ((2,), ()), ((), (1,))])
    ours = np.array([[0.5, 0.3, 0.2], [0.1, 0.5, 0.4], [1.0, 0.0, 0.0]])
    theirs = np.array([[0.9, 0.1], [0.5, 0.5]])
    moved = differences.attention_difference(ours, theirs, alignment)
    assert moved[0] == pytest.approx([0.9 - 0.7, np.nan, np.nan, 0.1 - 0.3], nan_ok=True) and np.isnan(moved[1:]).all()
    assert differences.summed_difference([1.0, 2.0, 4.0], [7.0, 1.0], alignment) == pytest.approx(
        [4, np.nan, np.nan, -3], nan_ok=True
    )
    assert differences.mean_difference([1.0, 2.0, 4.0], [7.0, 1.0], alignment) == pytest.approx(
        [5.5, np.nan, np.nan], nan_ok=True
    )
    assert differences.row_divergences(ours, theirs, alignment)[0] == pytest.approx(
        jensenshannon([0.7, 0.3], [0.9, 0.1], base=2) ** 2
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_of_parts_differ_by_the_difference_of_the_sums(seed: Any) -> None:
    chance = np.random.default_rng(seed)
    alignment = any_alignment(chance, 8)
    ours, theirs = (chance.normal(size=size) for size in sizes(alignment))
    parts = differences.summed_difference(ours, theirs, alignment)
    assert np.nansum(parts) == pytest.approx(theirs.sum() - ours.sum())


def test_jensen_shannon_like_scipy_bounded_and_symmetric() -> None:
    chance = np.random.default_rng(0)
    p, q = attention(chance, 40, 9, 9), attention(chance, 40, 9, 9)
    found = differences.jensen_shannon(p, q)
    assert found == pytest.approx(jensenshannon(p, q, base=2, axis=-1) ** 2, abs=1e-12)
    assert np.array_equal(found, differences.jensen_shannon(q, p)) and (found >= 0).all() and (found <= 1).all()
    assert not differences.jensen_shannon(p, p).any()
    # ½ log2(1 / ¾) + ¼ (½ log2(½ / ¾) + ½ log2(½ / ¼)) · 2
    assert differences.jensen_shannon([1, 0], [0.5, 0.5]) == pytest.approx(0.3112781245)
    assert differences.jensen_shannon([1, 0], [0, 1]) == 1


def test_heads_with_the_largest_change_come_first() -> None:
    chance = np.random.default_rng(3)
    ours = attention(chance, 2, 3, 5, 5)
    theirs = ours.copy()
    theirs[1, 2] = np.roll(theirs[1, 2], 1, axis=-1)
    theirs[0, 1, 0] = theirs[0, 1, 1]
    changes = differences.head_changes(ours, theirs, onto_itself(5))
    assert differences.most_first(changes)[:2] == [(1, 2), (0, 1)]
    assert np.count_nonzero(changes) == 2 and changes.max() <= 1
    assert differences.most_first(np.array([[np.nan, 0.0]])) == [(0, 1)]


def test_inputs_with_nothing_in_common_have_no_change() -> None:
    apart = aligned([((0,), ()), ((), (0,))])
    ones = np.ones((1, 1, 1, 1))
    assert np.isnan(differences.head_changes(ones, ones, apart)).all()
    assert np.isnan(differences.attention_difference(ones, ones, apart)[..., :2]).all()
