"""One sentence through every model: what each would say, and how surely, from the smallest to the largest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import counted, leader
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.plots import percent

METHOD = (
    "Each model reads the same sentence by itself, one pass each. Models with other vocabularies meet in the word that is followed: its probability is that of "
    "the entry that is written the same; a model whose vocabulary has no such entry has no point. Models differ in more than their size: in what they were "
    "trained on, how long, and for what."
)


@dataclass(frozen=True)
class Rung:
    """What one model says.

    title, size         what it is called, and its numbers of layers, heads and width
    n_parameters
    first, certainty    its first choice, and the probability that it gives it
    followed, rank      the probability of the word that is followed, and its place among all, from 1; None where its vocabulary has no such entry
    """

    title: str
    size: str
    n_parameters: int
    first: str
    certainty: float
    followed: float | None
    rank: int | None


def in_order(rungs: Sequence[Rung]) -> list[Rung]:
    """From the smallest to the largest."""
    return sorted(rungs, key=lambda rung: (rung.n_parameters, rung.title))


def notice(rungs: Sequence[Rung], word: str) -> str:
    """How many models have the word as their first choice, and which is surest of it, if one is."""
    if not rungs:
        return "No model here has such a head."
    right = [rung for rung in rungs if rung.rank == 1]
    said = f"{counted(len(right), 'model')} of {len(rungs)} {'says' if len(right) == 1 else 'say'} “{word}”"
    chances = [rung.followed or 0.0 for rung in rungs]
    surest = leader(chances, percent)
    if surest is None:
        return f"{said}."
    return f"{said}; {rungs[surest].title} is the surest of it, with {percent(chances[surest])}."


def columns(rungs: Sequence[Rung], word: str) -> dict[str, list[object]]:
    """A row a model."""
    return {
        "model": [rung.title for rung in rungs],
        "parameters (M)": [round(rung.n_parameters / 1e6, 1) for rung in rungs],
        "layers × heads × width": [rung.size for rung in rungs],
        "first choice": [rung.first for rung in rungs],
        "its probability": [rung.certainty for rung in rungs],
        f"probability of “{word}”": [rung.followed for rung in rungs],
        f"rank of “{word}”": [rung.rank for rung in rungs],
    }


def ladder_figure(rungs: Sequence[Rung], word: str, theme: Theme) -> go.Figure:
    """The probability of a word against the number of parameters, which is on a logarithmic axis."""
    there = [rung for rung in rungs if rung.followed is not None]
    sizes = [rung.n_parameters / 1e6 for rung in there]
    points = {
        "type": "scatter", "mode": "markers+text", "x": sizes, "y": [rung.followed for rung in there],
        "marker": {"size": 13, "color": [theme.accent if rung.rank == 1 else theme.muted for rung in there]},
        "text": [plots.label(rung.title) for rung in there], "textposition": "top center", "cliponaxis": False, "showlegend": False,
        "hovertext": [
            f"{plots.label(rung.title)}: {percent(rung.followed or 0)}, place {rung.rank}; first choice {plots.label(rung.first)}" for rung in there
        ],
        "hoverinfo": "text",
    }  # fmt: skip
    top = max([rung.followed or 0.0 for rung in there], default=1.0)
    ends = [np.log10(min(sizes, default=1)) - 0.35, np.log10(max(sizes, default=100)) + 0.35]
    layout = {
        "xaxis": {"type": "log", "range": ends, "title": {"text": "million parameters"}},
        "yaxis": {"range": [0, max(0.05, 1.2 * top)], "title": {"text": f"probability of “{plots.label(word)}”"}} | plots.percent_axis(max(0.05, top)),
    }  # fmt: skip
    return plots.figure(
        theme, height=440, title=f"How surely each model says “{plots.label(word)}”", data=[points], layout=layout
    )
