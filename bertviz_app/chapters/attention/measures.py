"""Attention: how much each token looks at each other token.

    weights[query, key] = softmax over keys of (q · k / √d)     each row is a probability: it sums to 1

One head is a square of such rows; `readings` says in which ways it can be read.

Sources: Vaswani et al., Attention Is All You Need (2017), section 3.2; Clark et al., What Does BERT Look At? (2019), section 3
(where heads look).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis.head_readings import HeadReading, framed, merged
from bertviz_app.analysis.phrases import FEWEST, leader, listed
from bertviz_app.drawing.numbering import head_name
from bertviz_app.drawing.plots import percent, shown
from bertviz_app.records.forward import Floats, ForwardPass

PLACES = ("the previous token", "the next token", "the token itself", "[CLS]", "[SEP]")
HABIT = 0.3  # of its weight: less than this on any place is no habit

METHOD = (
    r"In each head, every token makes a query $q$ and every token a key $k$; the weight is $\mathrm{softmax}_k(q \cdot k / \sqrt{d})$, "
    "so each row sums to 1. *Neurons*: the sum $q \cdot k$ broken down into one product for each of the $d$ dimensions, from the model's own $q$ and $k$. *Words*: the weight **to** a word is the sum over its pieces, **from** a word the mean over its pieces "
    "(Clark et al. 2019, section 4.1). *Without [CLS] and [SEP]*: their rows and columns are left out and each row is divided by what is left, "
    "so that it sums to 1 again. A *block* such as A → B keeps the rows of sentence A and the columns of sentence B as they are. "
    "Attention shows where a head looks, not why the model decides as it does."
)


@dataclass(frozen=True, eq=False)
class HeadWeights:
    """One head, read in one way.

    weights  [query, key]
    queries, keys        the tokens or words of the rows and columns
    row_of, column_of    [position] where a token of the encoding went; -1 where it is not shown
    hidden               the share of the weight that was on [CLS] and [SEP], 0 to 1, where these are left out
    """

    layer: int
    head: int
    weights: Floats
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    row_of: NDArray[np.int64]
    column_of: NDArray[np.int64]
    hidden: float = 0.0

    @property
    def strongest(self) -> tuple[int, int]:
        """The row and the column of the largest weight."""
        row, column = np.unravel_index(int(self.weights.argmax()), self.weights.shape)
        return int(row), int(column)

    def query_name(self, row: int) -> str:
        """A row's token or word in quotes, with the number of its first token where the same name stands in other rows too."""
        return _named(self.queries, row, self.row_of)

    def key_name(self, column: int) -> str:
        """The same for a column."""
        return _named(self.keys, column, self.column_of)


@dataclass(frozen=True, eq=False)
class HeadPattern:
    """Where a head looks: the place of `PLACES` that gets the largest share of all its weight, for every head: [layer, head]."""

    place: NDArray[np.int64]
    share: Floats


def read_head(forward: ForwardPass, layer: int, head: int, reading: HeadReading) -> HeadWeights:
    """One head in the chosen reading. Rows sum to 1 with the block "All"; in a block, to at most 1.

    A row that had all its weight on [CLS] and [SEP] stays empty when these are hidden.
    """
    frame = framed(forward.encoding, reading)
    weights = merged(forward.attentions[layer, head], frame.groups)
    hidden = 0.0
    if reading.hide_special:
        hidden = float(weights[~frame.special][:, frame.special].sum(axis=-1).mean())
    return HeadWeights(
        layer, head, frame.read(forward.attentions[layer, head]),
        queries=frame.queries, keys=frame.keys, row_of=_places(frame.rows, frame.n_groups)[frame.groups],
        column_of=_places(frame.columns, frame.n_groups)[frame.groups], hidden=hidden,
    )  # fmt: skip


def head_patterns(forward: ForwardPass) -> HeadPattern:
    """For every head, which of `PLACES` gets the largest share of all its weight.

    The first token has no previous one and the last no next one: their rows count all the same, with nothing there.
    """
    weights, encoding = forward.attentions, forward.encoding
    shares = [weights.diagonal(offset, axis1=2, axis2=3).sum(axis=-1) / encoding.n_tokens for offset in (-1, 1, 0)]
    for kind in ("cls", "sep"):
        # [layer, head, query, key] → [layer, head]: the columns of [CLS], or of all [SEP] together
        shares.append(weights[..., encoding.positions(kind)].sum(axis=-1).mean(axis=-1))
    stacked = np.stack(shares)
    return HeadPattern(stacked.argmax(axis=0), stacked.max(axis=0))


