"""Two sentences: does B follow A in the text that they come from, or, in another family, do they stand in its order?

    logits = W · pooler_output + b          [is next, not next], or [in order, swapped]
    P(is next) = softmax(logits)_0
    logit_0 − logit_1 = Σ_d (W_0d − W_1d) · pooled_d + (b_0 − b_1)      what each number of the pooled vector adds

Sources: Devlin et al., BERT (2019), section 3.1, task 2; Lan et al. (2020), section 3.1. The third line is exact: nothing follows the pooled vector but one linear layer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import adding_up, counted, decimal, leader, signed
from bertviz_app.analysis.probability import softmax
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.errors import MissingHead
from bertviz_app.families.objectives import OBJECTIVES, PAIRS, Objective
from bertviz_app.records.forward import Floats, ModelInfo

STRIP_ROWS = 8
UNDECIDED = 0.1  # a probability this close to one half

METHOD = (
    "The last layer’s vector of the first token goes through the pooler (a linear layer and tanh) and then through a linear layer with two "
    r"outputs. $P(\text{LABEL}) = e^{z_0} / (e^{z_0} + e^{z_1})$, which depends on the difference $z_0 - z_1$ alone. That is a sum over the "
    r"numbers of the pooled vector, $\sum_d (W_{0d} - W_{1d})\, h_d + (b_0 - b_1)$, so what each of them adds is exact; "
    "what made the number so lies in the layers below. "
)


def pair_objective(info: ModelInfo) -> Objective:
    """What this checkpoint was trained to say of two sentences. Raises `MissingHead` where it was not."""
    for name in info.objectives:
        if name in PAIRS:
            return OBJECTIVES[name]
    raise MissingHead(info.why_not("pair"))


def method(objective: Objective) -> str:
    """How the probability comes about, and how the pairs of its training were made."""
    return METHOD.replace("LABEL", objective.labels[0]) + objective.trained


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each number of the pooled vector adds to the logit of “is next” minus that of “not next”.

    values   [d_model]
    bias     what is added whatever the sentences are
    """

    values: Floats
    bias: float

    @property
    def difference(self) -> float:
        """logit_0 − logit_1."""
        return float(np.sum(self.values, dtype=np.float64)) + self.bias


def is_next(logits: Floats) -> Floats:
    """P(is next): logits [..., 2] → [...]."""
    result: Floats = softmax(logits)[..., 0]
    return result


def contributions(pooled: Floats, weight: Floats, bias: Floats) -> Contributions:
    """pooled [d_model], weight [2, d_model], bias [2] → what adds up to the difference of the two logits.

    >>> one = np.ones(2, dtype=np.float32)
    >>> contributions(one, np.array([[3, 0], [1, 1]], dtype=np.float32), one).difference
    1.0
    """
    return Contributions((weight[0] - weight[1]) * pooled, float(bias[0] - bias[1]))


def verdict_notice(objective: Objective, probability: float, parts: Contributions) -> str:
    """What to notice of a pair: the verdict, and how the votes for and against it add up."""
    ups, downs = parts.values[parts.values > 0], parts.values[parts.values < 0]
    undecided = ", almost undecided" if abs(probability - 0.5) < UNDECIDED else ""
    up, down, bias = adding_up([float(ups.sum()), float(downs.sum()), parts.bias])
    total = up + down + bias
    speak = "speaks" if len(ups) == 1 else "speak"
    apart = f"is {decimal(abs(total))} {'above' if total > 0 else 'below'} that of" if round(total, 2) else "equals that of"
    return (
        f"BERT gives {plots.percent(probability)} to “{objective.labels[0]}”{undecided}. {len(ups)} of the {counted(len(parts.values), 'number')} of the "
        f"pooled vector {speak} for it ({signed(up)}) and {len(downs)} against it ({signed(down)}); with the bias ({signed(bias)}) "
        f"its logit {apart} “{objective.labels[1]}”."
    )


def alone_notice(pooled: Floats) -> str:
    """What to notice of a sentence alone, which is no question yet: pooled [d_model]."""
    largest = leader(np.abs(pooled), decimal)
    said = "" if largest is None else f"; number {plots.shown(largest)} is the furthest from 0, at {signed(pooled[largest])}"
    return f"The answer will be read from this vector{said}. Type a second sentence above, or pick a pair from the examples."


def verdict_figure(objective: Objective, probability: float, theme: Theme) -> go.Figure:
    """One bar, split: how likely the first label is, and how likely the second."""
    yes, no = objective.labels
    chart = plots.figure(theme, height=170, title=objective.question)
    for name, share, color, ink in (
        (yes, probability, theme.accent, theme.paper),
        (no, 1 - probability, theme.grid, theme.ink),
    ):
        chart.add_bar(
            x=[share],
            y=[0],
            orientation="h",
            name=name,
            marker_color=color,
            text=f"{name} {plots.percent(share)}" if share > 0.12 else "",
            textposition="inside",
            insidetextanchor="middle",
            textfont={"size": 18, "color": ink},
            hovertemplate=f"{name}: {share:.4f}<extra></extra>",
            showlegend=False,
        )
    chart.update_layout(barmode="stack", margin_r=32)
    chart.update_xaxes(range=[0, 1], tickangle=0, **plots.percent_axis(1))
    chart.update_yaxes(visible=False)
    return chart


def pooled_figure(pooled: Floats, theme: Theme) -> go.Figure:
    """The pooled vector as a grid of `STRIP_ROWS` rows, read like a page: pooled [d_model]."""
    title = f"The {len(pooled)} numbers of the pooled vector, row by row"
    return _grid_figure(pooled, theme, title=title, unit="value")


def contributions_figure(objective: Objective, parts: Contributions, theme: Theme) -> go.Figure:
    """What each number of the pooled vector adds, in the same grid."""
    title = f"What each number of the pooled vector adds: above zero for “{objective.labels[0]}”"
    return _grid_figure(parts.values, theme, title=title, unit="logit")


def _grid_figure(vector: Floats, theme: Theme, *, title: str, unit: str) -> go.Figure:
    width = -(-len(vector) // STRIP_ROWS)
    padded = np.full(width * STRIP_ROWS, np.nan, dtype=np.float32)
    padded[: len(vector)] = vector
    grid = padded.reshape(STRIP_ROWS, width)  # [d_model] → [row, column]
    numbers = np.arange(1, width * STRIP_ROWS + 1).reshape(STRIP_ROWS, width)
    chart = plots.figure(theme, height=260, title=title)
    chart.add_trace(
        plots.heatmap(
            grid, theme, signed=True, limit=float(np.abs(vector).max()) or 1.0, customdata=numbers, xgap=1, ygap=1,
            hovertemplate=f"number %{{customdata}}: %{{z:.3f}}<extra>{unit}</extra>",
            colorbar={"unit": unit},
        )
    )  # fmt: skip
    chart.update_xaxes(visible=False)
    chart.update_yaxes(visible=False, autorange="reversed")
    return chart
