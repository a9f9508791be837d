"""Which tokens of two inputs meet: those that stand for the same text, however each tokenizer cuts it, and whichever words are hidden.

    the same typed text       by its characters: tokens that share one are in one group, so n tokens of one input meet m of the other
    two texts                 by their words (`written_words.py`): equal words meet, in order; within them by characters
    special tokens            by their role: those before a text, those behind it; padding meets nothing

The laws, for every text and every tokenizer: each token is in one group; groups stand in reading order on both sides; what is met is the same
typed text, its case aside; an input meets itself token by token; exchanging the inputs exchanges the sides.

Source of how words meet: Needleman and Wunsch, A general method applicable to the search for similarities in the amino acid sequence of two
proteins (1970), without a penalty for gaps (`common_words.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis.common_words import common_characters
from bertviz_app.analysis.typed_characters import NOWHERE, Read, decisive, seen
from bertviz_app.families.spelling import SPACE
from bertviz_app.records.forward import SPECIAL_KINDS

Positions = tuple[int, ...]
Pair = tuple[Positions, Positions]


@dataclass(frozen=True)
class Alignment:
    """The tokens of two inputs in groups, in reading order.

    groups  (positions in the original, positions in the variant) of each; one of them empty where it has no partner
    tokens  all tokens of the original, and of the variant
    """

    groups: tuple[Pair, ...]
    tokens: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def original(self) -> tuple[Positions, ...]:
        """[group] positions in the original."""
        return tuple(original for original, _ in self.groups)

    @property
    def variant(self) -> tuple[Positions, ...]:
        """[group] positions in the variant."""
        return tuple(variant for _, variant in self.groups)

    @property
    def is_shared(self) -> NDArray[np.bool_]:
        """[group] whether it has tokens of both."""
        return np.array([bool(original and variant) for original, variant in self.groups])

    @property
    def shared(self) -> tuple[int, ...]:
        """The groups that have tokens of both."""
        return tuple(np.flatnonzero(self.is_shared).tolist())

    @property
    def exchanged(self) -> Alignment:
        """The same groups with the variant in the place of the original."""
        return Alignment(tuple((variant, original) for original, variant in self.groups), self.tokens[::-1])

    def without(self, left_out: Collection[int]) -> Alignment:
        """The same without some groups."""
        return Alignment(tuple(pair for group, pair in enumerate(self.groups) if group not in left_out), self.tokens)

    @property
    def names(self) -> tuple[str, ...]:
        """[group] its tokens, to be written under an axis; as both spell them where they differ in more than the mark of a space or a piece."""
        return tuple(self._name(group) for group in range(len(self.groups)))

    def spelled(self, group: int, side: int) -> str:
        """The tokens of a group as the original (0) or the variant (1) spells them; empty where it has none."""
        return " ".join(self.tokens[side][position] for position in self.groups[group][side])

    def _name(self, group: int) -> str:
        original, variant = self.spelled(group, 0), self.spelled(group, 1)
        if not (original and variant) or _unmarked(original) == _unmarked(variant):
            return original or variant
        return f"{original} → {variant}"


def align(original: Read, variant: Read) -> Alignment:
    """The tokens of two inputs, in groups of those that stand for the same text."""
    met = _roles_met(original, variant)
    for segment in (0, 1):
        met += _text_met(original, variant, segment)
    groups = _in_order((original, variant), sorted(met))
    return Alignment(tuple(groups), (original.encoding.tokens, variant.encoding.tokens))


def _unmarked(spelled: str) -> str:
    """Tokens without the marks by which kinds of tokenizers differ."""
    return spelled.replace(" ##", "").replace(" ", "").replace(SPACE, "").removeprefix("##")


def _roles_met(original: Read, variant: Read) -> list[Pair]:
    """Special tokens that nobody typed, by what they are there for."""
    theirs = _roles(variant)
    return [
        pair
        for role, ours in _roles(original).items()
        if role in theirs
        for pair in _one_by_one(original, variant, (ours, theirs[role]))
    ]


def _roles(read: Read) -> dict[tuple[str, int, bool], Positions]:
    """The positions of special tokens by kind, segment, and whether text of that segment stands before them."""
    encoding, is_special = read.encoding, read.encoding.is_special
    roles: dict[tuple[str, int, bool], Positions] = {}
    begun: set[int] = set()
    for position, kind in enumerate(encoding.kinds):
        segment = int(encoding.segment_ids[position])
        if not is_special[position] or encoding.offsets[position, 1]:
            begun.add(segment)
        elif kind != "pad":
            role = kind, segment, segment in begun
            roles[role] = (*roles.get(role, ()), position)
    return roles


def _text_met(original: Read, variant: Read, segment: int) -> list[Pair]:
    """The groups of one segment that both have. Each token is an interval of characters; those that overlap are a group."""
    sides = (original, variant)
    keys = common_characters(original, variant, segment)
    tokens = [_tokens(read, segment) for read in sides]
    intervals: list[tuple[int, int, int, int]] = []  # first and last character, side, position
    for side in (0, 1):
        for position, places in tokens[side].items():
            of_both = [key for key in keys[side][places].tolist() if key >= 0]
            if of_both:
                intervals.append((min(of_both), max(of_both), side, position))
    met: list[Pair] = []
    for group in _overlapping(sorted(intervals)):
        pair = tuple(tuple(sorted(position for *_, its, position in group if its == side)) for side in (0, 1))
        covered = [{place for position in pair[side] for place in tokens[side][position]} for side in (0, 1)]
        told_by = [
            set(keys[side][decisive(read.text(segment), covered[side])].tolist())
            for side, read in enumerate(sides)
            if covered[side]
        ]
        # A token that covers more than what the other side has there stands for another text.
        if len(told_by) == 2 and told_by[0] == told_by[1]:
            met += _one_by_one(original, variant, (pair[0], pair[1]))
    return met


def _tokens(read: Read, segment: int) -> dict[int, list[int]]:
    """The tokens of a text by position, each with the places of the characters that it stands for."""
    spans = {position: read.span(position) for position in np.flatnonzero(read.encoding.segment_ids == segment).tolist()}
    text = read.text(segment)
    return {position: seen(text, span) for position, span in spans.items() if span != NOWHERE}


def _overlapping(intervals: Sequence[tuple[int, int, int, int]]) -> Iterator[list[tuple[int, int, int, int]]]:
    """Intervals, sorted by where they begin, in groups of those that hang together."""
    group: list[tuple[int, int, int, int]] = []
    reach = -1
    for interval in intervals:
        if group and interval[0] > reach:
            yield group
            group = []
        group.append(interval)
        reach = max(reach, interval[1])
    if group:
        yield group


def _one_by_one(original: Read, variant: Read, pair: Pair) -> list[Pair]:
    """A group as it is, or in pairs where both sides have the same tokens in it."""
    ours, theirs = ([read.encoding.tokens[at] for at in side] for read, side in zip((original, variant), pair, strict=True))
    return [((a,), (b,)) for a, b in zip(*pair, strict=True)] if ours == theirs else [pair]


def _in_order(sides: tuple[Read, Read], met: Sequence[Pair]) -> Iterator[Pair]:
    """All tokens in groups: those that are met, and between them, each by itself, those that are not."""
    ends = (sides[0].encoding.n_tokens, sides[1].encoding.n_tokens)
    done = [0, 0]
    for pair in [*met, ((ends[0],), (ends[1],))]:
        if any(pair[side][0] < done[side] for side in (0, 1)):
            continue  # it would cross the one before it
        yield from _between(sides, (range(done[0], pair[0][0]), range(done[1], pair[1][0])))
        done = [positions[-1] + 1 for positions in pair]
        if done[0] <= ends[0]:
            yield tuple(range(pair[0][0], done[0])), tuple(range(pair[1][0], done[1]))


def _between(sides: tuple[Read, Read], gaps: tuple[range, range]) -> Iterator[Pair]:
    """The tokens between two groups. Those that stand for nothing to be seen meet where both sides have the same of them."""
    unseen = [
        [at for at in gap if read.span(at) == NOWHERE and read.encoding.kinds[at] not in SPECIAL_KINDS]
        for read, gap in zip(sides, gaps, strict=True)
    ]
    names = [[read.encoding.tokens[at] for at in its] for read, its in zip(sides, unseen, strict=True)]
    pairs = list(zip(*unseen, strict=True)) if names[0] == names[1] else []
    first, second = gaps[0].start, gaps[1].start
    for ours, theirs in [*pairs, (gaps[0].stop, gaps[1].stop)]:
        yield from (((at,), ()) for at in range(first, ours))
        yield from (((), (at,)) for at in range(second, theirs))
        if (ours, theirs) in pairs:
            yield (ours,), (theirs,)
        first, second = ours + 1, theirs + 1
