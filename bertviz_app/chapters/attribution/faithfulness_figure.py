"""The picture of faithfulness: deletion and insertion curves of the methods against the band of random orders."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from bertviz_app.chapters.attribution.faithfulness import Faithfulness
from bertviz_app.chapters.attribution.measures import METHODS
from bertviz_app.drawing import colors, plots
from bertviz_app.drawing.colors import Theme


def curves_figure(measured: Faithfulness, theme: Theme, *, title: str) -> go.Figure:
    """Deletion and insertion beside each other, on a narrow screen one below the other, on one scale of probability."""
    beside = not theme.narrow
    chart = make_subplots(
        rows=1 if beside else 2, cols=2 if beside else 1, shared_yaxes=beside, horizontal_spacing=0.06, vertical_spacing=0.12,
        subplot_titles=["Deletion: share taken away, lower is better", "Insertion: share put back, higher is better"],
    )  # fmt: skip
    base = plots.figure(theme, height=480 if beside else 860, title=title).layout.to_plotly_json()
    chart.update_layout({key: value for key, value in base.items() if key not in ("xaxis", "yaxis")})
    share = measured.counts / measured.counts[-1]
    sides = ((measured.deletion, measured.random_deletion), (measured.insertion, measured.random_insertion))
    for side, (by_method, random) in enumerate(sides):
        cell = {"row": 1, "col": side + 1} if beside else {"row": side + 1, "col": 1}
        chart.add_scatter(
            x=[*share, *share[::-1]], y=[*random.max(axis=0), *random.min(axis=0)[::-1]], fill="toself", mode="lines", line={"width": 0},
            fillcolor=colors.tint(theme.muted, 0.25), hoverinfo="skip", name=f"{len(random)} random orders", showlegend=not side, **cell,
        )  # fmt: skip
        lines = {"random, mean": (random.mean(axis=0), theme.muted, "dot")}
        lines |= {
            METHODS[method].name: (curve, theme.categories[list(METHODS).index(method)], "solid")
            for method, curve in by_method.items()
        }
        for name, (curve, color, dash) in lines.items():
            chart.add_scatter(
                x=share, y=curve, mode="lines+markers", name=name, legendgroup=name, showlegend=not side, cliponaxis=False,
                line={"color": color, "width": 3, "dash": dash}, marker={"size": 6}, customdata=measured.counts,
                hovertemplate=f"{name}<br>%{{customdata}} of {measured.counts[-1]} tokens: %{{y:.4f}}<extra></extra>", **cell,
            )  # fmt: skip
        chart.update_xaxes(base["xaxis"] | {"range": [-0.02, 1.02], "zeroline": False} | plots.percent_axis(1), **cell)
    top = max(0.02, float(max(np.max(curve) for one, random in sides for curve in (*one.values(), random))))
    chart.update_yaxes(base["yaxis"] | {"range": [0, 1.05 * top], "zeroline": False} | plots.percent_axis(top))
    chart.update_yaxes(title_text="probability of the answer", row=1, col=1)
    chart.update_annotations(font={"size": plots.TEXT_SIZE, "color": theme.ink})
    return chart.update_layout(legend={"y": -0.12 if beside else -0.05}, margin_t=chart.layout.margin.t + 30)
