"""Pictures of what differs between two, the original and the variant: maps of a difference, of what moved, and of the heads that changed.

Colours stand for variant − original on a scale that is as long to both sides, or for how far something moved, from 0. What one of the two does not
have is no 0: it is hatched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.plots import shown

Doubles = NDArray[np.float64]

HATCHED = "hatched: only one of the two has it"
NAMED = 64  # beyond so many rows or columns a cell's hover gives numbers, not names: strings for each cell would be megabytes
MOST_CELLS = 128  # on a side of a map
MOST_WRITTEN = 16  # bars with their number
ROW = 30  # pixels of a row
SMALLEST = 0.01  # a scale shorter than that would show noise as loud as a change


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of a map and what is said of each.

    values         [row, column]; NaN where one of the two has it not
    rows, columns  what they are called
    said           what hover says of a cell that is there: (row, column) → text; by its value where it is not given
    axes           what is written beside the columns and the rows
    unit           beside the bar of the colours
    """

    values: Doubles
    rows: Sequence[str]
    columns: Sequence[str]
    axes: tuple[str, str] = ("", "")
    unit: str = ""
    said: Callable[[int, int], str] | None = field(default=None)


def difference_map(grid: Grid, theme: Theme, *, title: str, limit: float | None = None) -> go.Figure:
    """Values with a sign, such as variant − original: rust above 0, blue below; the scale is as long to both sides, up to `limit` if it is given."""
    top = limit if limit is not None else max(SMALLEST, _largest(grid.values))
    return _map(grid, theme, title=title, signed=True, limit=top)


def change_map(grid: Grid, theme: Theme, *, title: str, limit: float | None = None) -> go.Figure:
    """How far something moved, from 0, where nothing did, up to `limit` if it is given."""
    top = limit if limit is not None else max(SMALLEST, _largest(grid.values))
    return _map(grid, theme, title=title, signed=False, limit=top)


def _largest(values: Doubles) -> float:
    return float(np.nanmax(np.abs(values), initial=0))


