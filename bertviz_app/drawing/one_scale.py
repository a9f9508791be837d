"""Two figures of one kind on one scale, so that a colour or a length says the same in both."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go


def on_one_scale(first: go.Figure, second: go.Figure) -> tuple[go.Figure, go.Figure]:
    """Both, heatmaps with the colours of the one whose scale reaches further, and axes that begin at 0, or have it in the middle, as long as the longer one.

    What is given stays as it is, as others may be looking at it: a figure that changes is a copy.
    """
    given, changed = (first, second), [first, second]

    def own(side: int) -> go.Figure:
        if changed[side] is given[side]:
            changed[side] = go.Figure(given[side])
        return changed[side]

    for at, (one, other) in enumerate(zip(first.data, second.data, strict=False)):
        if one.type == other.type == "heatmap" and None not in (one.zmax, other.zmax) and one.zmax != other.zmax:
            wide, narrow = (one, 1) if one.zmax > other.zmax else (other, 0)
            own(narrow).data[at].update(zmin=wide.zmin, zmax=wide.zmax, colorbar=wide.colorbar)
    for name in sorted(_axes(first) & _axes(second)):
        axes = [figure.layout[name] for figure in given]
        if not (all(map(_begins_at_zero, axes)) or all(map(_is_symmetric, axes))) or axes[0].range == axes[1].range:
            continue
        narrow = int(axes[0].range[1] > axes[1].range[1])
        wide = axes[1 - narrow]
        own(narrow).layout[name].update(range=wide.range, tickvals=wide.tickvals, ticktext=wide.ticktext)
    return changed[0], changed[1]


def _axes(figure: go.Figure) -> set[str]:
    return {name for name in figure.layout if name.startswith(("xaxis", "yaxis"))}


def _begins_at_zero(axis: Any) -> bool:
    return axis.range is not None and axis.range[0] == 0


def _is_symmetric(axis: Any) -> bool:
    return axis.range is not None and axis.range[0] == -axis.range[1]
