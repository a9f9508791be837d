from __future__ import annotations

import itertools
import random

from bertviz_app.analysis.common_words import common_subsequence


def longest(first: list[str], second: list[str]) -> int:
    """How many words can meet, by trying all."""
    return max(
        n
        for n in range(min(len(first), len(second)) + 1)
        for chosen in itertools.combinations(first, n)
        if chosen in set(itertools.combinations(second, n))
    )


def test_what_meets_is_the_same_and_in_the_order_of_both() -> None:
    chance = random.Random(1)
    for _ in range(200):
        first, second = ([chance.choice("abcd") for _ in range(chance.randrange(8))] for _ in range(2))
        met = common_subsequence(first, second)
        assert all(first[i] == second[j] for i, j in met)
        assert all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(met))
        # A run of equal words may be worth one that stands alone.
        assert longest(first, second) - 2 <= len(met) <= longest(first, second)
        assert common_subsequence(first, first) == [(i, i) for i in range(len(first))]


def test_of_a_word_that_stands_there_often_the_one_with_the_same_neighbours_meets() -> None:
    first, second = ["the", "bank"], ["the", "man", "went", "to", "the", "bank"]
    assert common_subsequence(first, second) == [(0, 4), (1, 5)]
    assert common_subsequence([], ["a"]) == []
