"""One layer's logits over the vocabulary, and the sums that entropy and divergence are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bertviz_app.records.forward import Floats


@dataclass(frozen=True, eq=False)
class Scores:
    """The logits of one layer, ready for what is asked of them. Sums over the vocabulary are made in double precision.

    logits, shifted, powers   [position, vocab]   as they are, less the largest of their row, and e to the power of that
    total                     [position]          the sum of the powers; the probabilities are powers / total
    entropy                   [position]          nats
    """

    logits: Floats
    shifted: Floats
    powers: Floats
    total: NDArray[np.float64]
    entropy: NDArray[np.float64]

    def cross_entropy(self, other: Scores) -> NDArray[np.float64]:
        """−Σ P(w) log P_other(w) over the vocabulary, in nats: [position]."""
        return np.log(other.total) - _mean(other.shifted, self.powers, self.total)


def _mean(values: Floats, powers: Floats, total: NDArray[np.float64]) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = np.multiply(powers, values).sum(axis=-1, dtype=np.float64) / total
    return mean


def scored(logits: Floats) -> Scores:
    """Logits [position, vocab] of one layer."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    powers = np.exp(shifted)
    total = powers.sum(axis=-1, dtype=np.float64)
    return Scores(logits, shifted, powers, total, np.log(total) - _mean(shifted, powers, total))
