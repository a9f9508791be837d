"""The story of one sentence: three small figures read off one forward pass.

Each is a glance at what a page of its own shows in full. Long inputs are shown by their first `MOST` tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app import plots
from bertviz_app.plots import Theme
from bertviz_app.records import Floats, ForwardPass

MOST = 16  # tokens in a small figure


@dataclass(frozen=True)
class Glance:
    """The attention head that looks most firmly at real tokens: 0-based layer and head, and the strongest pair in it."""

    layer: int
    head: int
    query: int
    key: int
    weight: float


def firmest_head(forward: ForwardPass) -> Glance:
    """Among all heads, the one whose rows put the most weight, on average, on one other token that is not [CLS] or [SEP].

    Falls back to the strongest weight of the first head when there is only one real token.
    """
    real = np.flatnonzero(~forward.encoding.is_special)
    # [layer, head, query, key] → the same, real tokens only
    weights = forward.attentions[:, :, real][:, :, :, real].copy()
    if len(real) > 1:
        weights[..., np.arange(len(real)), np.arange(len(real))] = 0  # a token looking at itself is no news
    layer, head = np.unravel_index(weights.max(axis=-1).mean(axis=-1).argmax(), weights.shape[:2])
    query, key = np.unravel_index(weights[layer, head].argmax(), weights.shape[2:])
    return Glance(int(layer), int(head), int(real[query]), int(real[key]), float(weights[layer, head, query, key]))


def vectors_figure(forward: ForwardPass, theme: Theme) -> go.Figure:
    """The last layer's vectors, one row a token: [position, d_model]."""
    n = min(MOST, forward.encoding.n_tokens)
    vectors = forward.hidden_states[-1][:n]
    chart = plots.figure(theme, height=60 + 26 * n)
    trace = plots.heatmap(
        vectors,
        theme,
        signed=True,
        limit=float(np.quantile(np.abs(vectors), 0.99)),
        customdata=np.broadcast_to(np.array([plots.label(t) for t in forward.encoding.tokens[:n]])[:, None], vectors.shape),
        hovertemplate="%{customdata}, number %{x}: %{z:.2f}<extra></extra>",
        colorbar={"title": {"text": "value", "side": "right"}},
    )
    chart.add_trace(trace)
    chart.update_yaxes(plots.token_axis(forward.encoding.tokens[:n]), autorange="reversed")
    chart.update_xaxes(title_text=f"the {forward.model.d_model} numbers of each vector", showgrid=False)
    return chart


def attention_figure(forward: ForwardPass, glance: Glance, theme: Theme) -> go.Figure:
    """One head's weights: [query, key]."""
    n = min(MOST, forward.encoding.n_tokens)
    weights = forward.attentions[glance.layer, glance.head, :n, :n]
    tokens = forward.encoding.tokens[:n]
    chart = plots.figure(theme, height=110 + 30 * n)
    names = np.array([plots.label(token) for token in tokens])
    trace = plots.heatmap(
        weights,
        theme,
        limit=1.0,
        customdata=np.stack(np.broadcast_arrays(names[:, None], names[None, :]), axis=-1),
        hovertemplate="%{customdata[0]} looks at %{customdata[1]}: %{z:.0%}<extra></extra>",
        colorbar={"tickformat": ".0%", "title": {"text": "weight", "side": "right"}},
    )
    chart.add_trace(trace)
    chart.update_xaxes(plots.token_axis(tokens), title_text="looks at", tickangle=-40)
    chart.update_yaxes(plots.token_axis(tokens), autorange="reversed")
    return chart


def prediction_figure(names: Sequence[str], probabilities: Floats, theme: Theme) -> go.Figure:
    """Labels or words with their probabilities, as bars, the likeliest on top."""
    order = np.argsort(-probabilities, kind="stable")[:5]
    chart = plots.figure(theme, height=70 + 40 * len(order))
    labels = [plots.label(names[index]) for index in order]
    chart.add_bar(
        x=probabilities[order],
        y=np.arange(len(order)),
        orientation="h",
        marker_color=[theme.accent] + [theme.muted] * (len(order) - 1),
        text=[plots.percent(probabilities[index]) for index in order],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    chart.update_yaxes(tickvals=list(range(len(order))), ticktext=labels, tickfont_family=plots.MONOSPACE, autorange="reversed")
    chart.update_xaxes(range=[0, 1.12], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    return chart
