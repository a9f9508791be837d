"""Which tokens an original and a variant have in common, and how many each needs for the same text."""

from __future__ import annotations

import numpy as np

from bertviz_app.analysis.alignment import Alignment
from bertviz_app.analysis.differences_said import SAME, partners_notice
from bertviz_app.analysis.phrases import counted
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.differences import Grid, change_map
from bertviz_app.drawing.pictures import Picture
from bertviz_app.drawing.plots import shown
from bertviz_app.records.forward import Encoding

SIDES = ("original", "variant")
METHOD = (
    "Tokens meet where they stand for the same characters of the same words: equal words of two texts meet in their order, and within them tokens that "
    "share a character. A word that only one of the two has meets nothing."
)


def tokens_picture(alignment: Alignment, encodings: tuple[Encoding, Encoding], theme: Theme) -> Picture:
    """A column for each stretch of text, a row for each side, coloured by how many tokens it takes there."""
    counts = np.array([[len(pair[side]) or np.nan for pair in alignment.groups] for side in (0, 1)])

    def said(side: int, group: int) -> str:
        return f"{SIDES[side]}: {alignment.spelled(group, side)}"

    grid = Grid(counts, SIDES, alignment.names, unit="tokens", said=said)
    figure = change_map(
        grid, theme, title="How many tokens each side has for the same text", limit=max(2.0, float(np.nanmax(counts)))
    )
    return Picture(figure, notice(alignment), columns(alignment, encodings), "Map of the tokens that both have")


def notice(alignment: Alignment) -> str:
    """How many tokens each side has, and which have no partner."""
    if (
        all(len(original) == len(variant) == 1 for original, variant in alignment.groups)
        and alignment.tokens[0] == alignment.tokens[1]
    ):
        return SAME
    n = [len(tokens) for tokens in alignment.tokens]
    numbers = (
        f"both have {counted(n[0], 'token')}"
        if n[0] == n[1]
        else f"the original has {counted(n[0], 'token')}, the variant {n[1]:,}"
    )
    partners = partners_notice(alignment)
    return (
        f"{numbers[0].upper()}{numbers[1:]}; {partners}"
        if partners
        else f"{numbers[0].upper()}{numbers[1:]}, for the same text."
    )


def columns(alignment: Alignment, encodings: tuple[Encoding, Encoding]) -> dict[str, list[object]]:
    """A row for each stretch of text: its tokens and their ids on both sides."""
    table: dict[str, list[object]] = {"number": [shown(group) for group in range(len(alignment.groups))]}
    for side, name in enumerate(SIDES):
        ids = encodings[side].token_ids
        table[name] = [alignment.spelled(group, side) for group in range(len(alignment.groups))]
        table[f"ids, {name}"] = [" ".join(str(int(ids[at])) for at in pair[side]) for pair in alignment.groups]
    return table
