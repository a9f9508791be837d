"""What a prediction head says of two inputs, or two models of one: the same candidates side by side.

    change = log2 P_variant − log2 P_original        in bits: +1 doubles the probability, −1 halves it

Candidates are matched by what they are called, so that models with different vocabularies meet in the words that both have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from bertviz_app.analysis.phrases import counted, leader, listed, signed
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.analysis.probability import decoded
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture

Doubles = NDArray[np.float64]

COLUMNS = ("prediction", "answer", "original", "variant", "rank, original", "rank, variant")
MOST_DRAWN = 12  # bars
ROW = 32  # pixels of one
MOST_NAMED = 5  # labels in a sentence
NOT_THERE = "no such candidate"
SHORTEST = 1e-30  # what underflows has this probability in a logarithm


@dataclass(frozen=True)
class Names:
    """What the outputs of a head are called, by their number, and back: None for a name that it has not."""

    of: Callable[[int], str]
    find: Callable[[str], int | None]

    @staticmethod
    def listed(names: Sequence[str]) -> Names:
        """Of outputs that are few."""
        places = {name: place for place, name in enumerate(names)}
        return Names(names.__getitem__, places.get)


@dataclass(frozen=True, eq=False)
class CandidateChanges:
    """One prediction of the original and the variant.

    title              what is predicted, and of which token
    names              the candidates that matter for either
    original, variant  [candidate] probabilities, or, unless `is_probability`, numbers on a scale of the head's own; NaN where it has no such candidate
    ranks              [2, candidate] their places among all, from 1; 0 for none
    outputs            [2, candidate] the numbers of their outputs, from 0; -1 for none
    """

    title: str
    names: tuple[str, ...]
    original: Doubles
    variant: Doubles
    ranks: NDArray[np.int64]
    outputs: NDArray[np.int64]
    is_probability: bool = True

    @property
    def moved(self) -> Doubles:
        """[candidate] bits that each gains, negative where it loses; of numbers, their change. NaN where one side has none."""
        if not self.is_probability:
            return self.variant - self.original
        return np.log2(np.maximum(self.variant, SHORTEST)) - np.log2(np.maximum(self.original, SHORTEST))

    def said(self, value: float) -> str:
        """One value as people read it: "83 %", "−3.21"."""
        return plots.percent(value) if self.is_probability else plots.number(float(value))


def changes(
    original: Prediction, variant: Prediction, names: tuple[Names, Names], *, title: str = "", k: int = 5
) -> CandidateChanges:
    """The candidates that matter: all labels, where they are few, else the k likeliest of each side together, the original's first."""
    # In float32 a small probability is off by more than its bits are written with.
    sides = [np.asarray(decoded(one.logits.astype(np.float64), one.decoding)) for one in (original, variant)]
    likeliest = [
        [name.of(int(i)) for i in np.argsort(-values, kind="stable")[:k]] for name, values in zip(names, sides, strict=True)
    ]
    chosen = tuple(dict.fromkeys([*likeliest[0], *likeliest[1]]))
    values, ranks = np.full((2, len(chosen)), np.nan), np.zeros((2, len(chosen)), dtype=np.int64)
    outputs = np.full_like(ranks, -1)
    for side, (name, its) in enumerate(zip(names, sides, strict=True)):
        for place, candidate in enumerate(chosen):
            output = name.find(candidate)
            if output is not None:
                values[side, place], ranks[side, place] = its[output], 1 + int((its > its[output]).sum())
                outputs[side, place] = output
    return CandidateChanges(title or original.heading, chosen, values[0], values[1], ranks, outputs, original.is_probability)


def unit(all_changes: Sequence[CandidateChanges]) -> str:
    """In what changes are counted: bits, unless numbers are among what changes."""
    return "bits" if all(one.is_probability for one in all_changes) else "change"


def labels_notice(pairs: Sequence[tuple[Prediction, Prediction]]) -> str:
    """Which labels only one side has; empty where both heads have the same ones."""
    for a, b in pairs:
        if a.labels and b.labels and not a.candidates and {*a.labels} != {*b.labels}:
            alone = [
                [label for label in one.labels or () if label not in (other.labels or ())] for one, other in ((a, b), (b, a))
            ]
            if len(alone[0]) == len(a.labels):
                return "The two heads have no label in common, so nothing of what they say can be subtracted."
            said = [
                f"{_few(labels)} of the {side}" for labels, side in zip(alone, ("original", "variant"), strict=True) if labels
            ]
            return f"Labels are matched by their names; {listed(said)} {'has' if sum(map(len, alone)) == 1 else 'have'} no counterpart."
    return ""


def _few(labels: Sequence[str]) -> str:
    more = len(labels) - MOST_NAMED
    return listed([*(f"“{label}”" for label in labels[:MOST_NAMED]), *([counted(more, "other")] if more > 0 else [])])


