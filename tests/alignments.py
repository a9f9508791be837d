"""Alignments of made-up inputs, and attention and vectors of such, for laws that hold whatever is aligned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis.alignment import Alignment, Pair

Doubles = NDArray[np.float64]


def aligned(groups: list[Pair]) -> Alignment:
    """An alignment whose tokens are called a0, a1, … and b0, b1, …"""
    n, m = (sum(len(group[side]) for group in groups) for side in (0, 1))
    return Alignment(tuple(groups), (tuple(f"a{at}" for at in range(n)), tuple(f"b{at}" for at in range(m))))


def any_alignment(chance: np.random.Generator, n: int) -> Alignment:
    """So many groups in order: some of several tokens, some that one side has not; the first is shared."""
    groups: list[Pair] = []
    done = [0, 0]
    for group in range(n):
        sizes = (1, 1) if not group else [(1, 1), (1, 2), (3, 1), (2, 2), (1, 0), (0, 1)][chance.integers(6)]
        pair = tuple(tuple(range(start, start + size)) for start, size in zip(done, sizes, strict=True))
        groups.append((pair[0], pair[1]))
        done = [start + size for start, size in zip(done, sizes, strict=True)]
    return aligned(groups)


def onto_itself(n: int) -> Alignment:
    """An input of n tokens and itself."""
    return aligned([((at,), (at,)) for at in range(n)])


def attention(chance: np.random.Generator, *shape: int) -> Doubles:
    """Rows of weights [..., query, key] that sum to 1, some of them 0."""
    weights = chance.random(shape) * (chance.random(shape) > 0.2) + 1e-3 * np.eye(shape[-1])
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
