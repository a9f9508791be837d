"""What makes probabilities of logits, or leaves them the numbers they are.

softmax   P(k) = exp(z_k) / Σ_j exp(z_j)      one of many; they sum to 1
sigmoid   P(k) = 1 / (1 + exp(−z_k))          each for itself
number    z_k                                 regression: nothing is made of it
"""

from __future__ import annotations

import numpy as np

from bertviz_app.families.decodings import DecodingKey
from bertviz_app.records.forward import Floats


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis; the largest logit is taken off first, so that nothing overflows.

    >>> softmax(np.log(np.array([1.0, 3.0], dtype=np.float32))).tolist()
    [0.25, 0.75]
    """
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Floats = shifted / shifted.sum(axis=-1, keepdims=True)
    return result


def sigmoid(logits: Floats) -> Floats:
    """Each logit for itself: a softmax of two of which the other is 0.

    >>> sigmoid(np.log(np.array([1.0, 3.0], dtype=np.float32))).tolist()
    [0.5, 0.75]
    """
    result: Floats = softmax(np.stack([np.zeros_like(logits), logits], axis=-1))[..., 1]
    return result


def decoded(logits: Floats, decoding: DecodingKey) -> Floats:
    """What is shown of logits, of the same shape; `decoding` is a key of `decodings.DECODINGS`, and softmax is along the last axis."""
    if decoding == "number":
        return logits
    return softmax(logits) if decoding == "softmax" else sigmoid(logits)


def log_probability(logits: Floats, chosen: np.ndarray) -> Floats:
    """log P of one chosen entry a row: logits [row, vocab], chosen [row] → [row], in nats."""
    top = logits.max(axis=-1)
    normalizer = top + np.log(np.exp(logits - top[:, None]).sum(axis=-1))
    result: Floats = logits[np.arange(len(logits)), chosen] - normalizer
    return result
