"""The labels of words: how likely each label is for each word."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from bertviz_app.chapters.tasks.entities import LabelledWords
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme

MOST_DRAWN = 12  # labels: all of them, or those that any word comes nearest to


def labels_figure(reading: LabelledWords, theme: Theme) -> go.Figure:
    """P(label | word) of every word, a row a label, from 0 to 1; of many labels those with the largest probabilities."""
    best = reading.probabilities.max(axis=0, initial=0)  # [label]
    chosen = sorted(np.argsort(-best, kind="stable")[:MOST_DRAWN].tolist())
    words = [word.text for word in reading.words]
    names = [plots.label(reading.labels[index]) for index in chosen]
    hover = np.array([[f"{plots.label(word)}: {name}" for word in words] for name in names], dtype=object)
    height = 130 + 24 * len(names)
    chart = plots.figure(theme, height=height, title="How likely each label is for each word")
    chart.add_trace(
        plots.heatmap(
            reading.probabilities[:, chosen].T, theme, limit=1.0, x=np.arange(len(words)), y=np.arange(len(names)), xgap=1, ygap=1,
            customdata=hover, hovertemplate="%{customdata}: %{z:.4f}<extra></extra>", colorbar={"unit": "probability", "in_percent": True},
        )
    )  # fmt: skip
    chart.update_xaxes(plots.token_axis(words))
    chart.update_yaxes(tickvals=list(range(len(names))), ticktext=names, autorange="reversed", showgrid=False, zeroline=False)
    return chart
