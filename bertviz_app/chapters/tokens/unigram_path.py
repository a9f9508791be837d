"""Unigram: how one word becomes pieces, by the likeliest way through it.

    best(0) = 0
    best(end) = max over the pieces word[start:end] of the vocabulary:  best(start) + log p(piece)          (Viterbi)
    a letter that is no piece: log p = the smallest of the vocabulary − 10
    from the end of the word back: the piece that `best` took last, then the one before it, …

log p is the natural logarithm, as the file has it. With n letters and pieces of at most m, at most n m look-ups are needed.

Source: Kudo, Subword Regularization (2018), section 3.2, equations 1 to 3; the 10 for unknown letters: sentencepiece, `unigram_model.cc`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from bertviz_app.analysis.phrases import counted, decimal
from bertviz_app.chapters.tokens.piece_boxes import MAX_ROWS, Box, Legible, StepRow, boxes_figure, quoted, short
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.plots import label, shown

PENALTY = 10.0  # below the least likely piece: what a letter costs that is none


@dataclass(frozen=True)
class Best:
    """The best way to the letter before `end`: its last piece is letters `start` to `end` (exclusive), of log-probability `score`; `total` is that of the whole way."""

    start: int
    end: int
    piece: str
    score: float
    total: float
    is_known: bool


@dataclass(frozen=True)
class Path:
    """The best way to every place of a word, and the way back from its end. `table` skips no letter: table[i] ends after letter i + 1.

    `pieces` and `ids` are what the tokenizer makes of the word: neighbours that are unknown are one piece.
    """

    word: str
    table: tuple[Best, ...]
    way: tuple[Best, ...]
    pieces: tuple[str, ...]
    ids: tuple[int, ...]


def of_word(word: str, file: Mapping[str, Any]) -> Path:
    """The likeliest pieces of one pre-split word, spelled as the tokenizer spells it; `file` is the "model" of its tokenizer.json.

    >>> file = {"vocab": [["?", 0.0], ["a", -3.0], ["b", -4.0], ["ab", -6.0]], "unk_id": 0}
    >>> of_word("ab", file).pieces, of_word("ab", file).table[-1].total
    (('ab',), -6.0)
    """
    scores = dict(file["vocab"])
    unknown = min(score for _, score in file["vocab"]) - PENALTY
    table = _viterbi(word, scores, unknown)
    way: list[Best] = []
    end = len(word)
    while end:
        way.insert(0, table[end - 1])
        end = way[0].start
    pieces, ids = [], []
    for piece, token_id in _tokens(way, file):
        pieces.append(piece)
        ids.append(token_id)
    return Path(word, table, tuple(way), tuple(pieces), tuple(ids))


def notice(found: Path, legible: Legible) -> str:
    """Which cut is the likeliest, and how likely it is."""
    word = short(legible(found.word))
    total = f"log-probability {decimal(found.way[-1].total)}" if found.way else ""
    if len(found.way) == 1 and found.way[0].is_known:
        return f"“{word}” is one piece of the vocabulary ({total}), and no other cut of it is likelier."
    said = f"No cut of “{word}” is likelier than {quoted([best.piece for best in found.way], legible)}: {total}, the sum over {counted(len(found.way), 'piece')}."
    unknown = [best for best in found.way if not best.is_known]
    if not unknown:
        return said
    letters = (
        "1 letter is not a piece of the vocabulary; it counts"
        if len(unknown) == 1
        else f"{len(unknown):,} letters are not pieces of the vocabulary; each counts"
    )
    return f"{said} {letters} as {decimal(unknown[0].score)}, which is {PENALTY:.0f} below the least likely piece."


def figure(found: Path, theme: Theme, legible: Legible) -> go.Figure:
    """One row a letter: the last piece of the best way up to it, in the accent colour if the way back takes it; then the way itself."""
    taken = set(found.way)
    rows = [
        StepRow(
            f"{shown(place)} · {decimal(best.total)}",
            f"log-probability {decimal(best.score)}; best total up to letter {best.end}: {decimal(best.total)}",
            (
                *([Box(0, best.start, "")] if best.start else []),
                Box(best.start, best.end, legible(best.piece), stands_out=best in taken),
            ),
        )
        for place, best in enumerate(found.table[: MAX_ROWS - 1])
    ]
    way = tuple(Box(best.start, best.end, legible(best.piece), stands_out=True) for best in found.way)
    rows.append(StepRow("way back", "on the likeliest way", way))
    whole = len(found.table) < MAX_ROWS
    title = "Best way up to each letter, and its total" + (
        "" if whole else f": the first {MAX_ROWS - 1} of {len(found.table):,}"
    )
    return boxes_figure(rows, len(found.word), theme, title=label(title))


def columns(found: Path, legible: Legible) -> dict[str, list[object]]:
    """The Viterbi table: the best last piece at the end of every letter."""
    taken = set(found.way)
    return {
        "up to letter": [best.end for best in found.table],
        "best last piece": [legible(best.piece) for best in found.table],
        "from letter": [shown(best.start) for best in found.table],
        "log-probability": [best.score for best in found.table],
        "best total": [best.total for best in found.table],
        "on the way back": ["yes" if best in taken else "no" for best in found.table],
    }


def _viterbi(word: str, scores: Mapping[str, float], unknown: float) -> tuple[Best, ...]:
    longest = max(map(len, scores), default=1)
    best: dict[int, Best] = {}
    for start in range(len(word)):
        so_far = best[start].total if start else 0.0
        for end in range(start + 1, min(start + longest, len(word)) + 1):
            piece = word[start:end]
            is_known = piece in scores
            if not is_known and end > start + 1:
                continue
            score = scores[piece] if is_known else unknown
            if end not in best or so_far + score > best[end].total:
                best[end] = Best(start, end, piece, score, so_far + score, is_known)
    return tuple(best[end] for end in range(1, len(word) + 1))


def _tokens(way: Sequence[Best], file: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The pieces of the way with their ids: unknown neighbours as one, or by their bytes if the file has those."""
    ids = {piece: place for place, (piece, _) in enumerate(file["vocab"])}
    unknown: int = file["unk_id"] if file["unk_id"] is not None else -1
    pieces: list[str] = []
    was_unknown = False
    for best in way:
        is_unknown = ids.get(best.piece, unknown) == unknown
        if is_unknown and was_unknown:
            pieces[-1] += best.piece
        else:
            pieces.append(best.piece)
        was_unknown = is_unknown
    for piece in pieces:
        spelled = [f"<0x{byte:02X}>" for byte in piece.encode()] if file.get("byte_fallback") and piece not in ids else []
        if spelled and all(byte in ids for byte in spelled):
            yield from ((byte, ids[byte]) for byte in spelled)
        else:
            yield piece, ids.get(piece, unknown)
