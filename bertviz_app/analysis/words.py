"""The words of an encoding: its tokens put together to what was written; what a word is says `written.py`.

The law, for every text and every tokenizer: each token is in one unit, the tokens of a unit follow each other, no character is in two units.
Where one token covers several written words they are one unit, which says so. A special token and a blank are a unit each, and no word. What
a tokenizer drops, an accent or an invisible character, ends no word.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis import written_words
from bertviz_app.analysis.written_words import Span
from bertviz_app.records.forward import Encoding, Floats

# Kinds of tokens that are never put together with others.
_ALONE = {"cls": "special", "sep": "special", "pad": "special", "mask": "blank"}


@dataclass(frozen=True)
class Unit:
    """A word, a mark, a blank or a special token of an encoding.

    text        as it is written; of a blank and a special token the token
    kind        "word", "mark", "blank" or "special"
    start, end  its characters in its text (end exclusive)
    segment     0 in the first text, 1 in the second
    positions   of its tokens, which follow each other
    is_joined   whether one token covers more than one written word or mark, a word among them
    is_cut      whether its last letters were cut off, with what the model does not read
    """

    text: str
    kind: str
    start: int
    end: int
    segment: int
    positions: tuple[int, ...]
    is_joined: bool = False
    is_cut: bool = False

    @property
    def position(self) -> int:
        """Its first token, where heads read a word."""
        return self.positions[0]


def units(encoding: Encoding) -> tuple[Unit, ...]:
    """All tokens in their order, put together to words; marks, blanks and special tokens are one unit each."""
    spans = [written_words.spans(_text(encoding, segment), alone(encoding, segment)) for segment in (0, 1)]
    covered = [_covered(encoding, position, spans) for position in range(encoding.n_tokens)]
    groups: list[list[int]] = []
    for position in range(encoding.n_tokens):
        if groups and _continues(encoding, groups[-1], position, covered):
            groups[-1].append(position)
        else:
            groups.append([position])
    return tuple(_unit(encoding, group, covered, spans) for group in groups)


def words(encoding: Encoding) -> tuple[Unit, ...]:
    """The words among the units."""
    return tuple(unit for unit in units(encoding) if unit.kind == "word")


def groups_of(of: Sequence[Unit]) -> NDArray[np.int64]:
    """[position] the number of the unit that each token is in."""
    return np.repeat(np.arange(len(of)), [len(unit.positions) for unit in of])


def as_words(encoding: Encoding) -> Encoding:
    """The same text with a unit in the place of each token: what is shown of tokens can be shown of words.

    Put what belongs to the tokens together by `groups_of`: `summed`, or `readings.merged`.
    """
    of = units(encoding)
    first = [unit.position for unit in of]
    names = ("token_ids", "segment_ids", "attention_mask", "word_ids")
    kinds = tuple("word" if unit.kind in ("word", "mark") else encoding.kinds[unit.position] for unit in of)
    return replace(
        encoding,
        tokens=tuple(unit.text for unit in of),
        kinds=kinds,
        offsets=np.array([(unit.start, unit.end) for unit in of]),
        unit="word",
        **{name: getattr(encoding, name)[first] for name in names},
    )


def summed(values: Floats, groups: NDArray[np.int64]) -> Floats:
    """What the tokens of each word have together: [..., position] → [..., group].

    >>> summed(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 1])).tolist()
    [1.0, 5.0]
    """
    return np.add.reduceat(values, np.unique(groups, return_index=True)[1], axis=-1)


def joined_notice(of: Sequence[Unit]) -> str:
    """What is to be said where one token covers several words; empty where none does."""
    joined = list(dict.fromkeys(f"“{unit.text[:20]}{'…' if len(unit.text) > 20 else ''}”" for unit in of if unit.is_joined))
    if not joined:
        return ""
    named = ", ".join(joined[:3]) + (f" and {len(joined) - 3} more" if len(joined) > 3 else "")
    return f"Here one token covers several written words or marks, which are treated as one: {named}."


def alone(encoding: Encoding, segment: int) -> list[Span]:
    """The characters of blanks and of typed special tokens in a text: what stands there is one thing, whatever it looks like."""
    return [
        _visible(encoding, position)
        for position in range(encoding.n_tokens)
        if encoding.segment_ids[position] == segment and _is_alone(encoding, position) and encoding.offsets[position, 1]
    ]


def _is_alone(encoding: Encoding, position: int) -> bool:
    # A typed [UNK] is that token; what a vocabulary lacks is written otherwise.
    kind, token = encoding.kinds[position], encoding.tokens[position]
    return kind in _ALONE or (kind == "unk" and encoding.source_text(position).strip() == token)


def _continues(encoding: Encoding, group: Sequence[int], position: int, covered: Sequence[Span]) -> bool:
    """Whether a token belongs to the group before it: a word that both cover, or a space that stands in front of its own word."""
    before = group[-1]
    if encoding.segment_ids[before] != encoding.segment_ids[position]:
        return False
    if _is_alone(encoding, before) or _is_alone(encoding, position):
        return False
    first, last = covered[position]
    reach = max(covered[one][1] for one in group)
    if reach and last:
        return first < reach
    # What cannot be seen: bytes of one character, or spaces that some tokenizers make a piece of its own in front of their word (␣, new).
    ends, starts = encoding.offsets[before, 1], encoding.offsets[position, 0]
    are_spaces = not encoding.source_text(before).strip() and (last > 0 or not encoding.source_text(position).strip())
    return not reach and bool(ends > starts or (are_spaces and ends == starts))


def _unit(encoding: Encoding, group: Sequence[int], covered: Sequence[Span], spans: Sequence[list[Span]]) -> Unit:
    position, segment = group[0], int(encoding.segment_ids[group[0]])
    text, positions = _text(encoding, segment), tuple(group)
    if _is_alone(encoding, position):
        start, end = _visible(encoding, position)
        return Unit(encoding.tokens[position], _ALONE.get(encoding.kinds[position], "special"), start, end, segment, positions)
    inside = [covered[one] for one in group if covered[one][0] < covered[one][1]]
    if not inside:  # a space, or a character that cannot be seen
        start, end = (int(encoding.offsets[one, side]) for one, side in ((position, 0), (group[-1], 1)))
        return Unit("".join(encoding.tokens[one] for one in group), "mark", start, end, segment, positions)
    first, last = min(pair[0] for pair in inside), max(pair[1] for pair in inside)
    start, end = spans[segment][first][0], spans[segment][last - 1][1]
    kind = "word" if written_words.is_word(text[start:end]) else "mark"
    missing = encoding.n_dropped > 0 and written_words.is_word(text[max(_visible(encoding, one)[1] for one in group) : end])
    return Unit(text[start:end], kind, start, end, segment, positions, kind == "word" and last - first > 1, missing)


def _covered(encoding: Encoding, position: int, spans: Sequence[list[Span]]) -> Span:
    """Which of the written words and marks of its text a token covers: the first, and the one after the last; (0, 0) for none."""
    segment = int(encoding.segment_ids[position])
    start, end = _visible(encoding, position)
    first = bisect_right(spans[segment], start, key=lambda span: span[1])
    last = bisect_left(spans[segment], end, key=lambda span: span[0])
    return (first, last) if start < end and first < last else (0, 0)


def _visible(encoding: Encoding, position: int) -> Span:
    """The characters of a token without white space around them, which some tokenizers count to it."""
    start, end = (int(place) for place in encoding.offsets[position])
    covers = _text(encoding, int(encoding.segment_ids[position]))[start:end]
    return start + len(covers) - len(covers.lstrip()), end - len(covers) + len(covers.rstrip())


def _text(encoding: Encoding, segment: int) -> str:
    return encoding.text if segment == 0 else encoding.pair or ""


@dataclass(frozen=True)
class Place:
    """Where a word that was looked for stands: its characters, its tokens, and whether one of these covers more than the word."""

    start: int
    end: int
    positions: tuple[int, ...]
    is_joined: bool


def places(encoding: Encoding, wanted: Encoding) -> tuple[list[Place], int]:
    """Where the words of `wanted` stand in the first text: those that were read whole, and how many more were written.

    More are written than read where the text is cut off before them, or in the middle of them.
    """
    spans = written_words.found(encoding.text, wanted.text, alone(encoding, 0), alone(wanted, 0))
    of = [unit for unit in units(encoding) if unit.segment == 0 and unit.kind != "special"]
    read: list[Place] = []
    for start, end in spans:
        inside = [unit for unit in of if unit.start < end and unit.end > start]
        if not inside or inside[-1].is_cut or inside[-1].end < end:
            continue
        tokens = tuple(position for unit in inside for position in unit.positions)
        read.append(Place(start, end, tokens, inside[0].start < start or inside[-1].end > end))
    return read, len(spans) - len(read)


def means(states: Floats, groups: Sequence[Sequence[int]]) -> Floats:
    """A vector for each group of tokens, the mean of theirs: states [layer + 1, position, d_model] → [group, layer + 1, d_model]."""
    if not groups:
        return np.empty((0, len(states), states.shape[-1]), dtype=np.float32)
    return np.stack([states[:, list(group)].mean(axis=1) for group in groups])


def word_positions(encoding: Encoding, position: int) -> tuple[int, ...]:
    """All tokens of the word that a token belongs to; the token alone when it belongs to none."""
    return next(unit.positions for unit in units(encoding) if position in unit.positions)


def words_as_written(encoding: Encoding) -> tuple[Unit, ...]:
    """The words and marks of both texts, in order; what was cut off or removed by the tokenizer is left out, and so are blanks."""
    return tuple(unit for unit in units(encoding) if unit.kind in ("word", "mark") and unit.text == _written(encoding, unit))


def _written(encoding: Encoding, unit: Unit) -> str:
    return (encoding.text if unit.segment == 0 else encoding.pair or "")[unit.start : unit.end]
