"""Byte-pair encoding: how one word becomes pieces, by merging neighbours.

    pieces = the symbols of the word (letters; byte-level BPE: its bytes, each written as one letter)
    while two neighbours are in the list of merges:
        of these pairs take the one that stands first in the list (its rank), of several such the leftmost; make one piece of it

The list is in the order in which training found the pairs: the most frequent first. One step is one merge in one place, as the
tokenizers library does it; n symbols need at most n − 1.

Source: Sennrich et al., Neural Machine Translation of Rare Words with Subword Units (2016), section 3.2; bytes as symbols: Radford et al.,
GPT-2 (2019), section 2.2.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from bertviz_app.analysis.phrases import counted
from bertviz_app.chapters.tokens.piece_boxes import MAX_ROWS, Box, Legible, StepRow, boxes_figure, quoted, short
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.plots import label, shown

Pair = tuple[str, str]


@dataclass(frozen=True)
class MergeStep:
    """One merge: symbols `start` to `middle` and `middle` to `end` (exclusive) become one piece; `rank`, from 0, is the pair's in the file."""

    left: str
    right: str
    piece: str
    rank: int
    start: int
    middle: int
    end: int


@dataclass(frozen=True)
class Merges:
    """All merges of one word, in order. `symbols` is what it started from; `pieces` and `ids` are what the tokenizer makes of it."""

    word: str
    symbols: tuple[str, ...]
    steps: tuple[MergeStep, ...]
    pieces: tuple[str, ...]
    ids: tuple[int, ...]
    prefix: str = ""


def of_word(word: str, file: Mapping[str, Any]) -> Merges:
    """The merges of one pre-split word, spelled as the tokenizer spells it; `file` is the "model" of its tokenizer.json.

    >>> file = {"vocab": dict.fromkeys(["a", "b", "c", "bc", "abc"], 0), "merges": [["b", "c"], ["a", "bc"]]}
    >>> [(step.left, step.right, step.rank) for step in of_word("abc", file).steps]
    [('b', 'c', 0), ('a', 'bc', 1)]
    """
    vocabulary: Mapping[str, int] = file["vocab"]
    prefix = file.get("continuing_subword_prefix") or ""
    if file.get("ignore_merges") and word in vocabulary:
        return Merges(word, (word,), (), (word,), (vocabulary[word],), prefix)
    symbols = tuple(_symbols(word, file))
    ranks = {(left, right): rank for rank, (left, right) in enumerate(file["merges"])}
    steps = tuple(_merged(symbols, ranks, len(prefix)))
    pieces = dict(enumerate(symbols))
    for step in steps:
        pieces[step.start] = step.piece
        del pieces[step.middle]
    found = tuple(pieces.values())
    return Merges(word, symbols, steps, found, tuple(vocabulary[piece] for piece in found), prefix)


def notice(found: Merges, legible: Legible) -> str:
    """How many symbols became how many pieces, by how many merges, and which came first."""
    n, word = len(found.symbols), short(legible(found.word))
    if n == 1:
        return f"“{word}” is a single symbol: there is nothing to merge."
    if not found.steps:
        return f"“{word}” is {counted(n, 'symbol')}; no two neighbours are in the list of merges, and each stays a piece."
    first = found.steps[0]
    merges = "1 merge leaves" if len(found.steps) == 1 else f"{len(found.steps):,} merges leave"
    return (
        f"“{word}” starts as {counted(n, 'symbol')}; {merges} {counted(len(found.pieces), 'piece')}: {quoted(found.pieces, legible)}. "
        "Each time, of all neighbours, the pair that stands first in the list of merges is joined: "
        f"{'here' if len(found.steps) == 1 else 'first'} {quoted([first.left], legible)} and {quoted([first.right], legible)}, rank {shown(first.rank):,}."
    )


