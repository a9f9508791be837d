"""Agreement of maps: how alike the orders are in which several methods put the tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def rank_agreement(maps: Sequence[Doubles]) -> Doubles:
    """Spearman's rank correlation between each two maps, the mean over their rows: [map, map], symmetric, 1 on the diagonal.

    A row that is the same everywhere has no order: it counts as 0 with any other.
    """
    from scipy.stats import rankdata

    centered = []
    for weights in maps:
        ranks = rankdata(np.round(weights, 12), axis=-1)  # what differs by rounding alone is a tie
        ranks -= ranks.mean(axis=-1, keepdims=True)
        lengths = np.linalg.norm(ranks, axis=-1, keepdims=True)
        centered.append(np.divide(ranks, lengths, out=np.zeros_like(ranks), where=lengths > 0))
    stacked = np.stack(centered)  # [map, query, key]
    agreement: Doubles = np.einsum("aqk,bqk->ab", stacked, stacked) / stacked.shape[1]
    np.fill_diagonal(agreement, 1)
    return agreement
