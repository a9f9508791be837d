"""What differs between two inputs, token by token, once their tokens are aligned (`alignment.py`): variant − original, NaN where one side is missing.

    to merged tokens      a group of tokens receives the sum of what its tokens receive
    from merged tokens    it gives the mean of what its tokens give, so that each row still sums to 1
    without a partner     all such tokens are one last column, and have no row

    JS(p, q) = ½ Σ p log2(p / m) + ½ Σ q log2(q / m),   m = ½ (p + q)      in bits, 0 to 1

The laws: an input differs from itself by 0 everywhere; exchanging the inputs changes every sign.

Sources: Clark et al., What Does BERT Look At? (2019), section 4.1 (from pieces to words); J. Lin, Divergence measures based on the Shannon entropy
(1991), section IV.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bertviz_app.analysis.alignment import Alignment, Positions

Doubles = NDArray[np.float64]

NO_PARTNER = "no partner"  # the name of the last column
METHOD = (
    "Tokens that stand for the same text are one row and one column: what goes to them adds up, what goes out from them is their mean, and each row "
    "still sums to 1. Tokens without a partner are one column and have no row. Source: K. Clark et al., What Does BERT Look At? (2019), section 4.1."
)
HEADS_METHOD = (
    "How far apart two heads are is the Jensen–Shannon divergence of their rows, the mean over the tokens that both inputs have: 0 bits where they look "
    "the same way, 1 bit where nothing that one looks at is looked at by the other. Source: J. Lin, Divergence measures based on the Shannon entropy "
    "(1991), section IV."
)


def merged_weights(weights: ArrayLike, groups: Sequence[Positions], is_shared: NDArray[np.bool_]) -> Doubles:
    """Weights between the groups of one side: weights [..., query, key] → [..., group, group + 1].

    groups     the positions of each on this side, in their order
    is_shared  [group] whether the other side has it too

    The last column is what goes to tokens without a partner. Rows and columns of groups that are not shared are NaN; what is left of a row
    sums to 1.

    >>> weights = [[0.5, 0.25, 0.25], [0.2, 0.4, 0.4], [0.0, 0.8, 0.2]]
    >>> merged_weights(weights, [(0,), (1, 2)], np.array([True, True])).round(2).tolist()
    [[0.5, 0.5, 0.0], [0.1, 0.9, 0.0]]
    >>> merged_weights(weights, [(0,), (1,), (2,)], np.array([True, False, True])).round(2).tolist()
    [[0.5, nan, 0.25, 0.25], [nan, nan, nan, nan], [0.0, nan, 0.2, 0.8]]
    """
    weights, n = np.asarray(weights, dtype=np.float64), len(groups)
    shared: list[int] = np.flatnonzero(is_shared).tolist()
    to = _added_up(weights, groups, is_shared)  # [..., query, key] → [..., query, group + 1]
    rows = [to[..., list(groups[group]), :].mean(axis=-2) for group in shared]
    merged = np.full((*weights.shape[:-2], n, n + 1), np.nan)
    if rows:
        merged[..., shared, :] = np.stack(rows, axis=-2)
    return merged


def attention_difference(original: ArrayLike, variant: ArrayLike, alignment: Alignment) -> Doubles:
    """Variant − original of weights [..., query, key] of each → [..., group, group + 1], the last column as in `merged_weights`."""
    before, after = both_merged(original, variant, alignment)
    return after - before


def both_merged(original: ArrayLike, variant: ArrayLike, alignment: Alignment) -> tuple[Doubles, Doubles]:
    """The weights of both sides in the same rows and columns."""
    shared = alignment.is_shared
    return merged_weights(original, alignment.original, shared), merged_weights(variant, alignment.variant, shared)


def summed_difference(original: ArrayLike, variant: ArrayLike, alignment: Alignment) -> Doubles:
    """Variant − original of what adds up over tokens, such as attributions: [..., position] of each → [..., group + 1].

    The last is that of the tokens without a partner; NaN where a group is not shared. What is there adds up to the difference of the sums.
    """
    shared = alignment.is_shared
    return _added_up(np.asarray(variant, dtype=np.float64), alignment.variant, shared) - _added_up(
        np.asarray(original, dtype=np.float64), alignment.original, shared
    )


def mean_difference(original: ArrayLike, variant: ArrayLike, alignment: Alignment) -> Doubles:
    """Variant − original of what each token has for itself, such as a probability: [..., position] of each → [..., group]; of several tokens the mean."""
    return averaged(variant, alignment.variant, alignment.is_shared) - averaged(
        original, alignment.original, alignment.is_shared
    )


def averaged(values: ArrayLike, groups: Sequence[Positions], is_shared: NDArray[np.bool_]) -> Doubles:
    """The mean over the tokens of each group: values [..., position] → [..., group]; NaN where it is not shared."""
    values = np.asarray(values, dtype=np.float64)
    means = np.full((*values.shape[:-1], len(groups)), np.nan)
    for group in np.flatnonzero(is_shared).tolist():
        means[..., group] = values[..., list(groups[group])].mean(axis=-1)
    return means


def _added_up(values: Doubles, groups: Sequence[Positions], is_shared: NDArray[np.bool_]) -> Doubles:
    """[..., position] → [..., group + 1]: what the tokens of each group have together; at the end, those without a partner."""
    n = len(groups)
    target = np.full(values.shape[-1], n)
    for group in np.flatnonzero(is_shared).tolist():
        target[list(groups[group])] = group
    order = np.argsort(target, kind="stable")
    found, starts = np.unique(target[order], return_index=True)
    sums = np.full((*values.shape[:-1], n + 1), np.nan)
    sums[..., n] = 0
    one_by_one = len(found) == len(target)
    sums[..., found] = values[..., order] if one_by_one else np.add.reduceat(values[..., order], starts, axis=-1)
    return sums


def jensen_shannon(p: ArrayLike, q: ArrayLike) -> Doubles:
    """How far apart two distributions over the last axis are, in bits: [..., outcome] of each → [...]; 0 to 1, symmetric.

    >>> jensen_shannon([[1, 0], [0.5, 0.5]], [[0, 1], [0.5, 0.5]]).tolist()
    [1.0, 0.0]

    Source: Lin (1991), section IV.
    """
    first, second = (np.asarray(side, dtype=np.float64) for side in (p, q))
    first, second = (side / side.sum(axis=-1, keepdims=True) for side in (first, second))
    middle = (first + second) / 2
    parts = [
        np.where(side > 0, side * np.log2(np.divide(side, middle, out=np.ones_like(middle), where=side > 0)), 0).sum(axis=-1)
        for side in (first, second)
    ]
    result: Doubles = np.clip((parts[0] + parts[1]) / 2, 0, 1)
    return result


def row_divergences(original: ArrayLike, variant: ArrayLike, alignment: Alignment) -> Doubles:
    """How far apart the rows of both are, in bits: weights [..., query, key] of each → [..., group]; NaN where a group is not shared."""
    before, after = both_merged(original, variant, alignment)
    shared = list(alignment.shared)
    columns = [*shared, len(alignment.groups)]
    result = np.full(before.shape[:-1], np.nan)
    result[..., shared] = jensen_shannon(before[..., shared, :][..., columns], after[..., shared, :][..., columns])
    return result


def head_changes(original: ArrayLike, variant: ArrayLike, alignment: Alignment) -> Doubles:
    """How much each head changed, in bits: weights [layer, head, query, key] of each → [layer, head]; the mean over the rows that both have.

    NaN where they have no row in common.
    """
    pairs = zip(np.asarray(original), np.asarray(variant), strict=True)
    if not alignment.shared:
        return np.full(np.asarray(original).shape[:2], np.nan)
    # Layer by layer: all at once would hold each weight six times.
    return np.stack([np.nanmean(row_divergences(before, after, alignment), axis=-1) for before, after in pairs])


def most_first(changes: Doubles) -> list[tuple[int, ...]]:
    """The places of an array, those with the largest value first; those that are NaN are left out.

    >>> most_first(np.array([[0.1, 0.3], [np.nan, 0.3]]))
    [(0, 1), (1, 1), (0, 0)]
    """
    flat = changes.ravel()
    order = [place for place in np.argsort(-flat, kind="stable") if not np.isnan(flat[place])]
    return [tuple(int(at) for at in np.unravel_index(place, changes.shape)) for place in order]
