"""Replaced tokens in two inputs: how much more each token looks replaced.

    change(g) = log2 P_variant(g) − log2 P_original(g)      in bits; P(g): the mean of P(replaced) over the tokens of the group g

A group is what stands for the same text on both sides (`analysis.alignment`), most often one token of each; a group that one side has not is no number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis import difference_pictures
from bertviz_app.analysis.alignment import Alignment
from bertviz_app.analysis.differences_said import partners_notice
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.records.forward import Floats

Doubles = NDArray[np.float64]

METHOD = (
    "Tokens meet where they stand for the same text. What changes is $\\log_2 P_{variant} - \\log_2 P_{original}$, in bits of “replaced”; where several tokens "
    "of one side stand for what is one token of the other, $P$ is their mean. A token without a partner has no difference and is hatched."
)


def of_groups(logits: Floats, groups: tuple[tuple[int, ...], ...]) -> Doubles:
    """P(replaced) of each group: logits [position] → [group]; NaN for a group without tokens.

    >>> of_groups(np.zeros(3, dtype=np.float32), ((0, 2), ())).tolist()
    [0.5, nan]
    """
    replaced = np.exp(-np.logaddexp(0, -logits.astype(np.float64)))
    return np.array([replaced[list(group)].mean() if group else np.nan for group in groups])


def picture(logits: tuple[Floats, Floats], alignment: Alignment, theme: Theme) -> Picture:
    """What each token gains: bars, the largest change, and a table with both sides."""
    original, variant = of_groups(logits[0], alignment.original), of_groups(logits[1], alignment.variant)
    moved = np.log2(variant) - np.log2(original)
    title = "How much more each token looks replaced"
    drawn = difference_pictures.values_picture(moved, alignment, theme, title=title, unit="bits")
    sides = {"P(replaced), original": _cells(original), "P(replaced), variant": _cells(variant)}
    columns: dict[str, Any] = {name: drawn.columns[name] for name in ("number", "original", "variant")} | sides
    alone = partners_notice(alignment)
    said = f"{drawn.notice} {alone}" if alone else drawn.notice
    return Picture(drawn.figure, said, columns | {"bits": _cells(moved)}, drawn.alt)


def _cells(values: Doubles) -> list[object]:
    return [None if np.isnan(value) else float(value) for value in values]
