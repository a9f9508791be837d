"""Extractive summary: the sentences of a text that are most like all the others.

    w_ij = cos(s_i, s_j) − min cos,   w_ii = 0          s: the mean of a sentence's last-layer vectors
    p_i = (1 − d) / N + d Σ_j w_ji / Σ_k w_jk · p_j     power iteration; p sums to 1

Source: G. Erkan and D. Radev, LexRank (2004), sections 3.2 and 3.3 (weighted graph), with BERT's vectors in the place of word counts; the
damping d = 0.85 and the empty diagonal as in R. Mihalcea and P. Tarau, TextRank (2004).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from bertviz_app.analysis.phrases import leader
from bertviz_app.analysis.similarity import cosine_matrix
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.records.forward import Floats

DAMPING = 0.85
ROUNDS = 100
MAX_SENTENCES = 120

METHOD = (
    "Each sentence is read by itself, and the mean of its last layer’s vectors (without [CLS] and [SEP]) stands for it. Sentences are the "
    "nodes of a graph, linked as strongly as their vectors are similar: $w_{ij} = \\cos(s_i, s_j) - \\min \\cos$. BERT’s vectors have a large part in "
    "common, so the smallest cosine counts as zero. A walk that mostly follows these links "
    f"(with probability {DAMPING}) and otherwise jumps anywhere spends most of its time at the central sentences; those it visits most often are chosen, "
    "and shown in the order of the text. Nothing was trained for this, and no new text is written. Sources: Erkan and Radev, LexRank (2004), "
    "section 3; Mihalcea and Tarau, TextRank (2004), section 2.\n\nSentences are told apart by sentencex, with the abbreviations and quotation marks of "
    "the language; an empty line ends one, and so does the end of a line in a list, a poem or a chat."
)


def centrality(vectors: Floats) -> NDArray[np.float64]:
    """How often the walk is at each sentence: vectors [sentence, d_model] → [sentence]; positive, sums to 1.

    >>> centrality(np.float32([[1, 0], [1, 1], [0, 1]])).round(3).tolist()
    [0.257, 0.486, 0.257]
    """
    n = len(vectors)
    weights = cosine_matrix(vectors).astype(np.float64)
    weights -= weights.min(initial=1.0)
    np.fill_diagonal(weights, 0)
    sums = weights.sum(axis=1, keepdims=True)
    # A sentence that is like no other leads everywhere.
    steps = np.where(sums > 0, weights / np.where(sums > 0, sums, 1), 1 / max(n, 1))
    walk = np.full(n, 1 / max(n, 1))
    for _ in range(ROUNDS):
        walk = (1 - DAMPING) / n + DAMPING * walk @ steps
    return walk


def chosen(scores: NDArray[np.float64], ratio: float) -> list[int]:
    """The most central sentences, as many as `ratio` (0 to 1) of them and at least one, in the order of the text.

    >>> chosen(np.array([0.2, 0.5, 0.3]), 0.67)
    [1, 2]
    """
    n = max(1, round(ratio * len(scores)))
    return sorted(np.argsort(-scores, kind="stable")[:n].tolist())


def notice(scores: NDArray[np.float64], picked: Sequence[int]) -> str:
    """How many sentences are chosen, which is most central, if one is, and by how much more than if all were equal."""
    n, top = len(scores), leader(scores, plots.percent)
    if n == 1:
        return "There is only one sentence, so it is its own summary."
    said = f"{len(picked)} of {n} sentences {'is' if len(picked) == 1 else 'are'} chosen"
    if top is None:
        return f"{said}. No sentence is more central than all others."
    times = float(scores[top]) * n
    return (
        f"{said}. Sentence {plots.shown(top)} is the most central: the walk is there {plots.percent(scores[top])} of the time, "
        f"{times:.2f} times as often as if all were equal."
    )


def centrality_figure(scores: NDArray[np.float64], picked: Sequence[int], texts: Sequence[str], theme: Theme) -> go.Figure:
    """A bar a sentence, in the order of the text; the chosen ones in the accent colour."""
    n = len(scores)
    chart = plots.figure(theme, height=300, title="How central each sentence is")
    marked = set(picked)
    chart.add_bar(
        x=np.arange(1, n + 1),
        y=scores,
        marker_color=[theme.accent if index in marked else theme.muted for index in range(n)],
        customdata=[plots.label(text if len(text) <= 120 else text[:119] + "…") for text in texts],
        hovertemplate="sentence %{x}: %{y:.4f}<br>%{customdata}<extra></extra>",
        showlegend=False,
    )
    chart.add_hline(1 / n, line={"color": theme.ink, "width": 1.5, "dash": "dot"})
    step = max(1, -(-n // 20))
    chart.update_xaxes(
        title_text="sentence; in colour: chosen; dotted: all equal", tickvals=list(range(1, n + 1, step)), showgrid=False
    )
    return chart.update_yaxes(title_text="share of the walk", rangemode="tozero", **plots.percent_axis(float(scores.max())))
