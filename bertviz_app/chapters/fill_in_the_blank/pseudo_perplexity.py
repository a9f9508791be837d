"""Pseudo-perplexity: how hard a text is to guess when each of its tokens is hidden in turn.

    PLL(W)  = Σ_t log P(w_t | W without t)      one pass for each token t
    PPPL(W) = exp(−PLL(W) / N)                  1 would be no surprise at all

Source: Salazar et al., Masked Language Model Scoring (2020), sections 2.2 and 2.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import trailer
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.records.attributions import replaceable
from bertviz_app.records.forward import Encoding, Floats

MOST_TOKENS = 128  # hidden one after the other: each costs a pass
MOST_TEXTS = 16  # bars that carry their number

METHOD = (
    r"Each token is hidden in turn, and BERT guesses it from all the others: $\log P(w_t \mid W_{\setminus t})$. The sum over all tokens is "
    r"the pseudo-log-likelihood, and $e^{-\text{sum} / N}$ is the pseudo-perplexity: as unsure as if BERT chose among that many "
    "equally likely tokens each time. Lower is easier. It is called *pseudo* because BERT sees both sides, so that the product is not the "
    "probability of the sentence. Source: Salazar et al. (2020), sections 2.2 and 2.3."
)


@dataclass(frozen=True, eq=False)
class Score:
    """What BERT gives each token of a text when it alone is hidden.

    positions, tokens   the n tokens that were hidden in turn
    log_probabilities   [n], in nats
    """

    positions: tuple[int, ...]
    tokens: tuple[str, ...]
    log_probabilities: Floats

    @property
    def log_likelihood(self) -> float:
        """PLL, in nats: at most 0."""
        return float(np.sum(self.log_probabilities, dtype=np.float64))

    @property
    def perplexity(self) -> float:
        """PPPL: at least 1."""
        return float(np.exp(-self.log_likelihood / len(self.positions)))


def readable(encoding: Encoding) -> list[int]:
    """The tokens that can be hidden: all but special tokens and blanks."""
    positions: list[int] = np.flatnonzero(replaceable(encoding)).tolist()
    return positions


def score(encoding: Encoding, positions: Sequence[int], log_probabilities: Floats) -> Score:
    """The record of hiding each of `positions` in turn: log_probabilities [n] of the tokens of `encoding`, in nats."""
    return Score(tuple(positions), tuple(encoding.tokens[p] for p in positions), log_probabilities)


def notice(result: Score) -> str:
    """What to notice: the perplexity in words, and the hardest token, if one is."""
    said = f"Pseudo-perplexity {result.perplexity:,.1f}: BERT is as unsure as if it chose among that many equally likely tokens each time."
    probabilities = np.exp(result.log_probabilities)
    hardest = trailer(probabilities, plots.percent)
    if hardest is None:
        return said
    token, times = result.tokens[hardest], result.tokens.count(result.tokens[hardest])
    which = f" (token {plots.shown(result.positions[hardest])})" if times > 1 else ""
    return f"{said} Hardest to guess: “{token}”{which}, {plots.percent(probabilities[hardest])}."


def surprise_figure(result: Score, theme: Theme) -> go.Figure:
    """One bar a token: −log P when it alone is hidden, in nats; the dashed line is their mean, the logarithm of the perplexity."""
    n = len(result.positions)
    chart = plots.figure(theme, height=380, title="How much each token surprises BERT when it alone is hidden")
    probabilities = np.exp(result.log_probabilities)
    chart.add_bar(
        x=np.arange(n),
        y=-result.log_probabilities,
        marker_color=theme.accent,
        customdata=[f"{plots.label(token)}: {p:.6f}" for token, p in zip(result.tokens, probabilities, strict=True)],
        hovertemplate="%{customdata}, −log P = %{y:.2f} nats<extra></extra>",
        text=[plots.percent(p) for p in probabilities] if n <= (6 if theme.narrow else MOST_TEXTS) else None,
        textposition="outside",
        cliponaxis=False,
    )
    mean = -result.log_likelihood / n
    chart.add_hline(mean, line={"dash": "dash", "color": theme.ink, "width": 1.5})
    label = f"mean {mean:.2f}: pseudo-perplexity e<sup>{mean:.2f}</sup> = {result.perplexity:,.1f}"
    chart.add_annotation(
        x=1, xref="paper", xanchor="right", y=1.1, yref="paper", text=f"– –  {label}", showarrow=False, font={"size": plots.TEXT_SIZE}
    )  # fmt: skip
    chart.update_layout(margin_t=84)
    chart.update_xaxes(plots.token_axis(result.tokens))
    chart.update_yaxes(rangemode="tozero", title_text="−log P (nats)")
    return chart
