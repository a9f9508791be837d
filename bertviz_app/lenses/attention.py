"""Attention: how much each token looks at each other token.

    weights[query, key] = softmax over keys of (q · k / √d)     each row is a probability: it sums to 1

One head is a square of such rows. Three readings of it that keep the rows' law are here: words in the place of word pieces,
[CLS] and [SEP] left out, and the blocks between two sentences (whose rows sum to what stays inside of the block).

Sources: Vaswani et al., Attention Is All You Need (2017), section 3.2; Clark et al., What Does BERT Look At? (2019), section 3
(where heads look) and section 4.1 (from pieces to words).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bertviz_app.plots import percent, shown
from bertviz_app.records import Encoding, Floats, ForwardPass

# The blocks of a pair: name on the screen → segment of the queries, segment of the keys.
BLOCKS = {"All": (None, None), "A → A": (0, 0), "A → B": (0, 1), "B → A": (1, 0), "B → B": (1, 1)}
PLACES = ("the previous token", "the next token", "the token itself", "[CLS]", "[SEP]")

METHOD = (
    r"In each head, every token makes a query $q$ and every token a key $k$; the weight is $\mathrm{softmax}_k(q \cdot k / \sqrt{d})$, "
    "so each row sums to 1. *Words*: the weight **to** a word is the sum over its pieces, **from** a word the mean over its pieces "
    "(Clark et al. 2019, section 4.1). *Without [CLS] and [SEP]*: their rows and columns are left out and each row is divided by what is left, "
    "so that it sums to 1 again. A *block* such as A → B keeps the rows of sentence A and the columns of sentence B as they are. "
    "Attention shows where a head reads, not why the model decides as it does."
)


@dataclass(frozen=True)
class Reading:
    """How a head is read: pieces merged into words, [CLS] and [SEP] left out, and a key of `BLOCKS`."""

    words: bool = False
    hide_special: bool = False
    block: str = "All"


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


@dataclass(frozen=True, eq=False)
class HeadPattern:
    """Where a head looks: the place of `PLACES` that gets the largest share of its weight, for every head: [layer, head]."""

    place: NDArray[np.int64]
    share: Floats


def read_head(forward: ForwardPass, layer: int, head: int, reading: Reading) -> HeadWeights:
    """One head in the chosen reading. Rows sum to 1 with the block "All"; in a block, to at most 1.

    A row that had all its weight on [CLS] and [SEP] stays empty when these are hidden.
    """
    encoding = forward.encoding
    groups = word_groups(encoding) if reading.words else np.arange(encoding.n_tokens)
    weights = merged(forward.attentions[layer, head], groups)
    first = np.unique(groups, return_index=True)[1]  # the first token of each group
    names = group_names(encoding, groups)
    special, segments = encoding.is_special[first], encoding.segment_ids[first]
    hidden = 0.0
    if reading.hide_special:
        hidden = float(weights[~special][:, special].sum(axis=-1).mean())
        weights = renormalised(weights, ~special)
    from_segment, to_segment = BLOCKS[reading.block]
    shown_at_all = ~special if reading.hide_special else np.ones_like(special)
    rows = np.flatnonzero(shown_at_all & _in(segments, from_segment))
    columns = np.flatnonzero(shown_at_all & _in(segments, to_segment))
    return HeadWeights(
        layer, head, weights[np.ix_(rows, columns)],
        queries=tuple(names[row] for row in rows), keys=tuple(names[column] for column in columns),
        row_of=_places(rows, len(names))[groups], column_of=_places(columns, len(names))[groups], hidden=hidden,
    )  # fmt: skip


def word_groups(encoding: Encoding) -> NDArray[np.int64]:
    """[position] the number of the word that each token belongs to; [CLS], [SEP] and [PAD] stand alone."""
    words, segments = encoding.word_ids, encoding.segment_ids
    continues = (words[1:] == words[:-1]) & (segments[1:] == segments[:-1]) & (words[1:] >= 0)
    return np.concatenate([[0], np.cumsum(~continues)]).astype(np.int64)


def group_names(encoding: Encoding, groups: NDArray[np.int64]) -> tuple[str, ...]:
    """The pieces of each group put together: love, ##ly → lovely."""
    names: list[str] = []
    for token, group in zip(encoding.tokens, groups, strict=True):
        if group == len(names):
            names.append(token)
        else:
            names[-1] += token.removeprefix("##")
    return tuple(names)


def merged(weights: Floats, groups: NDArray[np.int64]) -> Floats:
    """Weights between groups of tokens: the sum over the keys of a group, the mean over its queries. Rows still sum to 1.

    weights [query, key], groups [position] ascending from 0 → [group, group]

    >>> merged(np.array([[0.5, 0.25, 0.25], [0.2, 0.4, 0.4], [0.0, 0.8, 0.2]]), np.array([0, 1, 1])).round(2).tolist()
    [[0.5, 0.5], [0.1, 0.9]]

    Source: Clark et al. (2019), section 4.1.
    """
    starts = np.unique(groups, return_index=True)[1]
    if len(starts) == len(groups):
        return weights
    sizes = np.diff(np.append(starts, len(groups))).astype(weights.dtype)
    to_words = np.add.reduceat(weights, starts, axis=1)  # [query, key] → [query, group]
    sums: Floats = np.add.reduceat(to_words, starts, axis=0)
    sums /= sizes[:, None]
    return sums


