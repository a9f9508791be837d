from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from alignments import aligned, any_alignment, attention, onto_itself

from bertviz_app.analysis import pairing
from bertviz_app.analysis.differences import head_changes


@pytest.mark.parametrize(("n", "m"), itertools.product(range(1, 14), repeat=2))
def test_layers_meet_by_relative_depth(n: Any, m: Any) -> None:
    pairs = pairing.paired_layers(n, m)
    assert pairs[0] == (0, 0) and pairs[-1] == (n, m) and len(pairs) == min(n, m) + 1
    for side in (0, 1):  # in order, and none twice
        assert all(one[side] < next_[side] for one, next_ in itertools.pairwise(pairs))
    assert all(abs(a / n - b / m) <= 0.5 / max(n, m) + 1e-12 for a, b in pairs)
    assert pairs == tuple((a, b) for b, a in pairing.paired_layers(m, n))
    if n == m:
        assert pairs == tuple((state, state) for state in range(n + 1))


def test_a_model_has_layers() -> None:
    with pytest.raises(ValueError, match="one layer"):
        pairing.paired_layers(0, 3)


def test_heads_of_two_orders_find_each_other() -> None:
    chance = np.random.default_rng(0)
    ours = attention(chance, 5, 6, 6)
    order = [3, 1, 4, 0, 2]
    assert pairing.paired_heads(ours, ours[order], onto_itself(6)) == tuple((head, order.index(head)) for head in range(5))
    assert pairing.paired_heads(ours, ours, onto_itself(6)) == tuple((head, head) for head in range(5))
    alike = np.repeat(ours[:1], 4, axis=0)  # heads that nothing tells apart
    assert pairing.paired_heads(alike, alike, onto_itself(6)) == tuple((head, head) for head in range(4))


def test_heads_by_number_only_if_it_is_said() -> None:
    chance = np.random.default_rng(1)
    ours = attention(chance, 3, 4, 4)
    turned = ours[[1, 2, 0]]
    assert pairing.paired_heads(ours, turned, onto_itself(4)) == ((0, 2), (1, 0), (2, 1))
    assert pairing.paired_heads(ours, turned, onto_itself(4), by_number=True) == ((0, 0), (1, 1), (2, 2))
    with pytest.raises(ValueError, match="3 and 2 heads"):
        pairing.paired_heads(ours, turned[:2], onto_itself(4), by_number=True)


@pytest.mark.parametrize("seed", range(20))
def test_no_other_pairs_are_better(seed: Any) -> None:
    chance = np.random.default_rng(seed)
    n, m = (int(size) for size in chance.integers(1, 6, size=2))
    costs = chance.random((n, m))
    found = pairing.matched(costs)
    best = min(
        sum(costs[row, column] for row, column in zip(rows, columns, strict=True))
        for rows in itertools.combinations(range(n), min(n, m))
        for columns in itertools.permutations(range(m), min(n, m))
    )
    assert sum(costs[row, column] for row, column in found) == pytest.approx(best, abs=1e-6)
    assert len(found) == min(n, m) and sorted((column, row) for row, column in found) == sorted(pairing.matched(costs.T))


def test_divergences_of_heads_are_those_of_their_rows() -> None:
    chance = np.random.default_rng(4)
    alignment = any_alignment(chance, 6)
    ours, theirs = (
        attention(chance, heads, len(tokens), len(tokens)) for heads, tokens in zip((2, 3), alignment.tokens, strict=True)
    )
    found = pairing.head_divergences(ours, theirs, alignment)
    assert found.shape == (2, 3)
    for a, b in itertools.product(range(2), range(3)):
        assert found[a, b] == pytest.approx(head_changes(ours[None, [a]], theirs[None, [b]], alignment)[0, 0])
    apart = aligned([((0,), ()), ((), (0,))])
    assert np.isnan(pairing.head_divergences(np.ones((1, 1, 1)), np.ones((1, 1, 1)), apart)).all()
