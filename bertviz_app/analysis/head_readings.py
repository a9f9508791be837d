"""Ways of reading a head that keep the rows' law: words (`words.py`) in the place of word pieces, [CLS] and [SEP] left out, and the blocks between
two sentences (whose rows sum to what stays inside of the block).

Source: Clark et al., What Does BERT Look At? (2019), section 4.1 (from pieces to words).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis.words import groups_of, units
from bertviz_app.records.forward import Encoding, Floats

Weights = TypeVar("Weights", Floats, NDArray[np.float64])

Block = Literal["All", "A → A", "A → B", "B → A", "B → B"]
# The blocks of a pair: name on the screen → segment of the queries, segment of the keys.
BLOCKS: Mapping[Block, tuple[int | None, int | None]] = {
    "All": (None, None),
    "A → A": (0, 0),
    "A → B": (0, 1),
    "B → A": (1, 0),
    "B → B": (1, 1),
}


@dataclass(frozen=True)
class HeadReading:
    """How a head is read: pieces merged into words, [CLS] and [SEP] left out, and a key of `BLOCKS`."""

    words: bool = False
    hide_special: bool = False
    block: Block = "All"


@dataclass(frozen=True, eq=False)
class Frame:
    """What a reading makes of the tokens of one encoding; the same for every head.

    groups         [position] the row and column that each token goes into, before any is left out
    special        [group] whether it is [CLS] or [SEP] and those are left out
    names          [group] the token or word
    rows, columns  the groups that are shown
    """

    groups: NDArray[np.int64]
    special: NDArray[np.bool_]
    names: tuple[str, ...]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]

    @property
    def n_groups(self) -> int:
        return len(self.names)

    @property
    def queries(self) -> tuple[str, ...]:
        """The tokens or words of the rows."""
        return tuple(self.names[row] for row in self.rows)

    @property
    def keys(self) -> tuple[str, ...]:
        """The tokens or words of the columns."""
        return tuple(self.names[column] for column in self.columns)

    def read(self, weights: Floats) -> Floats:
        """Any number of heads in this reading: [..., query, key] → [..., row, column]."""
        weights = merged(weights, self.groups)
        if self.special.any():
            weights = renormalised(weights, ~self.special)
        if len(self.rows) == len(self.columns) == self.n_groups:
            return weights
        return weights[..., self.rows, :][..., self.columns]


def framed(encoding: Encoding, reading: HeadReading) -> Frame:
    """The rows and columns of a reading."""
    of = units(encoding)
    groups = groups_of(of) if reading.words else np.arange(encoding.n_tokens)
    names = tuple(unit.text for unit in of) if reading.words else encoding.tokens
    first = np.unique(groups, return_index=True)[1]  # the first token of each group
    segments = encoding.segment_ids[first]
    special = encoding.is_special[first] & reading.hide_special
    rows, columns = (np.flatnonzero(~special & _in(segments, segment)) for segment in BLOCKS[reading.block])
    return Frame(groups, special, names, rows, columns)


def merged(weights: Weights, groups: NDArray[np.int64]) -> Weights:
    """Weights between groups of tokens: the sum over the keys of a group, the mean over its queries. Rows still sum to 1.

    weights [..., query, key], groups [position] ascending from 0 → [..., group, group]

    >>> merged(np.array([[0.5, 0.25, 0.25], [0.2, 0.4, 0.4], [0.0, 0.8, 0.2]]), np.array([0, 1, 1])).round(2).tolist()
    [[0.5, 0.5], [0.1, 0.9]]

    Source: Clark et al. (2019), section 4.1.
    """
    starts = np.unique(groups, return_index=True)[1]
    if len(starts) == len(groups):
        return weights
    sizes = np.diff(np.append(starts, len(groups))).astype(weights.dtype)
    to_words = np.add.reduceat(weights, starts, axis=-1)  # [..., query, key] → [..., query, group]
    sums: Weights = np.add.reduceat(to_words, starts, axis=-2)
    sums /= sizes[:, None]
    return sums


def renormalised(weights: Floats, kept: NDArray[np.bool_]) -> Floats:
    """The same square with nothing outside of `kept`, and each kept row divided by what is left of it."""
    inside = np.where(kept[:, None] & kept[None, :], weights, 0)
    sums = inside.sum(axis=-1, keepdims=True)
    result: Floats = np.divide(inside, sums, out=np.zeros_like(inside), where=sums > 0)
    return result


def _in(segments: NDArray[np.int64], segment: int | None) -> NDArray[np.bool_]:
    return np.ones(len(segments), dtype=bool) if segment is None else np.asarray(segments == segment)
