"""Pictures of one head: all of it as a heatmap, one token as bars.

Long inputs are shown in blocks, each by its strongest weight, and the titles say so.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from bertviz_app.chapters.attention.measures import HeadWeights
from bertviz_app.drawing import plots
from bertviz_app.drawing.blocks import strongest_in_blocks
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import head_name, titles
from bertviz_app.drawing.plots import shown

MOST_CELLS = 128  # cells on a side of a heatmap


def head_columns(weights: HeadWeights) -> dict[str, list[object]]:
    """One head as a table: a row for each that looks, a column for each that is looked at, with its number, as a name may stand twice."""
    columns: dict[str, list[object]] = {
        "number": [shown(row) for row in range(len(weights.queries))],
        "from": list(weights.queries),
    }
    return columns | {name: column.tolist() for name, column in zip(titles(weights.keys), weights.weights.T, strict=True)}


def head_figure(weights: HeadWeights, theme: Theme) -> go.Figure:
    """One head as a heatmap: rows look at columns. The title says so when cells stand for blocks."""
    block = max(1, -(-max(weights.weights.shape) // MOST_CELLS))
    cells = strongest_in_blocks(weights.weights, block)
    queries, keys = _categories(weights.queries, block), _categories(weights.keys, block)
    name = head_name(weights.layer, weights.head)
    thinned = "" if block == 1 else f"; each cell is the strongest of {block} × {block} weights"
    chart = plots.figure(theme, height=min(180 + 34 * len(queries), 900), title=f"{name}: rows look at columns{thinned}")
    top = max(0.05, float(cells.max(initial=0)))
    trace = plots.heatmap(
        np.ascontiguousarray(cells, dtype=np.float32), theme, limit=top, x=keys, y=queries,
        hovertemplate="%{y} looks at %{x}: %{z:.1%}<extra></extra>",
        colorbar={"unit": "weight", "in_percent": True}, xgap=1 if len(keys) <= 40 else 0,
        ygap=1 if len(queries) <= 40 else 0,
    )  # fmt: skip
    chart.add_trace(trace)
    chart.update_xaxes(_ticks(keys, weights.keys, block), title_text="looks at")
    chart.update_yaxes(_ticks(queries, weights.queries, block), autorange="reversed")
    return chart


def token_figure(weights: HeadWeights, position: int, theme: Theme) -> go.Figure:
    """One token as bars: above, where it looks; below, who looks at it. A side that the reading hides is left out."""
    row, column = int(weights.row_of[position]), int(weights.column_of[position])
    sides = []
    if row >= 0:
        sides.append((f"Where “{weights.queries[row]}” looks", weights.keys, weights.weights[row]))
    if column >= 0:
        sides.append((f"What looks at “{weights.keys[column]}”", weights.queries, weights.weights[:, column]))
    titles = [plots.label(title) for title, _, _ in sides]
    chart = plots.figure(theme, height=270 * max(1, len(sides)) + 40, title=head_name(weights.layer, weights.head))
    if sides:
        chart.set_subplots(len(sides), 1, subplot_titles=titles, vertical_spacing=0.3)
    top = max((float(values.max(initial=0)) for _, _, values in sides), default=1.0) or 1.0
    for number, (_, names, values) in enumerate(sides, start=1):
        texts = [plots.percent(value) for value in values]
        chart.add_bar(
            x=np.arange(len(names)), y=np.asarray(values, dtype=np.float32), row=number, col=1, showlegend=False,
            marker_color=theme.accent if number == 1 and row >= 0 else theme.segments[0],
            text=texts if len(names) <= (6 if theme.narrow else 20) else None, textposition="outside", cliponaxis=False,
            customdata=np.array([[plots.label(name), text] for name, text in zip(names, texts, strict=True)]),
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        )  # fmt: skip
        chart.update_xaxes(plots.token_axis(names), row=number, col=1)
        chart.update_yaxes(range=[0, top * 1.18], row=number, col=1, **plots.percent_axis(top))
    return chart


def _categories(names: Sequence[str], block: int) -> list[str]:
    """A different name for each row or column, which hover shows: the token and where it stands."""
    if block == 1:
        return [f"{plots.label(name)} ({place})" for place, name in enumerate(names, start=1)]
    starts = range(0, len(names), block)
    return [f"{plots.label(' '.join(names[start : start + block]))} ({shown(start)} on)" for start in starts]


def _ticks(categories: Sequence[str], names: Sequence[str], block: int) -> dict[str, object]:
    """Tokens as labels, as in `plots.token_axis`, on an axis of categories."""
    axis = plots.token_axis(names[::block])
    return axis | {"type": "category", "tickvals": [categories[place] for place in axis["tickvals"]]}
