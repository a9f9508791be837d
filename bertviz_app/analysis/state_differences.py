"""How alike the hidden states of two inputs are: token by token where their axes mean the same, as whole layers where they do not.

    cos(u, v) = u · v / (‖u‖ ‖v‖)                                         of one model, or of two of the same origin
    CKA(X, Y) = HSIC(K, L) / √(HSIC(K, K) HSIC(L, L)),  K = X Xᵀ, L = Y Yᵀ     of any two: which tokens are alike in one that are alike in the other

HSIC is estimated without bias: with fewer tokens than numbers in a vector, as every sentence has, the plain one finds any two layers alike.

Sources: Kornblith et al., Similarity of Neural Network Representations Revisited (2019), section 3, equation 4 (linear CKA); Nguyen et al., Do Wide and
Deep Networks Learn the Same Things? (2021), equation 3 (without bias).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bertviz_app.analysis.alignment import Alignment, Positions

Doubles = NDArray[np.float64]

TINY = 1e-18  # of a squared length
FEWEST = 4  # rows that the estimate without bias needs
COSINE_METHOD = (
    "The cosine of the vectors that a token has in both, after each layer; of several tokens, of the mean of their vectors. It says something only "
    "where the axes of the vectors mean the same: within one model, or between a model and one that was made from it."
)
CKA_METHOD = (
    "Centred kernel alignment asks whether tokens that are alike in one layer are alike in the other, whatever their axes mean: 1 where all are, 0 where "
    "nothing is told by it. It is estimated without bias, for which it needs four tokens, and may then come out somewhat below 0. Sources: S. Kornblith "
    "et al., Similarity of Neural Network Representations Revisited (2019), section 3, equation 4; T. Nguyen et al., Do Wide and Deep Networks Learn the "
    "Same Things? (2021), equation 3."
)


def state_cosines(original: ArrayLike, variant: ArrayLike, alignment: Alignment) -> Doubles:
    """The cosine of each token's two vectors in each state: [state, position, d_model] of each → [state, group]; NaN where a group is not shared.

    Both sides have as many states (choose those that are paired first) and as many numbers in a vector, whose axes mean the same.
    Raises `ValueError` where they have not.
    """
    before, after = (np.asarray(states, dtype=np.float64) for states in (original, variant))
    if before.shape[0] != after.shape[0] or before.shape[-1] != after.shape[-1]:
        raise ValueError(f"states of shapes {before.shape} and {after.shape} have no cosine: their layers or widths differ")
    cosines = np.full((len(before), len(alignment.groups)), np.nan)
    shared = list(alignment.shared)
    if shared:
        u, v = _vectors(before, alignment.original, shared), _vectors(after, alignment.variant, shared)
        lengths = np.linalg.norm(u, axis=-1) * np.linalg.norm(v, axis=-1)
        cosines[:, shared] = np.clip((u * v).sum(axis=-1) / np.where(lengths > 0, lengths, 1), -1, 1)
    return cosines


def layer_alikeness(original: ArrayLike, variant: ArrayLike, alignment: Alignment, pairs: Sequence[tuple[int, int]]) -> Doubles:
    """CKA of pairs of states of two models: [state, position, d_model] of each, pairs (state, state) → [pair]; NaN with fewer than four tokens."""
    before, after, shared = np.asarray(original), np.asarray(variant), list(alignment.shared)
    if len(shared) < FEWEST:
        return np.full(len(pairs), np.nan)
    return np.array([
        unbiased_cka(
            _vectors(before[[a]], alignment.original, shared)[0], _vectors(after[[b]], alignment.variant, shared)[0]
        )
        for a, b in pairs
    ])  # fmt: skip


def linear_cka(x: ArrayLike, y: ArrayLike) -> float:
    """How alike two sets of vectors of the same things are: [row, d] and [row, d'] → 0 to 1; NaN where one has all rows alike.

    >>> linear_cka([[1, 0], [0, 1], [0, 0]], [[0, 2], [-2, 0], [0, 0]])
    1.0

    Source: Kornblith et al. (2019), section 3, equation 4, with linear kernels and HSIC as in equation 3.
    """
    return _aligned(_kernel(x), _kernel(y), _plain_hsic)


def unbiased_cka(x: ArrayLike, y: ArrayLike) -> float:
    """The same, estimated without bias: near 0 for vectors that have nothing to do with each other, however few; at most 1, and may be negative.

    NaN with fewer than four rows, or where one has all rows alike.

    Source: Nguyen et al. (2021), equation 3.
    """
    k, other = _kernel(x), _kernel(y)
    if len(k) < FEWEST:
        return float("nan")
    off_diagonal = 1 - np.eye(len(k))
    return _aligned(k * off_diagonal, other * off_diagonal, _unbiased_hsic)


def _kernel(rows: ArrayLike) -> Doubles:
    """The products of all pairs of vectors, taken from their mean: [row, d] → [row, row]."""
    vectors = np.asarray(rows, dtype=np.float64)
    vectors = vectors - vectors.mean(axis=0)
    products: Doubles = vectors @ vectors.T
    return products


def _aligned(k: Doubles, other: Doubles, hsic: Callable[[Doubles, Doubles], float]) -> float:
    """HSIC of two kernels, as a share of their own."""
    own = hsic(k, k) * hsic(other, other)
    # What rounding leaves of rows that are all alike is no kernel.
    if own <= 0 or min(np.abs(k).max(), np.abs(other).max()) < TINY:
        return float("nan")
    return float(min(hsic(k, other) / np.sqrt(own), 1.0))


def _plain_hsic(k: Doubles, other: Doubles) -> float:
    return float((k * other).sum())


def _unbiased_hsic(k: Doubles, other: Doubles) -> float:
    """Of kernels with nothing on their diagonals; without the factor 1 / (n (n − 3)), which falls out of the share."""
    n = len(k)
    both = k.sum() * other.sum() / ((n - 1) * (n - 2))
    return float((k * other).sum() + both - 2 / (n - 2) * (k.sum(axis=0) @ other.sum(axis=0)))


def _vectors(states: NDArray[np.floating], groups: Sequence[Positions], shared: Sequence[int]) -> Doubles:
    """The mean vector of each shared group: [state, position, d_model] → [state, shared, d_model]."""
    return np.stack([states[:, list(groups[group])].mean(axis=1, dtype=np.float64) for group in shared], axis=1)
