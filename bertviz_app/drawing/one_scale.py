"""Two figures of one kind on one scale, so that a colour or a length says the same in both."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go


def on_one_scale(first: go.Figure, second: go.Figure) -> tuple[go.Figure, go.Figure]:
    """Copies of both: heatmaps with the colours of the one whose scale reaches further, and axes that begin at 0, or have it in the middle, as long as the longer one."""
    both = go.Figure(first), go.Figure(second)
    for one, other in zip(both[0].data, both[1].data, strict=False):
        if one.type == other.type == "heatmap" and None not in (one.zmax, other.zmax):
            wide, narrow = (one, other) if one.zmax >= other.zmax else (other, one)
            narrow.update(zmin=wide.zmin, zmax=wide.zmax, colorbar=wide.colorbar)
    for name in _axes(both[0]) & _axes(both[1]):
        axes = [figure.layout[name] for figure in both]
        if all(map(_begins_at_zero, axes)) or all(map(_is_symmetric, axes)):
            narrow, wide = sorted(axes, key=lambda axis: float(axis.range[1]))
            narrow.update(range=wide.range, tickvals=wide.tickvals, ticktext=wide.ticktext)
    return both


def _axes(figure: go.Figure) -> set[str]:
    return {name for name in figure.layout if name.startswith(("xaxis", "yaxis"))}


def _begins_at_zero(axis: Any) -> bool:
    return axis.range is not None and axis.range[0] == 0


def _is_symmetric(axis: Any) -> bool:
    return axis.range is not None and axis.range[0] == -axis.range[1]
