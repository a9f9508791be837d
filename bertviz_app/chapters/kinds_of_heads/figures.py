"""Maps of the heads, layers down and heads across: one measure, the difference of two, and the kinds by colour and letter."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from bertviz_app.chapters.kinds_of_heads.kinds import KINDS, LETTERS
from bertviz_app.chapters.kinds_of_heads.measures import MEASURES, HeadMeasures, Measure
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import LIGHT, OKABE_ITO, Theme
from bertviz_app.drawing.numbering import head_name

_KIND_COLORS = (0, 1, 2, 6)  # of Okabe–Ito: those on which both inks can be read

_PATTERNS = {
    "V": "line-ns-open",
    "D": "line-nw-open",
    "VD": "asterisk-open",
}  # in the legend: where such a head puts its weight


def measure_figure(measures: HeadMeasures, measure: Measure, theme: Theme, *, title: str, limit: float) -> go.Figure:
    """One measure as a heatmap from 0 to `limit`; a click on a cell hands back the head's number, counted layer after layer from 0."""
    values = measures.of(measure)
    return _map(values, theme, title=_titled(title, measure), hover=_lines(measures), limit=limit, colorbar=_bar(measure))


def difference_figure(
    both: tuple[HeadMeasures, HeadMeasures], measure: Measure, theme: Theme, *, title: str, names: tuple[str, str]
) -> go.Figure:
    """One text less another: rust where the head does more of it in the first, blue where less. `names` are those of the two."""
    mine, other = both
    values = mine.of(measure) - other.of(measure)
    lines = [
        f"{line}<br>{names[0]} {measure.said(float(here))}, {names[1]} {measure.said(float(there))}"
        for line, here, there in zip(_names(values), mine.of(measure).ravel(), other.of(measure).ravel(), strict=True)
    ]
    return _map(values, theme, title=_titled(title, measure), hover=lines, signed=True, colorbar=_bar(measure))


def kinds_figure(measures: HeadMeasures, theme: Theme, *, title: str) -> go.Figure:
    """The kinds as colours and letters; heterogeneous heads stay empty."""
    kinds = measures.kinds
    colors = [*(OKABE_ITO[index] for index in _KIND_COLORS), theme.paper]
    chart = _map(
        kinds + 0.5, theme, title=title, hover=_lines(measures), limit=len(KINDS), colorscale=_steps(colors), showscale=False,
        text=[[LETTERS[kind] for kind in row] for row in kinds], texttemplate="%{text}",
        textfont={"size": plots.TEXT_SIZE - 1, "color": LIGHT.ink},  # all fills are light, in both themes
    )  # fmt: skip
    for name, letter, color in zip(KINDS, LETTERS, colors, strict=True):
        symbol = _PATTERNS.get(letter, "square")
        line = {"color": color, "width": 3} if letter in _PATTERNS else {"color": theme.muted, "width": 1}
        marker = {"symbol": symbol, "size": 16 if letter in _PATTERNS else 14, "color": color, "line": line}
        label = f"{name} ({letter})" if letter else name
        chart.add_scatter(x=[None], y=[None], mode="markers", marker=marker, name=label, showlegend=True, hoverinfo="skip")
    return _with_room(chart)


def changed_figure(both: tuple[HeadMeasures, HeadMeasures], theme: Theme, *, title: str, names: tuple[str, str]) -> go.Figure:
    """The heads that are of another kind in one text than in another; `names` are those of the two."""
    mine, other = both
    changed = mine.kinds != other.kinds
    lines = [
        f"{line}<br>{names[0]} {KINDS[here]}, {names[1]} {KINDS[there]}"
        for line, here, there in zip(_names(mine.kinds), mine.kinds.ravel(), other.kinds.ravel(), strict=True)
    ]
    scale = _steps([theme.paper, theme.accent])
    return _with_room(_map(changed + 0.5, theme, title=title, hover=lines, limit=2, colorscale=scale, showscale=False))


def _with_room(chart: go.Figure) -> go.Figure:
    """Room for a legend below, also where there is none: the rows of maps side by side stay level."""
    return chart.update_layout(height=chart.layout.height + 30, margin_b=94, legend={"y": -0.04, "yanchor": "top"})


def _map(values: Any, theme: Theme, *, title: str, hover: list[str], **options: Any) -> go.Figure:
    n_layers, n_heads = values.shape
    chart = plots.figure(theme, height=n_layers * 34 + 150, title=title)
    scale = {key: options.pop(key) for key in ("colorscale",) if key in options}
    trace = plots.heatmap(np.asarray(values, dtype=np.float32), theme, xgap=1, ygap=1, hoverinfo="skip", **options)
    trace.update(scale)
    chart.add_trace(trace)
    layers, heads = (grid.ravel() for grid in np.indices(values.shape))
    clear = {"marker": {"opacity": 0}}
    # A heatmap does not tell what was clicked: an invisible marker on each cell does.
    chart.add_scatter(
        x=heads, y=layers, mode="markers", marker={"symbol": "square", "size": 28, "color": theme.accent, "opacity": 0},
        selected=clear, unselected=clear, customdata=np.arange(values.size), hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>", showlegend=False,
    )  # fmt: skip
    plain = {"showgrid": False, "zeroline": False, "fixedrange": True, "showline": False}
    chart.update_xaxes(plain, title_text="head", title_standoff=4, side="top", tickangle=0, **_counted(n_heads, at_most=12))
    chart.update_yaxes(
        plain, title_text="layer", title_standoff=4, range=[n_layers - 0.5, -0.5], **_counted(n_layers, at_most=24)
    )
    chart.update_layout(clickmode="event+select", margin_t=84, margin_b=64, hoverdistance=40)
    return chart


def _counted(n: int, *, at_most: int) -> dict[str, Any]:
    places = list(range(0, n, -(-n // at_most)))
    return {"tickvals": places, "ticktext": [str(plots.shown(place)) for place in places]}


def _titled(title: str, measure: Measure) -> str:
    return title if measure.is_share else f"{title}, {measure.unit}"


def _bar(measure: Measure) -> dict[str, Any]:
    return {"orientation": "h", "x": 0.5, "y": -0.03, "yanchor": "top", "len": 1, "in_percent": measure.is_share}


def _steps(colors: list[str]) -> list[list[float | str]]:
    """A colour scale with a step for each of n values, which lie at 0.5, 1.5, … of n."""
    n = len(colors)
    return [[place / n, color] for index, color in enumerate(colors) for place in (index, index + 1)]


def _names(values: NDArray[Any]) -> list[str]:
    return [head_name(layer, head) for layer, head in np.ndindex(*values.shape[:2])]


def _lines(measures: HeadMeasures) -> list[str]:
    """For each head its kind and all of its measures."""
    table = measures.values.reshape(len(MEASURES), -1).T
    names = [plots.label(measures.special.spelled(measure.inline)) for measure in MEASURES]
    return [
        f"{name}: {KINDS[kind]}"
        + "".join(f"<br>{title} {measure.said(value)}" for title, measure, value in zip(names, MEASURES, row, strict=True))
        for name, kind, row in zip(_names(measures.kinds), measures.kinds.ravel(), table, strict=True)
    ]
