"""Where an answer would start and end: two rows of probabilities over the tokens of the passage."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from bertviz_app.chapters.tasks.answers import AnswerScores
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme

ROWS = ("start", "end")
MOST_NAMES = 18  # a phone has room for no more


def strip_figure(reading: AnswerScores, theme: Theme) -> go.Figure:
    """P(start) and P(end) of every token as a heat strip; the best answer is framed."""
    n = len(reading.tokens)
    values = np.stack([reading.start, reading.end])  # [start or end, token]
    names = np.array([plots.label(token) for token in reading.tokens])
    chart = plots.figure(theme, height=250, title="Where an answer would start, and where it would end")
    chart.add_trace(
        plots.heatmap(
            values, theme, limit=1.0, x=np.arange(n), y=np.arange(2), ygap=3, xgap=1 if n <= plots.MAX_TICKS else 0,
            customdata=np.stack(np.broadcast_arrays(names, np.arange(1, n + 1).astype(str), np.array(ROWS)[:, None]), axis=-1),
            hovertemplate="%{customdata[2]} at %{customdata[0]} (token %{customdata[1]}): %{z:.4f}<extra></extra>",
            colorbar={"unit": "probability", "in_percent": True},
        )
    )  # fmt: skip
    best = reading.best
    box = {"type": "rect", "line": {"color": theme.accent, "width": 2.5}, "fillcolor": "rgba(0,0,0,0)"}
    chart.add_shape(x0=best.first - 0.5, x1=best.last + 0.5, y0=-0.5, y1=1.5, **box)
    places = named(reading)
    chart.update_xaxes(
        plots.token_axis(reading.tokens) | {"tickvals": places, "ticktext": names[places].tolist()}, tickangle=-50
    )
    chart.update_yaxes(tickvals=[0, 1], ticktext=list(ROWS), autorange="reversed", showgrid=False, zeroline=False)
    return chart


def named(reading: AnswerScores) -> list[int]:
    """The tokens that the axis names: the ends of the best answer, then the likeliest ends, as many as fit side by side."""
    likeliest = np.argsort(-np.maximum(reading.start, reading.end), kind="stable").tolist()
    apart = max(1, -(-len(reading.tokens) // MOST_NAMES))
    places: list[int] = []
    for place in (reading.best.first, reading.best.last, *likeliest):
        if all(abs(place - other) >= apart for other in places):
            places.append(place)
    return sorted(places)
