"""The ordering game: the chain of sentences with the largest Σ log P(next | previous).

P is BERT's next-sentence probability of every ordered pair. Up to `EXACT` sentences the best chain is found for certain, by dynamic programming over
the sets of sentences used so far; beyond, greedily.

Source: Held and Karp, A dynamic programming approach to sequencing problems (1962).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import decimal
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.records.forward import Floats

EXACT = 8  # sentences up to which every order is weighed
CLOSE = 0.05  # pairs that differ by less than this say nothing about the order
LABEL = 22  # characters of a sentence that stand beside the figure

METHOD = (
    r"Every sentence is tried after every other one; the best order has the largest $\sum \log P$ over its steps, $P$ being what the model "
    "gives to “B follows A”. "
    f"Up to {EXACT} sentences every order is weighed (Held and Karp, 1962); beyond, the likeliest next sentence is taken step by step, once from each "
    "start, and the best of these chains is shown. A model that was trained to tell a next sentence from a random one, as BERT was, was not "
    "trained to tell the right order from a wrong one: a sentence from the same story often looks like a next one in either direction."
)


@dataclass(frozen=True)
class Chain:
    """An order of sentences, 0-based, its total log-probability in nats, and whether every other order was weighed."""

    order: tuple[int, ...]
    log_probability: float
    is_exact: bool


def best_chain(probabilities: Floats) -> Chain:
    """The likeliest order: probabilities [first, second], of which the diagonal is not read.

    Exact up to `EXACT` sentences (Held–Karp); beyond, greedily from each possible start, and the best of those.
    """
    n = len(probabilities)
    logs = np.log(np.maximum(probabilities, 1e-12)).astype(np.float64)
    order = _held_karp(logs) if n <= EXACT else _greedy(logs)
    total = sum(float(logs[a, b]) for a, b in pairwise(order))
    return Chain(order, total, n <= EXACT)


def before_notice(n: int) -> str:
    """What to notice before n sentences are scored, two at least: what is asked, and how many passes the answer takes.

    >>> before_notice(3)
    'In which order do these 3 sentences belong? BERT scores each as the continuation of each other, which takes 6 passes, and shows the likeliest order.'
    """
    return (
        f"In which order do these {n} sentences belong? BERT scores each as the continuation of each other, which takes {n * (n - 1)} passes, "
        "and shows the likeliest order."
    )


def notice(chain: Chain, probabilities: Floats) -> str:
    """What to notice: the order, how likely its steps are, and, where the pairs hardly differ, that the choice is a close one."""
    steps = [float(probabilities[a, b]) for a, b in pairwise(chain.order)]
    how = (
        "of all orders"
        if chain.is_exact
        else f"found step by step (more than {EXACT} sentences are too many to weigh every order)"
    )
    spread = np.ptp(probabilities[~np.eye(len(probabilities), dtype=bool)])
    close = " The pairs hardly differ, so this order means little." if spread < CLOSE else ""
    weakest = "its only step" if len(steps) == 1 else "its weakest step" if len(steps) > 2 else "the weaker of its two steps"
    return (
        f"The most likely order {how}: {' → '.join(str(plots.shown(i)) for i in chain.order)}, "
        f"with a total log-probability of {decimal(chain.log_probability)}; {weakest} gets {plots.percent(min(steps))}.{close}"
    )


def matrix_figure(probabilities: Floats, texts: Sequence[str], theme: Theme) -> go.Figure:
    """P(the column's sentence comes next after the row's): [first, second]; the diagonal is empty."""
    n = len(probabilities)
    values = probabilities.copy()
    np.fill_diagonal(values, np.nan)
    short = [plots.label(text if len(text) <= LABEL else text[: LABEL - 1].rstrip() + "…") for text in texts]
    hover = np.array([[f"{plots.shown(i)} {short[i]}<br>→ {plots.shown(j)} {short[j]}" for j in range(n)] for i in range(n)])
    texts_in = [["" if i == j else plots.percent(probabilities[i, j]) for j in range(n)] for i in range(n)]
    chart = plots.figure(theme, height=150 + 46 * n, title="How likely is the column’s sentence to follow the row’s?")
    chart.add_trace(
        plots.heatmap(
            values, theme, limit=1.0, text=texts_in, texttemplate="%{text}" if n <= 10 else None, customdata=hover, hoverongaps=False,
            hovertemplate="%{customdata}: %{z:.3f}<extra></extra>", x=np.arange(1, n + 1), y=np.arange(1, n + 1), xgap=2, ygap=2,
            colorbar={"unit": "is next", "in_percent": True},
        )
    )  # fmt: skip
    numbers = list(range(1, n + 1))
    chart.update_xaxes(tickvals=numbers, title_text="then sentence", showgrid=False, side="bottom")
    names = [f"{text}  {number}" for number, text in zip(numbers, short, strict=True)]
    chart.update_yaxes(tickvals=numbers, ticktext=names, autorange="reversed", showgrid=False)
    return chart


def _held_karp(logs: np.ndarray) -> tuple[int, ...]:
    n = len(logs)
    # best[visited, last]: the largest total of a chain through `visited` that ends in `last`, and where it came from
    best = {(1 << i, i): (0.0, -1) for i in range(n)}
    for size in range(2, n + 1):
        for members in combinations(range(n), size):
            visited = sum(1 << i for i in members)
            for last in members:
                rest = visited ^ (1 << last)
                best[visited, last] = max((best[rest, i][0] + logs[i, last], i) for i in members if i != last)
    visited = (1 << n) - 1
    last = max(range(n), key=lambda i: best[visited, i][0])
    order = [last]
    while (before := best[visited, last][1]) >= 0:
        visited ^= 1 << last
        last = before
        order.append(last)
    return tuple(reversed(order))


def _greedy(logs: np.ndarray) -> tuple[int, ...]:
    chains = []
    for start in range(len(logs)):
        chain, left = [start], set(range(len(logs))) - {start}
        while left:
            chain.append(max(left, key=lambda i: logs[chain[-1], i]))
            left.remove(chain[-1])
        chains.append(tuple(chain))
    return max(chains, key=lambda chain: sum(logs[a, b] for a, b in pairwise(chain)))