def _map(grid: Grid, theme: Theme, *, title: str, signed: bool, limit: float) -> go.Figure:
    n_rows, n_columns = grid.values.shape
    block = max(1, -(-max(n_rows, n_columns) // MOST_CELLS))
    cells = strongest_in_blocks(grid.values, block)
    thinned = "" if block == 1 else f"; each cell is the strongest of {block} × {block}"
    hatched = f"; {HATCHED}" if np.isnan(cells).any() else ""
    trace = plots.heatmap(
        np.ascontiguousarray(cells, dtype=np.float32), theme, signed=signed, limit=limit,
        x=_places(cells.shape[1], block), y=_places(cells.shape[0], block), colorbar={"unit": grid.unit, "nticks": 3 if theme.narrow else 5, "tickangle": 0}, hoverongaps=False,
        **_hover(grid, block, signed=signed), **{gap: 1 if max(cells.shape) <= plots.MAX_TICKS else 0 for gap in ("xgap", "ygap")},
    )  # fmt: skip
    layout = {
        "xaxis": _axis(grid.columns, grid.axes[0]),
        "yaxis": _axis(grid.rows, grid.axes[1]) | {"autorange": False, "range": [n_rows + 0.5, 0.5]},
        "bargap": 0, "barmode": "overlay",
    }  # fmt: skip
    height = min(150 + ROW * max(n_rows, 3), 900)
    return plots.figure(
        theme,
        height=height,
        title=f"{title}{thinned}{hatched}",
        data=[trace, *_hatching(cells, block, grid, theme)],
        layout=layout,
    )


def strongest_in_blocks(values: Doubles, block: int) -> Doubles:
    """Of each block × block square the value that is furthest from 0; NaN where all of it is.

    >>> strongest_in_blocks(np.array([[1.0, -3.0], [np.nan, 2.0]]), 2).tolist()
    [[-3.0]]
    """
    if block == 1:
        return values
    most, least = values, values
    for axis in (0, 1):
        starts = np.arange(0, values.shape[axis], block)
        most, least = np.fmax.reduceat(most, starts, axis=axis), np.fmin.reduceat(least, starts, axis=axis)
    strongest: Doubles = np.where(np.abs(least) > np.abs(most), least, most).astype(np.float64)
    return strongest


def _places(n: int, block: int) -> Doubles:
    """Where the cells lie: the middles of the rows or columns that they stand for, which count from 1."""
    places: Doubles = np.arange(n, dtype=np.float64) * block + (block + 1) / 2
    return places


def _axis(names: Sequence[str], title: str) -> dict[str, Any]:
    """The house's token axis, counted from 1 as hover does; what stands last is named in any case."""
    axis = plots.token_axis(names)
    places, labels = [shown(place) for place in axis["tickvals"]], list(axis["ticktext"])
    if places[-1] != len(names):
        step = places[1] - places[0]
        keep = len(places) - (len(names) - places[-1] < step)
        places, labels = [*places[:keep], len(names)], [*labels[:keep], plots.label(names[-1])]
    return axis | {"tickvals": places, "ticktext": labels, "title": {"text": title}, "showline": False, "fixedrange": True}


def _hover(grid: Grid, block: int, *, signed: bool) -> dict[str, Any]:
    """What hover says of the cells: in words where they are few."""
    value = "%{z:+.3f}" if signed else "%{z:.3f}"
    if block > 1 or max(grid.values.shape) > NAMED:
        return {"hovertemplate": f"row %{{y}}, column %{{x}}: {value}<extra></extra>"}
    there: NDArray[np.bool_] = ~np.isnan(grid.values)
    said = grid.said or (lambda row, column: f"{grid.rows[row]}, {grid.columns[column]}")
    texts = [
        [plots.label(said(row, column)) if there[row, column] else "" for column in range(len(grid.columns))]
        for row in range(len(grid.rows))
    ]
    return {"text": texts, "hovertemplate": f"%{{text}}<br>{value}<extra></extra>", "texttemplate": ""}


def _hatching(cells: Doubles, block: int, grid: Grid, theme: Theme) -> list[dict[str, Any]]:
    """Bars over what is not there: one for each row and column of cells that is missing as a whole, one for each other cell."""
    missing = np.isnan(cells)
    n_rows, n_columns = missing.shape
    rows, columns = np.asarray(missing.all(axis=1)), np.asarray(missing.all(axis=0))
    lone = np.argwhere(missing & ~rows[:, None] & ~columns[None, :])
    x, y = _places(n_columns, block), _places(n_rows, block) - block / 2
    middle, width, height = (1 + n_columns * block) / 2, n_columns * block, n_rows * block
    boxes = [
        *((middle, width, y[row], block, _missing(grid.rows, row, block)) for row in np.flatnonzero(rows).tolist()),
        *(
            (x[column], block, 0.5, height, _missing(grid.columns, column, block))
            for column in np.flatnonzero(columns).tolist()
        ),
        *((x[column], block, y[row], block, "no partner") for row, column in lone.tolist()),
    ]
    return [hatched(boxes, theme)] if boxes else []


def _missing(names: Sequence[str], place: int, block: int) -> str:
    return f"{' '.join(names[place * block : (place + 1) * block])}: no partner"


def hatched(boxes: Sequence[tuple[float, float, float, float, str]], theme: Theme) -> dict[str, Any]:
    """A trace of hatched boxes: (middle, width, where it begins upwards, height, what hover says)."""
    x, widths, bases, heights, texts = zip(*boxes, strict=True)
    return {
        "type": "bar", "x": x, "width": widths, "base": bases, "y": heights, "showlegend": False,
        "hoverinfo": "text", "hovertext": [plots.label(text) for text in texts],
        "marker": {
            "color": theme.paper, "line": {"width": 0},
            "pattern": {"shape": "/", "size": 8, "solidity": 0.2, "bgcolor": theme.paper, "fgcolor": theme.muted, "fgopacity": 0.6},
        },
    }  # fmt: skip


def token_bars(values: Doubles, names: Sequence[str], theme: Theme, *, title: str, unit: str) -> go.Figure:
    """Variant − original for each token, as bars in reading order: values [token], NaN where one of the two has it not; names of them."""
    top = 1.25 * max(SMALLEST, _largest(values))
    places = np.arange(1, len(values) + 1)
    there = ~np.isnan(values)
    colors = [str(theme.signed[-1 if value > 0 else 0][1]) for value in np.nan_to_num(values)]
    bars = {
        "type": "bar", "x": places[there], "y": values[there], "marker": {"color": [colors[at] for at in np.flatnonzero(there)]},
        "text": [f"{value:+.2f}".replace("-", "−") for value in values[there]] if len(values) <= (6 if theme.narrow else MOST_WRITTEN) else None,
        "textposition": "outside", "cliponaxis": False, "showlegend": False, "hoverinfo": "text", "textangle": 0,
        "textfont": {"size": plots.TEXT_SIZE - 1}, "constraintext": "none",
        "hovertext": [plots.label(f"{names[at]}: {values[at]:+.3f} {unit}") for at in np.flatnonzero(there).tolist()],
    }  # fmt: skip
    gaps = [(at + 1, 0.9, -top, 2 * top, f"{names[at]}: no partner") for at in np.flatnonzero(~there).tolist()]
    layout = {
        "xaxis": _axis(names, "") | {"range": [0.4, len(values) + 0.6]},
        "yaxis": {"range": [-top, top], "title": {"text": f"{unit} (variant − original)"}},
        "barmode": "overlay",
    }
    told = f"{title}; {HATCHED}" if gaps else title
    return plots.figure(theme, height=360, title=told, data=[bars, *([hatched(gaps, theme)] if gaps else [])], layout=layout)
