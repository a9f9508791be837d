"""The journey of a text: what was typed → words → tokens → ids, as four columns joined by ribbons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.words_to_tokens import Word
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme, tint
from bertviz_app.records.forward import Encoding

MOST_ROWS = 24  # tokens in the picture; the table has them all
COLUMNS = ("your text", "word", "token", "id")
LETTERS = 14  # of a text that fit into a cell, in a window of 950 pixels or more with the sidebar open
HIGH = 0.39  # half the height of a cell, in rows


@dataclass(frozen=True)
class Cell:
    """A rounded box over rows `start` to `stop` (exclusive)."""

    start: int
    stop: int
    text: str
    color: str
    ink: str
    hover: str


def journey_figure(encoding: Encoding, words: Sequence[Word], theme: Theme) -> go.Figure:
    """Text → word → token → id, one row a token, at most `MOST_ROWS`; ribbons join what came from the same characters.

    `words` are those of `tokens.words` for the same encoding.
    """
    n = min(encoding.n_tokens, MOST_ROWS)
    colors = [theme.token_color(kind, int(encoding.segment_ids[p])) for p, kind in enumerate(encoding.kinds[:n])]
    shown = [word for word in words if word.positions[0] < n]
    title = "" if n == encoding.n_tokens else f"The first {n} of {encoding.n_tokens} tokens; the table has them all"
    chart = plots.figure(theme, height=(96 if title else 60) + 40 * n, title=title)
    for color in dict.fromkeys(colors):
        chart.add_trace(_ribbons([word for word in shown if colors[word.positions[0]] == color], n, color, _half(theme)))
    for column, cells in enumerate(_columns(encoding, shown, colors, theme)):
        _add_cells(chart, column, cells, theme)
    chart.update_layout(margin_t=78 if title else 40, barmode="overlay", showlegend=False, hovermode="closest")
    bare = {"showgrid": False, "zeroline": False, "showline": False, "fixedrange": True, "ticks": ""}
    names = {"tickvals": [0, 1, 2, 3], "ticktext": list(COLUMNS), "tickfont_color": theme.muted}
    half = _half(theme)
    chart.update_xaxes(side="top", range=[-half - 0.02, 3 + half + 0.02], **names, **bare)
    chart.update_yaxes(range=[n - 0.4, -0.6], showticklabels=False, **bare)
    return chart


def _columns(encoding: Encoding, shown: Sequence[Word], colors: Sequence[str], theme: Theme) -> tuple[list[Cell], ...]:
    typed, split, tokens, ids = [], [], [], []
    n = len(colors)
    for word in shown:
        start, stop = word.positions[0], min(word.positions[-1] + 1, n)
        color = colors[start]
        # An unknown word keeps its letters until the vocabulary has no piece for it.
        ink = color if word.is_control else theme.ink
        if word.typed:
            typed.append(Cell(start, stop, word.typed, color, ink, f"{_cut(word.typed, 60)}, as you typed it"))
            split.append(Cell(start, stop, word.word, color, ink, f"{_cut(word.word, 60)}, cleaned and split"))
    for position, (token, token_id) in enumerate(zip(encoding.tokens[:n], encoding.token_ids[:n], strict=True)):
        color = colors[position]
        ink = theme.ink if encoding.kinds[position] in ("word", "piece") else color
        tokens.append(Cell(position, position + 1, token, color, ink, f"{token}, token {plots.shown(position)}"))
        ids.append(Cell(position, position + 1, str(token_id), color, ink, f"row {token_id} of the vocabulary"))
    return typed, split, tokens, ids


def _add_cells(chart: go.Figure, column: int, cells: Sequence[Cell], theme: Theme) -> None:
    """Boxes as bars, their text as a trace of its own: text within a bar would shrink on a phone."""
    half = _half(theme)
    middles = [(cell.start + cell.stop - 1) / 2 for cell in cells]
    edge = {"color": [tint(cell.color, 0.45) for cell in cells], "width": 1}
    chart.add_bar(
        orientation="h",
        base=[column - half] * len(cells),
        x=[2 * half] * len(cells),
        y=middles,
        width=[cell.stop - cell.start - 1 + 2 * HIGH for cell in cells],
        marker={"color": [tint(cell.color, 0.16) for cell in cells], "cornerradius": 8, "line": edge},
        hovertext=[plots.label(cell.hover) for cell in cells],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    chart.add_scatter(
        x=[column] * len(cells),
        y=middles,
        mode="text",
        text=[plots.label(_cut(cell.text, 9 if theme.narrow else LETTERS)) for cell in cells],
        textfont={
            "family": plots.MONOSPACE,
            "size": 14 if theme.narrow else plots.TEXT_SIZE,
            "color": [cell.ink for cell in cells],
        },
        hoverinfo="skip",
        cliponaxis=False,
    )


def _ribbons(words: Sequence[Word], n: int, color: str, half: float) -> go.Scatter:
    """Bands of one colour from column to column: typed to word, word to each of its tokens, each token to its id."""
    xs, ys = [], []
    way = np.linspace(0, 1, 18)
    ease = way * way * (3 - 2 * way)  # smoothstep
    for word in words:
        for column, left, right in _bands(word, n):
            x = column + half + way * (1 - 2 * half)
            top, bottom = (left[side] + ease * (right[side] - left[side]) for side in (0, 1))
            xs.append(np.concatenate([x, x[::-1], [np.nan]]))
            ys.append(np.concatenate([top, bottom[::-1], [np.nan]]))
    empty = np.array([np.nan])
    return go.Scatter(
        x=np.concatenate([empty, *xs]), y=np.concatenate([empty, *ys]), mode="lines", line={"width": 0}, fill="toself",
        fillcolor=tint(color, 0.1), hoverinfo="skip",
    )  # fmt: skip


def _bands(word: Word, n: int) -> list[tuple[int, tuple[float, float], tuple[float, float]]]:
    """(column at the left, its top and bottom there, its top and bottom at the right)."""
    tokens = [(position - HIGH, position + HIGH) for position in word.positions if position < n]
    bands = [(2, token, token) for token in tokens]
    if word.typed:
        whole = (tokens[0][0], tokens[-1][1])
        shares = np.linspace(*whole, len(tokens) + 1)
        bands.append((0, whole, whole))
        bands += [(1, (float(shares[i]), float(shares[i + 1])), token) for i, token in enumerate(tokens)]
    return bands


def _half(theme: Theme) -> float:
    """Half the width of a cell, in columns: on a phone the ribbons are short."""
    return 0.47 if theme.narrow else 0.4


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
