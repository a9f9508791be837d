"""Interventions: a prediction before and after parts of the model were switched off.

    effect = log2 P_after − log2 P_before       in bits: −1 halves the probability, +1 doubles it

Sources: Michel et al., Are sixteen heads really better than one? (2019), section 2.3; Veit et al., Residual networks behave like ensembles of
relatively shallow networks (2016), section 4.1, for layers left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.classes import own_range
from bertviz_app.analysis.phrases import signed
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.analysis.switched_off import described
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.layouts import axis_name, merged, rows_of_plots, titles_of_rows
from bertviz_app.records.forward import Floats
from bertviz_app.records.interventions import Intervention

COLUMNS = ("prediction", "answer", "before", "after")
BLANK = "masked_words"  # the task whose predictions are spoken of first
MOST_DRAWN = 4  # predictions, one below the other
MOST_NAMES = 8  # bars of one prediction
BAR, GAP, TOP, BOTTOM = 46, 56, 104, 48  # pixels: two bars of one name, the room between predictions, above and below them all

METHOD = (
    "A head that is off passes on zeros: just before the matrix that mixes the heads of its layer, its part of the vector is set to 0, so that only the other "
    "heads and the bias are left (Michel et al. 2019, section 2.3). A layer that is skipped passes on what it was given, as if it were not there "
    "(Veit et al. 2016, section 4.1). What changes then says what this model needed here; it does not say what the part “means”, and two heads that can "
    "stand in for each other both look idle when one is switched off at a time."
)


@dataclass(frozen=True, eq=False)
class Change:
    """One prediction before and after.

    head           what its head predicts, which may be of many tokens; `title` says of which
    names          those of the outputs that matter, with their probabilities [name] `before` and `after`
    first, now     the likeliest of all outputs before, and after
    is_probability whether those are probabilities, or numbers on a scale of the head's own
    task           the key of the head
    outputs        which of its outputs the names are, from 0
    """

    head: str
    title: str
    names: tuple[str, ...]
    before: Floats
    after: Floats
    first: str
    now: str
    is_probability: bool = True
    task: str = ""
    outputs: tuple[int, ...] = ()

    def said(self, value: float) -> str:
        """One value as people read it: "83 %", "−3.21"."""
        return plots.percent(value) if self.is_probability else plots.number(float(value))

    @property
    def told(self) -> int:
        """The place of the answer that is spoken of: the first choice before, or, of numbers, the one that changed most."""
        return self.names.index(self.first) if self.is_probability else int(np.abs(self.after - self.before).argmax())

    @property
    def moved(self) -> float:
        """How many bits that answer has gained, negative where it has lost; of numbers, their change."""
        before, after = float(self.before[self.told]), float(self.after[self.told])
        return float(np.log2(max(after, 1e-30)) - np.log2(max(before, 1e-30))) if self.is_probability else after - before

    @property
    def shift(self) -> float:
        """The largest change of a probability, or of a number."""
        return float(np.abs(self.after - self.before).max())


def change(before: Prediction, after: Prediction, token: Callable[[int], str], *, k: int = 5) -> Change:
    """The outputs that matter: all labels, or the k likeliest before and the k likeliest after together, at most `MOST_NAMES`."""
    p, q = before.values, after.values
    chosen = list(range(len(p)))
    if before.labels is None or len(p) > MOST_NAMES:
        top = [int(i) for values in (p, q) for i in np.argsort(-values, kind="stable")[:k]]
        chosen = sorted(list(dict.fromkeys(top))[:MOST_NAMES], key=lambda i: -p[i])
    names = tuple(before.name(i, token) for i in chosen)
    first, now = (before.name(one.best, token) for one in (before, after))
    return Change(
        before.title, before.heading, names, p[chosen], q[chosen], first, now, before.is_probability, before.task, tuple(chosen)
    )


def drawn(changes: Sequence[Change]) -> list[Change]:
    """The predictions that are drawn, in their order: those that changed most, and of a head that speaks of many tokens only one.

    While nothing has changed, that is the first token about which it says something else than about most.
    """
    by_head: dict[str, list[Change]] = {}
    for one in changes:
        by_head.setdefault(one.head, []).append(one)
    chosen = []
    for several in by_head.values():
        said = [one.first for one in several]
        usual = max(set(said), key=said.count)
        chosen.append(max(several, key=lambda one: (one.shift, one.first != usual)))
    most = sorted(chosen, key=lambda one: -one.shift)[:MOST_DRAWN]
    return [one for one in chosen if one in most]


def notice(changes: Sequence[Change], what: Intervention, n_heads: int) -> str:
    """What to notice in the figure: of the blanks, where one is drawn, else of all that is drawn, the first choice that moved most, in bits."""
    chosen = drawn(changes)
    blanks = [one for one in chosen if one.task == BLANK]
    most = max(blanks or chosen, key=lambda one: abs(one.moved)) if what else (blanks or chosen)[0]
    name, was, now = most.names[most.told], most.said(most.before[most.told]), most.said(most.after[most.told])
    if not what:
        said = f"“{name}” ({most.title}) has {was}" if most.is_probability else f"“{name}” is {was}"
        return f"Nothing is switched off: {said}. Switch something off to see if it changes."
    said = f"Without {described(what, n_heads)}, “{name}” ({most.title}) "
    if was == now:
        return said + f"stays at {was}: this prediction does not need what is switched off."
    if not most.is_probability:
        return f"{said}goes from {was} to {now}."
    said += f"goes from {was} to {now} ({signed(most.moved)} bits)"
    return (
        f"{said} and is still the first choice." if most.now == most.first else f"{said}; the first choice is now “{most.now}”."
    )


def columns(changes: Sequence[Change]) -> dict[str, list[object]]:
    """The bars as a table."""
    rows = [
        (one.title, name, float(p), float(q))
        for one in changes
        for name, p, q in zip(one.names, one.before, one.after, strict=True)
    ]
    return {title: [row[i] for row in rows] for i, title in enumerate(COLUMNS)}


def changes_figure(changes: Sequence[Change], theme: Theme) -> go.Figure:
    """Two bars for each answer, before and after, on one scale; one prediction below the other."""
    chosen = drawn(changes)
    sizes = [len(one.names) * BAR for one in chosen]
    inner = sum(sizes) + GAP * (len(chosen) - 1)
    height = inner + TOP + BOTTOM
    axes = rows_of_plots(sizes, GAP / inner if len(chosen) > 1 else 0)
    best = max((float(values.max()) for one in chosen if one.is_probability for values in (one.before, one.after)), default=1.0)
    shares = {"range": [0, max(0.05, 1.15 * best)], "showgrid": False} | plots.percent_axis(max(0.05, best))
    for row, one in enumerate(chosen):
        x, y = axes[axis_name("xaxis", row)], axes[axis_name("yaxis", row)]
        x |= plots.axis(theme) | shares | ({} if one.is_probability else _own_axis(one))
        y |= merged(plots.axis(theme), {"tickfont": {"family": plots.MONOSPACE}}) | {
            "tickvals": list(range(len(one.names))), "ticktext": [plots.label(word) for word in one.names],
            "autorange": "reversed", "showgrid": False, "zeroline": False,
        }  # fmt: skip
    titles = titles_of_rows(
        [plots.label(one.title) for one in chosen], axes, font={"size": plots.TEXT_SIZE, "color": theme.ink}, yshift=4
    )
    legend = {"y": 1 - 40 / height, "yref": "container", "yanchor": "top", "x": 0, "traceorder": "normal"}
    layout = axes | {
        "annotations": [title | {"x": 0, "xanchor": "left"} for title in titles], "margin": {"t": TOP, "b": BOTTOM},
        "barmode": "group", "bargap": 0.25, "bargroupgap": 0.05, "legend": legend,
    }  # fmt: skip
    bars = [
        _bars(one, values, name=name, color=color, row=row)
        for row, one in enumerate(chosen)
        for name, values, color in (("before", one.before, theme.muted), ("after", one.after, theme.accent))
    ]
    return plots.figure(theme, height=height, title="Each prediction, before and after", data=bars, layout=layout)


def _own_axis(one: Change) -> dict[str, Any]:
    """An axis for numbers, which have no scale in common with anything else."""
    return {
        "matches": None,
        "range": own_range(np.concatenate([one.before, one.after])),
        "tickmode": "auto",
        "tickvals": None,
        "ticktext": None,
        "nticks": 5,
        "showticklabels": True,
    }


def _bars(one: Change, values: Floats, *, name: str, color: str, row: int) -> dict[str, Any]:
    return {
        "type": "bar",
        "xaxis": axis_name("x", row),
        "yaxis": axis_name("y", row),
        "x": values,
        "y": np.arange(len(values)),
        "orientation": "h",
        "name": name,
        "legendgroup": name,
        "showlegend": row == 0,
        "marker": {"color": color},
        "text": [one.said(value) for value in values],
        "textposition": "outside",
        "textfont": {"size": 14},
        "constraintext": "none",
        "cliponaxis": False,
        "hovertext": [f"{plots.label(word)}, {name}: {value:.4f}" for word, value in zip(one.names, values, strict=True)],
        "hoverinfo": "text",
    }
