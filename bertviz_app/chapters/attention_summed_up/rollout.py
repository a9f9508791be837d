"""Attention rollout: how attention passes on through the layers, as if a token were mixed half of what it looks at, half of itself.

    R = Ã_L · … · Ã_1        Ã_l = ½ (mean over heads of A_l) + ½ I

Source: Abnar and Zuidema, Quantifying Attention Flow in Transformers (2020), section 3.
"""

from __future__ import annotations

import numpy as np

from bertviz_app.analysis.agreement import Doubles
from bertviz_app.records.forward import Floats


def with_residual(attentions: Floats) -> Doubles:
    """[layer, head, query, key] → [layer, query, key]: half the mean over heads, half the identity. Rows sum to 1.

    Source: Abnar and Zuidema (2020), section 3.
    """
    mixed: Doubles = 0.5 * attentions.mean(axis=1, dtype=np.float64) + 0.5 * np.eye(attentions.shape[-1])
    return rows_to_one(mixed)


def rollout(layers: Doubles) -> Doubles:
    """The product of the layers, the last one first: [layer, query, key] → [query, key]. Rows sum to 1 where those of all layers do.

    >>> rollout(np.array([[[0.5, 0.5], [0.0, 1.0]], [[1.0, 0.0], [0.5, 0.5]]])).tolist()
    [[0.5, 0.5], [0.25, 0.75]]

    Source: Abnar and Zuidema (2020), section 3.
    """
    product = np.eye(layers.shape[-1])
    for layer in layers:
        product = layer @ product
    return product


def rows_to_one(matrix: Doubles) -> Doubles:
    """Each row divided by its sum; a row of zeros becomes even, as nothing in it stands out.

    >>> rows_to_one(np.array([[1.0, 3.0], [0.0, 0.0]])).tolist()
    [[0.25, 0.75], [0.5, 0.5]]
    """
    sums = matrix.sum(axis=-1, keepdims=True)
    even = np.full_like(matrix, 1 / matrix.shape[-1])
    return np.divide(matrix, sums, out=even, where=sums > 0)