def renormalised(weights: Floats, kept: NDArray[np.bool_]) -> Floats:
    """The same square with nothing outside of `kept`, and each kept row divided by what is left of it."""
    inside = np.where(kept[:, None] & kept[None, :], weights, 0)
    sums = inside.sum(axis=-1, keepdims=True)
    result: Floats = np.divide(inside, sums, out=np.zeros_like(inside), where=sums > 0)
    return result


def head_patterns(forward: ForwardPass) -> HeadPattern:
    """For every head, which of `PLACES` gets the largest share of the weight: the mean over the tokens that have such a place."""
    weights, encoding = forward.attentions, forward.encoding
    shares = [weights.diagonal(offset, axis1=2, axis2=3).mean(axis=-1) for offset in (-1, 1, 0)]
    for kind in ("cls", "sep"):
        # [layer, head, query, key] → [layer, head]: the columns of [CLS], or of all [SEP] together
        shares.append(weights[..., encoding.positions(kind)].sum(axis=-1).mean(axis=-1))
    stacked = np.stack(shares)
    return HeadPattern(stacked.argmax(axis=0), stacked.max(axis=0))


def head_sentence(forward: ForwardPass, weights: HeadWeights, reading: Reading) -> str:
    """What to notice in one head: its habit in the whole sentence, or in another reading the strongest pair."""
    name = head_name(weights.layer, weights.head)
    if not weights.weights.size:
        return f"{name} has nothing to show here."
    row, column = weights.strongest
    pair = f"“{weights.queries[row]}” to “{weights.keys[column]}”, {percent(weights.weights[row, column])}"
    if reading == Reading():
        patterns = head_patterns(forward)
        share, place = patterns.share[weights.layer, weights.head], PLACES[patterns.place[weights.layer, weights.head]]
        if share >= 0.3:
            return f"{name} puts {percent(share)} of its weight on {place}; its strongest link is {pair}."
        return f"{name} has no simple habit: no more than {percent(share)} of its weight goes to {place}; its strongest link is {pair}."
    if reading.hide_special:
        return (
            f"{name} had {percent(weights.hidden)} of its weight on [CLS] and [SEP]; in the rest the strongest link is {pair}."
        )
    if reading.block != "All":
        inside = float(weights.weights.sum(axis=-1).mean())
        return f"{name}: {percent(inside)} of the weight from sentence {reading.block[0]} goes to {reading.block[-1]}; the strongest link is {pair}."
    return f"{name}: the strongest link between words is {pair}."


def mosaic_sentence(patterns: HeadPattern) -> str:
    """What to notice in all heads: the clearest habit, and how many heads have one."""
    layer, head = np.unravel_index(int(patterns.share.argmax()), patterns.share.shape)
    firm = int((patterns.share > 0.5).sum())
    count = f"{firm} of {patterns.share.size} heads put more than half of theirs on one such place"
    return (
        f"{head_name(int(layer), int(head))} has the plainest habit: {percent(patterns.share[layer, head])} of its weight goes to "
        f"{PLACES[patterns.place[layer, head]]}; {count} (before, after, itself, [CLS] or [SEP])."
    )


def token_sentence(weights: HeadWeights, position: int) -> str:
    """What to notice of one token: where it looks most, and who looks at it most."""
    row, column = weights.row_of[position], weights.column_of[position]
    said = []
    if row >= 0 and weights.keys:
        best = int(weights.weights[row].argmax())
        said.append(f"“{weights.queries[row]}” looks most at “{weights.keys[best]}” ({percent(weights.weights[row, best])})")
    if column >= 0 and weights.queries:
        best = int(weights.weights[:, column].argmax())
        said.append(
            f"“{weights.queries[best]}” looks most at “{weights.keys[column]}” ({percent(weights.weights[best, column])})"
        )
    if not said:
        return "This token is hidden in the chosen reading."
    return f"{head_name(weights.layer, weights.head)}: " + "; of all tokens, ".join(said) + "."


def head_name(layer: int, head: int) -> str:
    """ "Head 5.3": layer 5, head 3, counted from 1."""
    return f"Head {shown(layer)}.{shown(head)}"


def _in(segments: NDArray[np.int64], segment: int | None) -> NDArray[np.bool_]:
    return np.ones(len(segments), dtype=bool) if segment is None else np.asarray(segments == segment)


def _places(kept: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """[group] the row that each group has among the kept ones, or -1."""
    places = np.full(n, -1, dtype=np.int64)
    places[kept] = np.arange(len(kept))
    return places
