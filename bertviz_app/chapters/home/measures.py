"""The story of one sentence: three small figures read off one forward pass.

Each is a glance at what a page of its own shows in full. Long inputs are shown by their first `MOST` tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import token_name
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.records.forward import Encoding, Floats, ForwardPass

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

    Of a long input only the tokens that the figure shows count: what is said of the figure can be seen in it. Falls back to the strongest
    weight of the first head when there is only one real token.
    """
    real = np.flatnonzero(~forward.encoding.is_special[:MOST])
    real = real if len(real) else np.arange(min(MOST, forward.encoding.n_tokens))
    # [layer, head, query, key] → the same, real tokens only
    weights = forward.attentions[:, :, real][:, :, :, real].copy()
    if len(real) > 1:
        weights[..., np.arange(len(real)), np.arange(len(real))] = 0  # a token looking at itself is no news
    layer, head = np.unravel_index(weights.max(axis=-1).mean(axis=-1).argmax(), weights.shape[:2])
    query, key = np.unravel_index(weights[layer, head].argmax(), weights.shape[2:])
    return Glance(int(layer), int(head), int(real[query]), int(real[key]), float(weights[layer, head, query, key]))


def glance_notice(encoding: Encoding, glance: Glance) -> str:
    """What to notice in the picture of that head."""
    key = "itself" if glance.key == glance.query else token_name(encoding, glance.key)
    return (
        f"In layer {plots.shown(glance.layer)}, head {plots.shown(glance.head)}, {token_name(encoding, glance.query)} puts "
        f"{plots.percent(glance.weight)} of its attention on {key}."
    )


def _part(forward: ForwardPass) -> str:
    """What a title says where a figure shows the beginning of a longer input."""
    return f" (the first {MOST} of {forward.encoding.n_tokens} tokens)" if forward.encoding.n_tokens > MOST else ""


def vectors_figure(forward: ForwardPass, theme: Theme) -> go.Figure:
    """The last layer's vectors, one row a token: [position, d_model]."""
    n = min(MOST, forward.encoding.n_tokens)
    vectors = forward.hidden_states[-1][:n]
    chart = plots.figure(theme, height=110 + 26 * n, title=f"The last layer’s vectors, a row for each token{_part(forward)}")
    trace = plots.heatmap(
        vectors,
        theme,
        signed=True,
        limit=float(np.quantile(np.abs(vectors), 0.99)),
        customdata=np.broadcast_to(np.array([plots.label(t) for t in forward.encoding.tokens[:n]])[:, None], vectors.shape),
        hovertemplate="%{customdata}, number %{x}: %{z:.2f}<extra></extra>",
        x=np.arange(1, vectors.shape[1] + 1),
        colorbar={"unit": "value"},
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
    where = f"Layer {plots.shown(glance.layer)}, head {plots.shown(glance.head)}"
    chart = plots.figure(theme, height=140 + 30 * n, title=f"{where}: rows look at columns{_part(forward)}")
    names = np.array([plots.label(token) for token in tokens])
    trace = plots.heatmap(
        weights,
        theme,
        limit=1.0,
        customdata=np.stack(np.broadcast_arrays(names[:, None], names[None, :]), axis=-1),
        hovertemplate="%{customdata[0]} looks at %{customdata[1]}: %{z:.0%}<extra></extra>",
        colorbar={"unit": "weight", "in_percent": True},
    )
    chart.add_trace(trace)
    chart.update_xaxes(plots.token_axis(tokens), title_text="looks at")
    chart.update_yaxes(plots.token_axis(tokens), autorange="reversed")
    return chart


def prediction_figure(names: Sequence[str], probabilities: Floats, theme: Theme, *, title: str) -> go.Figure:
    """Labels or words with their probabilities, as bars, the likeliest on top."""
    order = np.argsort(-probabilities, kind="stable")[:5]
    chart = plots.figure(theme, height=90 + 40 * len(order), title=title)
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
    chart.update_yaxes(showgrid=False, zeroline=False)
    return chart.update_xaxes(range=[0, 1.15], showgrid=False, tickangle=0, **plots.percent_axis(1))
