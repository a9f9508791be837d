"""What the cosine of every two places of a word changes by, from an original to a variant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bertviz_app.analysis.differences import Doubles
from bertviz_app.analysis.differences_said import SAME
from bertviz_app.analysis.phrases import decimal, leader
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.differences import Grid, difference_map
from bertviz_app.drawing.pictures import Picture

COLUMNS = ("place", "other place", "original", "variant", "difference")
METHOD = "A cosine is one number between two vectors of the same model, so cosines of two models can be held against each other, which their vectors cannot."


def cosines_picture(sides: tuple[Doubles, Doubles], names: Sequence[str], theme: Theme) -> Picture:
    """The map of variant − original: the cosines [place, place] of both sides, and what the places are called."""
    before, after = (np.asarray(side, dtype=np.float64) for side in sides)
    moved = after - before

    def said(row: int, column: int) -> str:
        return (
            f"{names[row]} and {names[column]}: original {decimal(before[row, column])}, variant {decimal(after[row, column])}"
        )

    figure = difference_map(
        Grid(moved, names, names, unit="Δ cosine", said=said), theme, title="What the cosines change by: variant − original"
    )
    rows = [
        (names[a], names[b], float(before[a, b]), float(after[a, b]), float(moved[a, b]))
        for a, b in np.argwhere(np.triu(np.ones_like(moved), k=1)).tolist()
    ]
    columns: dict[str, list[object]] = {title: [row[at] for row in rows] for at, title in enumerate(COLUMNS)}
    return Picture(figure, notice(before, after, names), columns, "Map of the change of each cosine")


def notice(before: Doubles, after: Doubles, names: Sequence[str]) -> str:
    """The mean over all pairs of places, and the pair that changed most, if one did."""
    a, b = np.triu_indices(len(names), k=1)
    was, now = before[a, b], after[a, b]
    if not np.abs(now - was).any():
        return SAME
    mean = f"Two places have a cosine of {decimal(float(was.mean()))} on average in the original and {decimal(float(now.mean()))} in the variant"
    most = leader(np.abs(now - was), decimal)
    if most is None:
        return f"{mean}."
    return f"{mean}; {names[a[most]]} and {names[b[most]]} change most, from {decimal(float(was[most]))} to {decimal(float(now[most]))}."
