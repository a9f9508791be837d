"""Why two texts are alike: their cosine, split exactly into pairs of tokens.

    v = Σ_i w_i h_i                                  a mean over tokens, plain (w_i = 1 / n) or weighted
    part[i, j] = w_i w'_j h_i · h'_j / (‖v‖ ‖v'‖)       Σ_ij part[i, j] = cos(v, v')

The laws: the parts add up to the cosine; exchanging the texts transposes them; how long the vectors of a text are together does not count. A text
whose tokens' mean is subtracted from all of them first is split in the same way. It is no explanation of any other pooling.

It needs no source: a product of two sums is the sum of all products. How the words that went in make their vectors alike is another question; see
Moeller et al., An attribution method for Siamese encoders (2023), and Vasileiou and Eberle, Explaining text similarity in transformer models (2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bertviz_app.analysis.phrases import counted, decimal, leader, listed, named_among, signed
from bertviz_app.drawing.numbering import numbered, titles

Doubles = NDArray[np.float64]
Names = tuple[Sequence[str], Sequence[str]]

METHOD = (
    "A mean of vectors has a cosine that is a sum: each token of one text with each of the other, the product of their two vectors, divided by the lengths "
    "of the means and the numbers of tokens. The parts add up to the cosine. A large part needs long vectors as well as alike ones, and in the later layers "
    "a share of each part is what the vectors of all tokens have in common: compare the parts with each other."
)


@dataclass(frozen=True)
class Link:
    """A token of the first text, one of the second, by their places, and their part of the cosine."""

    first: int
    second: int
    part: float


def cosine_parts(first: ArrayLike, second: ArrayLike, weights: tuple[ArrayLike, ArrayLike] | None = None) -> Doubles:
    """The part that each pair of tokens has in the cosine of two means: vectors [token, d_model] of each → [token, token].

    weights   [token] of each text, where its mean is a weighted one

    A text whose mean is 0 is at right angles to all others, and its parts are 0.

    >>> cosine_parts([[1, 0], [0, 1]], [[1, 1]]).round(3).tolist()
    [[0.5], [0.5]]
    """
    vectors = [np.asarray(side, dtype=np.float64) for side in (first, second)]
    shares = [np.full(len(side), 1 / len(side)) for side in vectors] if weights is None else [_shares(w) for w in weights]
    weighted = [side * share[:, None] for side, share in zip(vectors, shares, strict=True)]
    lengths = [float(np.linalg.norm(side.sum(axis=0))) for side in weighted]
    if not all(lengths):
        return np.zeros((len(vectors[0]), len(vectors[1])))
    parts: Doubles = (weighted[0] / lengths[0]) @ (weighted[1] / lengths[1]).T
    return parts


def _shares(weights: ArrayLike) -> Doubles:
    shares: Doubles = np.asarray(weights, dtype=np.float64) / np.sum(np.asarray(weights, dtype=np.float64))
    return shares


def strongest_links(parts: Doubles, k: int = 12) -> tuple[Link, ...]:
    """The k pairs whose parts are furthest from 0, to either side, the strongest first.

    >>> [(link.first, link.second, link.part) for link in strongest_links(np.array([[0.1, -0.4], [0.3, 0.0]]), k=2)]
    [(0, 1, -0.4), (1, 0, 0.3)]
    """
    order = np.argsort(-np.abs(parts), axis=None, kind="stable")[:k]
    places = [np.unravel_index(place, parts.shape) for place in order]
    return tuple(Link(int(i), int(j), float(parts[i, j])) for i, j in places if parts[i, j])


def notice(parts: Doubles, names: Names) -> str:
    """What the cosine is made of: the pair with the largest part, and how much pulls the texts apart."""
    total = float(parts.sum())
    told = f"The cosine of {decimal(total)} is the sum of {counted(parts.size, 'part')}, one for each pair of tokens"
    if parts.size == 1:
        return f"The cosine of {decimal(total)} is that of {_pair(0, 0, names)}, the only tokens of both."
    most = leader(parts, lambda part: decimal(part, 3))
    best = ""
    if most is not None and parts.ravel()[most] > 0:
        i, j = (int(at) for at in np.unravel_index(most, parts.shape))
        best = f"; the largest is that of {_pair(i, j, names)}, {signed(float(parts[i, j]), 3)}"
    below = float(parts[parts < 0].sum())
    n_below = int((parts < 0).sum())
    if decimal(below) == decimal(0.0):
        return f"{told}{best}."
    pulls = f"{counted(n_below, 'pair')} {'pulls' if n_below == 1 else 'pull'} the texts apart, by {decimal(-below)}{' together' if n_below > 1 else ''}"
    return f"{told}{best}. {pulls}."


def _pair(first: int, second: int, names: Names) -> str:
    return listed([named_among(names[0], first), named_among(names[1], second)])


def matrix_columns(parts: Doubles, names: Names) -> dict[str, list[object]]:
    """The parts as a table: a row for each token of the first text, a column for each of the second."""
    columns: dict[str, list[object]] = numbered(names[0])
    return columns | {title: column.tolist() for title, column in zip(titles(names[1]), parts.T, strict=True)}


def link_columns(links: Sequence[Link], names: Names) -> dict[str, list[object]]:
    """Links as a table: both tokens with their numbers, and their part of the cosine."""
    first, second = (
        numbered(side, places)
        for side, places in zip(names, ([link.first for link in links], [link.second for link in links]), strict=True)
    )
    return (
        {f"{title}, first text": its for title, its in first.items()}
        | {f"{title}, second text": its for title, its in second.items()}
        | {"part": [link.part for link in links]}
    )
