"""WordPiece: how one word becomes pieces, by greedy longest match first.

    start = 0
    while letters are left:
        try word[start:end] for end = last letter, …, start + 1 (with ## in front unless start = 0)
        take the first that is in the vocabulary; start = end
    nothing found for some start, or more than 100 letters: the whole word is [UNK]

A word of n ≤ 100 letters needs at most n (n + 1) / 2 = 5,050 tries; a longer one needs none.

Sources: Wu et al., Google's Neural Machine Translation System (2016), section 4.1; Devlin et al., BERT (2019), section 3, and the
WordpieceTokenizer published with it (longest match first, 100 letters).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.drawing import colors, plots
from bertviz_app.drawing.colors import Colorscale, Theme

MAX_LETTERS = 100
UNKNOWN = "[UNK]"
CONTINUES = "##"
MAX_LETTERS_DRAWN = 40  # beyond, cells are too narrow for a letter
MAX_ROWS = 36
FIRST_TRIES = 5  # tries drawn for each piece before the rest is summed up in one row

OUTSIDE, DONE, MISS, HIT = range(4)


@dataclass(frozen=True)
class Try:
    """One look-up: letters `start` to `end` (exclusive) of the word, as `piece`; `found` says whether the vocabulary has it."""

    start: int
    end: int
    piece: str
    found: bool


@dataclass(frozen=True)
class Match:
    """All look-ups for one word, in order, and the pieces that came out: ("[UNK]",) when there is no way through."""

    word: str
    tries: tuple[Try, ...]
    pieces: tuple[str, ...]

    @property
    def is_unknown(self) -> bool:
        return self.pieces == (UNKNOWN,)

    @property
    def is_too_long(self) -> bool:
        return len(self.word) > MAX_LETTERS


def match(word: str, vocabulary: Collection[str]) -> Match:
    """Cut one pre-split, normalised word into pieces of the vocabulary.

    >>> found = match("starlings", {"star", "##ling", "##lin", "##s"})
    >>> found.pieces, len(found.tries)
    (('star', '##ling', '##s'), 9)
    """
    if len(word) > MAX_LETTERS:
        return Match(word, (), (UNKNOWN,))
    tries: list[Try] = []
    start = 0
    while start < len(word):
        for attempt in _tries_from(word, start):
            found = attempt.piece in vocabulary
            tries.append(Try(start, attempt.end, attempt.piece, found))
            if found:
                break
        if not tries[-1].found:
            return Match(word, tuple(tries), (UNKNOWN,))
        start = tries[-1].end
    return Match(word, tuple(tries), tuple(attempt.piece for attempt in tries if attempt.found))


def notice(found: Match) -> str:
    """How many look-ups it took, and how it ended."""
    n = len(found.tries)
    if found.is_too_long:
        return f"The word has {len(found.word):,} letters; above {MAX_LETTERS} WordPiece does not even try, and the word becomes {UNKNOWN}."
    looked = f"{n:,} look-up" + ("" if n == 1 else "s")
    if found.is_unknown:
        last = found.tries[-1]
        return f"After {looked}, nothing that starts at letter {plots.shown(last.start)} is in the vocabulary: the whole word becomes {UNKNOWN}."
    if len(found.pieces) == 1:
        return f"“{found.word}” is in the vocabulary as it stands: {looked}, one token."
    pieces = " ".join(found.pieces[:8]) + (" …" if len(found.pieces) > 8 else "")
    return f"{looked} for {len(found.pieces)} pieces: {pieces}. At every start the longest piece that fits is taken."


def match_figure(found: Match, theme: Theme) -> go.Figure:
    """One row a look-up, from the top: which letters were tried, and where the vocabulary said yes.

    A run of more than `FIRST_TRIES` + 1 misses is summed up in one row, and drawing stops after `MAX_ROWS` rows; the table has every try.
    """
    rows, complete = _rows(found)
    if not rows:
        rows = [("not looked up", None)]
    states = np.array([_states(found.word, attempt) for _, attempt in rows])[:, :MAX_LETTERS]
    title = "Longest match first" + ("" if complete else f": the first {len(rows)} rows")
    chart = plots.figure(theme, height=110 + 32 * len(rows), title=title)
    letters = [plots.label(letter) for letter in found.word[:MAX_LETTERS]]
    tries = [
        ["in the vocabulary" if attempt and attempt.found else "not in the vocabulary"] * len(letters) for _, attempt in rows
    ]
    chart.add_heatmap(
        z=states,
        zmin=0,
        zmax=3,
        colorscale=_colors(theme),
        showscale=False,
        xgap=2,
        ygap=4,
        y=[f"{number} · {plots.label(_short(name))}" for number, (name, _) in enumerate(rows, start=1)],
        text=[[_letter(letter, state) for letter, state in zip(letters, line, strict=True)] for line in states],
        texttemplate="%{text}" if len(letters) <= MAX_LETTERS_DRAWN else "",
        textfont={"family": plots.MONOSPACE, "size": 17, "color": theme.ink},
        customdata=tries,
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )
    _name_rows(chart, rows, theme)
    chart.update_xaxes(showticklabels=False, showgrid=False, zeroline=False, showline=False, ticks="")
    return chart


def tries_columns(found: Match) -> dict[str, list[object]]:
    """Every look-up, as columns of a table."""
    return {
        "try": list(range(1, len(found.tries) + 1)),
        "looked up": [attempt.piece for attempt in found.tries],
        "from letter": [attempt.start + 1 for attempt in found.tries],
        "to letter": [attempt.end for attempt in found.tries],
        "in the vocabulary": ["yes" if attempt.found else "no" for attempt in found.tries],
    }


Row = tuple[str, Try | None]  # what stands at the row, and the look-up it is; None sums up several


def _tries_from(word: str, start: int) -> Iterator[Try]:
    for end in range(len(word), start, -1):
        yield Try(start, end, (CONTINUES if start else "") + word[start:end], False)


def _rows(found: Match) -> tuple[list[Row], bool]:
    """The rows to draw, and whether they are all."""
    rows: list[Row] = []
    for start in dict.fromkeys(attempt.start for attempt in found.tries):
        here = [attempt for attempt in found.tries if attempt.start == start]
        hidden = here[FIRST_TRIES:-1] if len(here) > FIRST_TRIES + 2 else []
        rows += [(attempt.piece, attempt) for attempt in (here[:FIRST_TRIES] if hidden else here)]
        if hidden:
            rows += [(f"{len(hidden)} shorter ones missed", None), (here[-1].piece, here[-1])]
        if len(rows) > MAX_ROWS:
            return rows[:MAX_ROWS], False
    return rows, True


def _states(word: str, attempt: Try | None) -> list[int]:
    if attempt is None:
        return [OUTSIDE] * len(word)
    middle = HIT if attempt.found else MISS
    return [DONE] * attempt.start + [middle] * (attempt.end - attempt.start) + [OUTSIDE] * (len(word) - attempt.end)


def _letter(letter: str, state: int) -> str:
    return letter if state in (MISS, HIT) else ""


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:25]}…"


def _name_rows(chart: go.Figure, rows: list[Row], theme: Theme) -> None:
    """Each row's look-up at its left, in ink and bold where it was found."""
    names = []
    for name, attempt in rows:
        text = plots.label(_short(name))
        if attempt is None:
            names.append(f"<i>{text}</i>")
        else:
            names.append(f"<b>{text}</b> ✓" if attempt.found else text)
    chart.update_yaxes(
        autorange="reversed", tickmode="array", tickvals=list(range(len(rows))), ticktext=names, showgrid=False, zeroline=False, showline=False, ticks="",
        tickfont={"family": plots.MONOSPACE, "size": plots.TEXT_SIZE, "color": theme.ink},
    )  # fmt: skip


def _colors(theme: Theme) -> Colorscale:
    """Four flat steps: outside, already taken, missed, found."""
    fills = (theme.paper, colors.tint(theme.accent, 0.12), colors.tint(theme.muted, 0.18), colors.tint(theme.accent, 0.45))
    return [[place, fill] for state, fill in enumerate(fills) for place in (state / 4, (state + 1) / 4)]
