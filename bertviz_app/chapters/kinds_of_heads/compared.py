"""How the heads of a model differ between two inputs: which are of another kind, and by how much a measure changes."""

from __future__ import annotations

import numpy as np

from bertviz_app.analysis.phrases import counted, decimal, leader, listed
from bertviz_app.chapters.kinds_of_heads import figures
from bertviz_app.chapters.kinds_of_heads.kinds import KINDS
from bertviz_app.chapters.kinds_of_heads.measures import HeadMeasures, Measure
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import head_name
from bertviz_app.drawing.pictures import Picture
from bertviz_app.drawing.plots import shown

NAMES = "variant", "original"
MOST_NAMED = 3  # heads in a sentence


def difference(original: HeadMeasures, variant: HeadMeasures, measure: Measure | None, theme: Theme) -> Picture:
    """The map of what changes, head by head; of the kinds where there is no measure. Both are of one model."""
    if measure is None:
        figure = figures.changed_figure((variant, original), theme, title="Of another kind in the variant", names=NAMES)
        return Picture(
            figure, kinds_notice(original, variant), kinds_columns(original, variant), "Map of the heads that change"
        )
    title = f"Variant − original: {measure.inline}"
    figure = figures.difference_figure((variant, original), measure, theme, title=title, names=NAMES)
    columns = measure_columns(original, variant, measure)
    return Picture(figure, measure_notice(original, variant, measure), columns, "Map of the change of each head")


def kinds_notice(original: HeadMeasures, variant: HeadMeasures) -> str:
    """How many heads are of another kind in the variant, and which, where they are few."""
    changed = np.argwhere(original.kinds != variant.kinds)
    if not len(changed):
        return "Every head is of the same kind in both."
    n = f"{len(changed)} of {counted(original.kinds.size, 'head')} {'is' if len(changed) == 1 else 'are'} of another kind in the variant"
    if len(changed) > MOST_NAMED:
        return f"{n}."
    each = [
        f"{_spoken(layer, head)} is {KINDS[variant.kinds[layer, head]]}, not {KINDS[original.kinds[layer, head]]}"
        for layer, head in changed.tolist()
    ]
    return f"{n}: {listed(each)}."


def measure_notice(original: HeadMeasures, variant: HeadMeasures, measure: Measure) -> str:
    """The head that changes most, where one does, and the mean of all before and after."""
    before, after = original.of(measure), variant.of(measure)
    means = f"On average over all heads, {measure.inline} is {measure.said(float(before.mean()))} in the original and {measure.said(float(after.mean()))} in the variant"
    most = leader(np.abs(after - before), lambda change: decimal(change, 3))
    if most is None:
        return f"{means}."
    layer, head = (int(place) for place in np.unravel_index(most, before.shape))
    was, now = (measure.said(float(values[layer, head])) for values in (before, after))
    return f"{means}. The largest change is that of {_spoken(layer, head)}: from {was} to {now}."


def kinds_columns(original: HeadMeasures, variant: HeadMeasures) -> dict[str, list[object]]:
    """The kind of each head in both."""
    kinds = {"original": original.kinds.ravel().tolist(), "variant": variant.kinds.ravel().tolist()}
    return _places(original) | {name: [KINDS[kind] for kind in its] for name, its in kinds.items()}


def measure_columns(original: HeadMeasures, variant: HeadMeasures, measure: Measure) -> dict[str, list[object]]:
    """A measure of each head in both, and variant less original."""
    before, after = (one.of(measure).astype(np.float64).ravel() for one in (original, variant))
    return _places(original) | {"original": before.tolist(), "variant": after.tolist(), "difference": (after - before).tolist()}


def _places(one: HeadMeasures) -> dict[str, list[object]]:
    places = list(np.ndindex(*one.kinds.shape))
    return {"layer": [shown(layer) for layer, _ in places], "head": [shown(head) for _, head in places]}


def _spoken(layer: int, head: int) -> str:
    name = head_name(layer, head)
    return name[0].lower() + name[1:]