def telling_head(patterns: HeadPattern) -> tuple[int, int]:
    """The layer and head, from 0, that show best what a head can be: the one with the firmest habit of looking at a neighbour.

    Where none does so with more than half of its weight, the one with the firmest habit of all.
    """
    neighbours = np.where(patterns.place < 2, patterns.share, 0)
    shares = neighbours if neighbours.max() > 0.5 else patterns.share
    layer, head = np.unravel_index(int(shares.argmax()), shares.shape)
    return int(layer), int(head)


def head_sentence(forward: ForwardPass, weights: HeadWeights, reading: HeadReading) -> str:
    """What to notice in one head: its habit in the whole sentence, or in another reading the strongest link."""
    name = head_name(weights.layer, weights.head)
    if not weights.weights.size:
        return f"{name} has nothing to show here."
    link = _strongest_link(weights)
    if reading == HeadReading():
        patterns = head_patterns(forward)
        share, place = patterns.share[weights.layer, weights.head], PLACES[patterns.place[weights.layer, weights.head]]
        place = forward.model.special.spelled(place)
        habit = f"puts {percent(share)} of its weight on {place}"
        return f"{name} {habit if share >= HABIT else f'has no simple habit: it {habit}'}; {link}."
    if reading.hide_special:
        ends = forward.model.special.spelled("[CLS] and [SEP]")
        return f"{name} had {percent(weights.hidden)} of its weight on {ends}; without these, {link}."
    if reading.block != "All":
        inside = float(weights.weights.sum(axis=-1).mean())
        return f"{name}: {percent(inside)} of the weight from sentence {reading.block[0]} goes to {reading.block[-1]}; {link}."
    return f"{name}: between words, {link}."


def mosaic_sentence(patterns: HeadPattern) -> str:
    """What to notice in all heads: the clearest habit, if one stands out, and how many heads have one."""
    firm = int((patterns.share > 0.5).sum())
    puts = "puts" if firm == 1 else "put"
    count = (
        f"{firm} of {patterns.share.size} heads {puts} more than half of their weight on one such place: {listed(PLACES, 'or')}"
    )
    clearest = leader(patterns.share, percent)
    if clearest is None:
        return f"No single head has the clearest habit. {count}."
    layer, head = np.unravel_index(clearest, patterns.share.shape)
    return (
        f"{head_name(int(layer), int(head))} has the clearest habit: {percent(patterns.share[layer, head])} of its weight goes to "
        f"{PLACES[patterns.place[layer, head]]}. {count}."
    )


def token_sentence(weights: HeadWeights, position: int) -> str:
    """What to notice of one token: where it looks most, and who looks at it most."""
    row, column = weights.row_of[position], weights.column_of[position]
    said = []
    if row >= 0 and weights.keys:
        given, token = weights.weights[row], weights.query_name(row)
        key = int(given.argmax())
        other = "itself" if weights.column_of[position] == key else weights.key_name(key)
        how = "looks most at" if leader(given, percent) is not None else "gives no token more than"
        said.append(f"{token} {how} {other} ({percent(given.max())})")
    if column >= 0 and weights.queries:
        received, token = weights.weights[:, column], weights.key_name(column)
        query, share = int(received.argmax()), percent(received.max())
        other = "it" if weights.row_of[position] == query else weights.query_name(query)
        if leader(received, percent) is None:
            said.append(f"no token gives {token} more than {share}")
        else:
            said.append(f"of all tokens, {other} looks most at {'itself' if other == 'it' else token} ({share})")
    if not said:
        return "This token is hidden in the chosen reading."
    return f"{head_name(weights.layer, weights.head)}: " + "; ".join(said) + "."


def _places(kept: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """[group] the row that each group has among the kept ones, or -1."""
    places = np.full(n, -1, dtype=np.int64)
    places[kept] = np.arange(len(kept))
    return places


def _named(names: tuple[str, ...], place: int, where: NDArray[np.int64]) -> str:
    """A row or column in quotes; `where` [position] says which of them each token went to."""
    quoted = f"“{names[place]}”"
    return quoted if names.count(names[place]) == 1 else f"{quoted} (token {shown(int((where == place).argmax()))})"


def _strongest_link(weights: HeadWeights) -> str:
    """The largest weight: "the strongest link is “b” to “a”, 83 %"; where others are written the same, that there are several."""
    (row, column), share = weights.strongest, percent(weights.weights.max())
    pair = f"{weights.query_name(row)} to {weights.key_name(column)}"
    if leader(weights.weights, percent) is not None:
        return f"the strongest link is {pair}, {share}"
    return (
        f"one link is {pair}, {share}"
        if weights.weights.size < FEWEST
        else f"its strongest links have {share} each, among them {pair}"
    )
