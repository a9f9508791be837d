"""Large matrices in few cells: the strongest of each block, so that no strong weight is lost from sight."""

from __future__ import annotations

import numpy as np

from bertviz_app.records.forward import Floats


def strongest_in_blocks(weights: Floats, block: int) -> Floats:
    """The largest weight of each block × block square; the last row and column of squares may be smaller.

    >>> strongest_in_blocks(np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), 2).tolist()
    [[5, 6], [8, 9]]
    """
    if block == 1:
        return weights
    for axis in (-2, -1):
        starts = np.arange(0, weights.shape[axis], block)
        weights = np.maximum.reduceat(weights, starts, axis=axis)
    return weights
