"""A word that is cut step by step: one row a step, one box a piece, over the symbols that the tokenizer starts from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from bertviz_app.drawing import colors, plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import numbered

MAX_ROWS = 36
MAX_SYMBOLS = 100
MAX_SYMBOLS_NAMED = 40  # beyond, a box of one symbol is too narrow for its letter

Legible = Callable[[str], str]  # a piece as people read it: `Spelling.legible`


@dataclass(frozen=True)
class Box:
    """A piece over the symbols `start` to `end` (exclusive); `stands_out` where this step made it, or the result has it."""

    start: int
    end: int
    text: str
    stands_out: bool = False


@dataclass(frozen=True)
class StepRow:
    """One step: what stands at its left, what is said of it when asked, and its pieces."""

    name: str
    hover: str
    boxes: tuple[Box, ...]


def piece_columns(pieces: Sequence[str], ids: Sequence[int], legible: Legible) -> dict[str, list[object]]:
    """What came out, with the ids that the model is given."""
    return {**numbered(list(map(legible, pieces))), "id": list(ids)}


def boxes_figure(rows: Sequence[StepRow], n_symbols: int, theme: Theme, *, title: str) -> go.Figure:
    """The rows from the top, over `n_symbols` symbols of which the first `MAX_SYMBOLS` are drawn."""
    width = min(n_symbols, MAX_SYMBOLS)
    if width < n_symbols:
        title += f": the first {width} of {n_symbols:,} symbols"
    chart = plots.figure(theme, height=110 + 34 * len(rows), title=title)
    boxes = [(place, row, box) for place, row in enumerate(rows) for box in row.boxes if box.start < width]
    ends = [min(box.end, width) for _, _, box in boxes]
    named = [width <= MAX_SYMBOLS_NAMED or end - box.start > 2 for end, (_, _, box) in zip(ends, boxes, strict=True)]
    chart.add_bar(
        orientation="h",
        base=[box.start + 0.04 for _, _, box in boxes],
        x=[end - box.start - 0.08 for end, (_, _, box) in zip(ends, boxes, strict=True)],
        y=[place for place, _, _ in boxes],
        width=0.8,
        marker={
            "color": [colors.tint(theme.accent, 0.45) if box.stands_out else colors.tint(theme.muted, 0.18) for _, _, box in boxes],
            "cornerradius": 4,
        },
        text=[plots.label(box.text) if shown else "" for shown, (_, _, box) in zip(named, boxes, strict=True)],
        textposition="inside", insidetextanchor="middle", textangle=0, constraintext="none",
        textfont={"family": plots.MONOSPACE, "size": plots.TEXT_SIZE, "color": theme.ink},
        hovertext=[plots.label(f"{box.text}: {row.hover}" if box.text else row.hover) for _, row, box in boxes],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    bare = {"showgrid": False, "zeroline": False, "showline": False, "ticks": "", "fixedrange": True}
    chart.update_layout(barmode="overlay", showlegend=False)
    chart.update_xaxes(range=[-0.1, max(width, 1) + 0.1], showticklabels=False, **bare)
    chart.update_yaxes(
        range=[len(rows) - 0.4, -0.6], tickmode="array", tickvals=list(range(len(rows))), ticktext=[row.name for row in rows],
        tickfont={"family": plots.MONOSPACE, "size": plots.TEXT_SIZE, "color": theme.ink}, **bare,
    )  # fmt: skip
    return chart


def quoted(pieces: Sequence[str], legible: Legible, *, most: int = 12) -> str:
    """The first pieces of a word in quotes, as a sentence names them.

    >>> quoted(["Ġsk", "ate"], lambda piece: piece.replace("Ġ", "␣"))
    '“␣sk ate”'
    """
    return f"“{' '.join(map(legible, pieces[:most]))}{' …' if len(pieces) > most else ''}”"


def short(text: str, most: int = 30) -> str:
    """A long word by its beginning.

    >>> short("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"