def figure(found: Merges, theme: Theme, legible: Legible) -> go.Figure:
    """The symbols, then one row a merge: the new piece in the accent colour. Drawing stops after `MAX_ROWS` rows; the table has every merge."""
    boxes = {place: Box(place, place + 1, legible(symbol)) for place, symbol in enumerate(found.symbols)}
    rows = [StepRow("symbols", "before any merge", tuple(boxes.values()))]
    for number, step in enumerate(found.steps[: MAX_ROWS - 1], start=1):
        boxes[step.start] = Box(step.start, step.end, legible(step.piece))
        del boxes[step.middle]
        new = Box(step.start, step.end, legible(step.piece), stands_out=True)
        rows.append(
            StepRow(
                f"{number} · rank {shown(step.rank):,}",
                f"after merge {number}, {legible(step.left)} + {legible(step.right)}",
                tuple(new if place == step.start else box for place, box in boxes.items()),
            )
        )
    whole = len(found.steps) < MAX_ROWS
    title = "Merges, by their rank" + ("" if whole else f": the first {MAX_ROWS - 1} of {len(found.steps):,}")
    return boxes_figure(rows, len(found.symbols), theme, title=label(title))


def columns(found: Merges, legible: Legible) -> dict[str, list[object]]:
    """Every merge, as columns of a table."""
    n = len(found.symbols)
    return {
        "merge": list(range(1, len(found.steps) + 1)),
        "left": [legible(step.left) for step in found.steps],
        "right": [legible(step.right) for step in found.steps],
        "becomes": [legible(step.piece) for step in found.steps],
        "rank": [shown(step.rank) for step in found.steps],
        "pieces left": [n - number for number in range(1, len(found.steps) + 1)],
    }


def _symbols(word: str, file: Mapping[str, Any]) -> Iterator[str]:
    """What the word starts from: its letters, with the marks of the file inside and at the end of a word; what is in no vocabulary is unknown."""
    prefix, suffix = file.get("continuing_subword_prefix") or "", file.get("end_of_word_suffix") or ""
    unknown, was_unknown = file.get("unk_token"), False
    for place, letter in enumerate(word):
        symbol = (prefix if place else "") + letter + (suffix if place == len(word) - 1 else "")
        spelled = [f"<0x{byte:02X}>" for byte in symbol.encode()] if file.get("byte_fallback") else []
        is_unknown = False
        if symbol in file["vocab"]:
            yield symbol
        elif spelled and all(byte in file["vocab"] for byte in spelled):
            yield from spelled
        elif unknown is not None:
            is_unknown = True
            if not (was_unknown and file.get("fuse_unk")):
                yield unknown
        was_unknown = is_unknown


def _merged(symbols: tuple[str, ...], ranks: Mapping[Pair, int], skipped: int) -> Iterator[MergeStep]:
    """The merges in order. A queue of pairs by rank and place, so that a word of n symbols takes n log n steps."""
    n = len(symbols)
    pieces: dict[int, str] = dict(enumerate(symbols))
    after, before = [*range(1, n + 1), n], [*range(-1, n)]  # the neighbours of the piece that starts at a symbol; n, −1: none
    queue: list[tuple[int, int, str]] = []

    def offer(place: int) -> None:
        pair = (pieces.get(place, ""), pieces.get(after[place], "") if place >= 0 else "")
        if pair in ranks:
            heapq.heappush(queue, (ranks[pair], place, pair[0] + pair[1][skipped:]))

    for place in range(n - 1):
        offer(place)
    while queue:
        _, start, piece = heapq.heappop(queue)
        middle = after[start]
        pair = (pieces.get(start, ""), pieces.get(middle, ""))
        # A pair that was waiting may have lost one of its two meanwhile.
        if pair not in ranks or pair[0] + pair[1][skipped:] != piece:
            continue
        end = after[middle]
        yield MergeStep(*pair, piece, ranks[pair], start, middle, end)
        pieces[start] = piece
        del pieces[middle]
        after[start], before[end] = end, start
        offer(before[start])
        offer(start)