def notice(all_changes: Sequence[CandidateChanges]) -> str:
    """What differs: of the predictions, the one whose first choice moved most, and whether the first choice is another one."""
    told = max(all_changes, key=_of_the_first)
    first, now = _first(told.original), _first(told.variant)
    name, was, then = told.names[first], told.said(told.original[first]), _said(told, first)
    if np.isnan(told.variant[first]):
        return f"“{name}”, the original’s first choice with {was} ({told.title}), is no candidate of the variant, which says “{told.names[now]}”."
    if was == then and first == now:
        return f"“{name}” ({told.title}) has {was} in both."
    by = f", {signed(float(told.moved[first]))} bits" if told.is_probability else ""
    said = f"“{name}” ({told.title}) goes from {was} to {then}{by}"
    if not told.is_probability:
        return f"{said}."
    if first == now:
        return f"{said}, and is the first choice of both." if _is_first(told, now) else f"{said}."
    return f"{said}; the variant’s first choice is “{told.names[now]}” with {told.said(told.variant[now])}."


def _of_the_first(one: CandidateChanges) -> float:
    moved = float(one.moved[_first(one.original)])
    return float("inf") if np.isnan(moved) else abs(moved)


def _first(values: Doubles) -> int:
    return int(np.nanargmax(values))


def _is_first(one: CandidateChanges, place: int) -> bool:
    """Whether no other candidate is written with the same number on either side."""
    return len(one.names) < 3 or all(
        leader(np.nan_to_num(values, nan=-1.0), one.said) == place for values in (one.original, one.variant)
    )


def _said(one: CandidateChanges, place: int) -> str:
    return one.said(one.variant[place])


def columns(all_changes: Sequence[CandidateChanges]) -> dict[str, list[object]]:
    """Every candidate of every prediction, a row each; what a side has not is empty there."""
    rows: list[tuple[object, ...]] = [
        (
            one.title,
            name,
            *(None if np.isnan(value) else float(value) for value in (a, b)),
            *(int(rank) or None for rank in ranks),
            None if np.isnan(bits) else float(bits),
        )
        for one in all_changes
        for name, a, b, ranks, bits in zip(one.names, one.original, one.variant, one.ranks.T, one.moved, strict=True)
    ]
    return {title: [row[at] for row in rows] for at, title in enumerate(titles(all_changes))}


def titles(all_changes: Sequence[CandidateChanges]) -> tuple[str, ...]:
    """Of the columns; the last is called by its unit."""
    return (*COLUMNS, unit(all_changes))


def bits_figure(all_changes: Sequence[CandidateChanges], theme: Theme) -> go.Figure:
    """The candidates that moved most, a bar each, the largest change on top; of several predictions, each names its own.

    A candidate that one side does not have stands there hatched, with no length: its change is no number.
    """
    several = len(all_changes) > 1
    rows = [
        (f"{name} ({one.title})" if several else name, one, place)
        for one in all_changes
        for place, name in enumerate(one.names)
    ]
    rows = sorted(rows, key=lambda row: -abs(np.nan_to_num(row[1].moved[row[2]], nan=-0.0)))[:MOST_DRAWN]
    moved = np.array([one.moved[place] for _, one, place in rows])
    top = 1.35 * max(float(np.nanmax(np.abs(moved), initial=0)), 0.5)
    less, more = theme.signed[0][1], theme.signed[-1][1]
    bars = {
        "type": "bar", "orientation": "h", "x": np.nan_to_num(moved), "y": np.arange(len(rows)), "cliponaxis": False,
        "marker": {"color": [more if bits > 0 else less for bits in moved]},
        "text": [NOT_THERE if np.isnan(bits) else signed(float(bits)) for bits in moved],
        "textposition": "outside", "textfont": {"size": plots.TEXT_SIZE}, "constraintext": "none", "hoverinfo": "text",
        "hovertext": [f"{plots.label(name)}: {_both(one, place)}" for name, one, place in rows],
    }  # fmt: skip
    layout = {
        "xaxis": {"range": [-top, top], "title": {"text": f"{unit(all_changes)} (variant − original)"}, "zerolinecolor": theme.muted},
        "yaxis": {
            "tickvals": list(range(len(rows))), "ticktext": [plots.label(name) for name, _, _ in rows], "autorange": "reversed",
            "tickfont": {"family": plots.MONOSPACE}, "showgrid": False, "zeroline": False,
        },
    }  # fmt: skip
    title = "What each candidate gains, in bits" if unit(all_changes) == "bits" else "What each number changes by"
    return plots.figure(theme, height=110 + ROW * len(rows), title=title, data=[bars], layout=layout)


def _both(one: CandidateChanges, place: int) -> str:
    first, then = (NOT_THERE if np.isnan(side[place]) else one.said(side[place]) for side in (one.original, one.variant))
    return f"original {first}, variant {then}"


def picture(all_changes: Sequence[CandidateChanges], theme: Theme) -> Picture:
    """What differs between two sets of predictions."""
    return Picture(
        bits_figure(all_changes, theme), notice(all_changes), columns(all_changes), "Bars: the change of each candidate"
    )
