"""Pictures of attention summed up: token × token maps on one scale, one token as bars, the agreement of the methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.agreement import Doubles
from bertviz_app.chapters.attention_summed_up.methods import MapMethod, Maps
from bertviz_app.drawing import plots
from bertviz_app.drawing.blocks import strongest_in_blocks
from bertviz_app.drawing.colors import Theme, contrast
from bertviz_app.drawing.layouts import merged

SMALL_CELLS, LARGE_CELLS = 48, 128  # on a side; beyond, a cell stands for the strongest of a block
SMALL_TICKS, LONGEST = 12, 11  # labels on a side of a small map, and their characters; hover tells the rest
_BELOW = {"orientation": "h", "x": 0.5, "y": -0.03, "yanchor": "top", "yref": "paper", "len": 1}


def shared_limit(maps: Maps) -> float:
    """The end of the scale that all maps share: their largest share."""
    return max(0.05, *(float(weights.max()) for weights in maps.values()))


def thinned(n_tokens: int, most: int = SMALL_CELLS) -> str:
    """What a cell stands for where there are more tokens than cells; empty where each has its own."""
    block = -(-n_tokens // most)
    return "" if block == 1 else f"each cell is the strongest of {block} × {block}"


def small_figure(weights: Doubles, tokens: Sequence[str], theme: Theme, *, title: str, limit: float) -> go.Figure:
    """One map, small, to stand beside others: rows draw on columns, shares from 0 to `limit`."""
    labels = [token if len(token) <= LONGEST else f"{token[: LONGEST - 1]}…" for token in tokens]
    # Three maps beside each other on a projector leave a column 15 pixels: aslant, its name would lie on its neighbour's.
    margin = {"height": 470, "margin": {"t": 40, "b": 50}, "xaxis": {"tickangle": -90}}
    return _map(
        weights, tokens, theme, most=SMALL_CELLS, limit=limit, title=title, colorbar=_BELOW, labels=labels,
        ticks=SMALL_TICKS, layout=margin,
    )  # fmt: skip


def map_figure(weights: Doubles, tokens: Sequence[str], theme: Theme, *, title: str) -> go.Figure:
    """One map, large: rows draw on columns."""
    return _map(weights, tokens, theme, most=LARGE_CELLS, title=title, layout={"height": _height(tokens)})


def lengths_figure(norms: Doubles, tokens: Sequence[str], theme: Theme, *, title: str) -> go.Figure:
    """The lengths of the vectors that arrive in one layer, as they are: what rows are given by columns."""
    layout = {"height": _height(tokens)}
    return _map(norms, tokens, theme, most=LARGE_CELLS, title=title, unit="length", verb="is given by", layout=layout)


def bars_figure(maps: Maps, tokens: Sequence[str], position: int, theme: Theme) -> go.Figure:
    """One token: what it draws on, a row of bars for each method, all on one scale."""
    chart = plots.figure(theme, height=170 * len(maps) + 110, title=f"What “{plots.label(tokens[position])}” draws on")
    titles = [method.name for method in maps]
    chart.set_subplots(len(maps), 1, subplot_titles=titles, shared_xaxes=True, vertical_spacing=0.24 / len(maps))
    top = max(float(weights[position].max()) for weights in maps.values()) or 1.0
    written = len(tokens) <= (6 if theme.narrow else 16)
    for row, weights in enumerate(maps.values(), start=1):
        texts = [plots.percent(share) for share in weights[position]]
        chart.add_bar(
            x=np.arange(len(tokens)), y=weights[position].astype(np.float32), row=row, col=1, showlegend=False, marker_color=theme.accent,
            text=texts if written else None, textposition="outside", cliponaxis=False,
            customdata=[f"{plots.label(token)}: {text}" for token, text in zip(tokens, texts, strict=True)],
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    # The rows below the first know nothing of the house's axes.
    line = {"gridcolor": theme.grid, "linecolor": theme.grid, "automargin": True, "ticks": ""}
    chart.update_yaxes(line, range=[0, top * (1.3 if written else 1.05)], zeroline=False, **plots.percent_axis(top))
    chart.update_xaxes(plots.token_axis(tokens) | line)
    return chart.update_layout(margin_t=90)


def agreement_figure(agreement: Doubles, methods: Sequence[MapMethod], theme: Theme) -> go.Figure:
    """Spearman's rank correlation between each two methods, from −1 to 1."""
    title, names = "Agreement on the order of tokens (Spearman, mean over the rows)", [method.name for method in methods]
    chart = plots.figure(theme, height=140 + 74 * len(names), title=title)
    trace = plots.heatmap(
        np.asarray(agreement, dtype=np.float32), theme, signed=True, limit=1.0, xgap=2, ygap=2, hoverinfo="skip",
    )  # fmt: skip
    chart.add_trace(trace)
    rows, columns = (grid.ravel().tolist() for grid in np.indices(agreement.shape))
    values = agreement.ravel().tolist()
    chart.add_scatter(
        x=columns, y=rows, mode="text", text=[f"{value:.2f}".replace("-", "−") for value in values], showlegend=False,
        textfont={"size": plots.TEXT_SIZE, "color": [_ink(theme, value) for value in values]},
        hovertext=[f"{names[row]} and {names[column]}: {value:.3f}" for row, column, value in zip(rows, columns, values, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    axis = {
        "tickvals": list(range(len(names))), "ticktext": names, "showgrid": False, "zeroline": False, "ticklabeloverflow": "allow",
    }  # fmt: skip
    chart.update_xaxes(axis, side="top", tickangle=-30 if theme.narrow else 0, range=[-0.5, len(names) - 0.5])
    chart.update_yaxes(axis, range=[len(names) - 0.5, -0.5])
    if theme.narrow:
        chart.update_layout(margin_r=56, margin_b=60)
    return chart.update_layout(margin_t=chart.layout.margin.t + 30)


def _ink(theme: Theme, value: float) -> str:
    """The colour of text on a signed value from −1 to 1."""
    fill = str(theme.signed[round((value + 1) / 2 * (len(theme.signed) - 1))][1])
    return max(("#000000", "#FFFFFF"), key=lambda color: contrast(color, fill))


def _height(tokens: Sequence[str]) -> int:
    return min(220 + 34 * len(tokens), 900)


def _map(values: Doubles, tokens: Sequence[str], theme: Theme, *, most: int, **options: Any) -> go.Figure:
    """`options`: title, limit, colorbar, layout; unit and verb, if the values are no shares; labels, if they are not the tokens, and at most
    how many `ticks` of them.
    """
    block = -(-len(tokens) // most)
    starts = range(0, len(tokens), block)
    # A different name for each row and column, which hover shows: the token, and where it stands.
    names = [f"{plots.label(' '.join(tokens[start : start + block]))} ({plots.shown(start)})" for start in starts]
    axis: dict[str, Any] = plots.token_axis(options.get("labels", tokens)[::block])
    step = -(-len(axis["tickvals"]) // options.get("ticks", len(axis["tickvals"])))
    places, texts = axis["tickvals"][::step], axis["ticktext"][::step]
    axis |= {"type": "category", "tickvals": [names[place] for place in places], "ticktext": texts}
    unit, verb, gap = options.get("unit", ""), options.get("verb", "draws on"), 1 if len(names) <= 40 else 0
    top = options.get("limit") or float(values.max()) or 1.0
    bar = {"unit": unit} if unit else {"in_percent": True}
    trace = plots.heatmap(
        strongest_in_blocks(values.astype(np.float32), block), theme, limit=top, x=names, y=names, xgap=gap, ygap=gap,
        colorbar=bar | options.get("colorbar", {}),
        hovertemplate=f"%{{y}} {verb} %{{x}}: %{{z:{'.2f' if unit else '.1%'}}}<extra></extra>",
    )  # fmt: skip
    axes = {"xaxis": axis | {"side": "top", "title": {"text": verb}}, "yaxis": axis | {"autorange": "reversed"}}
    return plots.figure(theme, height=450, title=options["title"], data=[trace], layout=merged(axes, options["layout"]))
