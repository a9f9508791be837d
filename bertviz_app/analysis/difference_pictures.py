"""Pictures of what differs between two aligned inputs, with their sentences and tables: attention, heads, hidden states, values of tokens."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bertviz_app.analysis import differences_said as said
from bertviz_app.analysis.alignment import Alignment
from bertviz_app.analysis.differences import NO_PARTNER, Doubles, both_merged, most_first
from bertviz_app.drawing import differences as drawn
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.differences import Grid
from bertviz_app.drawing.numbering import head_name, layers, titles
from bertviz_app.drawing.pictures import Picture
from bertviz_app.drawing.plots import percent, shown

Cells = list[object]


def weights_picture(
    original: ArrayLike, variant: ArrayLike, alignment: Alignment, theme: Theme, *, does: str = said.LOOKS
) -> Picture:
    """Where rows give more to columns in the variant, and where less: [query, key] of each, whose rows sum to 1. `does` is what rows do."""
    before, after = both_merged(original, variant, alignment)
    names, columns = alignment.names, _with_rest(alignment)
    moved = (after - before)[:, : len(columns)]

    def of_cell(row: int, column: int) -> str:
        at = (*names, "tokens without a partner")[column]
        return f"{names[row]} {does.format('')} {at}: original {percent(before[row, column])}, variant {percent(after[row, column])}"

    grid = Grid(moved, names, columns, axes=(does.format(""), ""), unit="Δ weight", said=of_cell)
    figure = drawn.difference_map(grid, theme, title="What changes: variant − original")
    return Picture(
        figure,
        said.weights_notice(before, after, alignment, does),
        _grid_columns(moved, alignment),
        "Map of the change of each weight",
    )


def heads_picture(changes: Doubles, theme: Theme, *, title: str = "How much each head changed") -> Picture:
    """How much each head changed, in bits: [layer, head]; NaN where it has no partner."""
    order = most_first(changes)
    # Heads that changed as much as each other share the better place.
    ranks = [1 + int((changes > changes[place]).sum()) for place in order]

    def of_cell(layer: int, head: int) -> str:
        rank = ranks[order.index((layer, head))]
        return f"{head_name(layer, head)}: {changes[layer, head]:.3f} bits, number {rank} of {len(order)}"

    n_layers, n_heads = changes.shape
    rows, columns = ([str(shown(at)) for at in range(size)] for size in (n_layers, n_heads))
    grid = Grid(changes, rows, columns, axes=("head", "layer"), unit="bits", said=of_cell)
    table: dict[str, Cells] = {
        "rank": [*ranks],
        "layer": [shown(place[0]) for place in order],
        "head": [shown(place[1]) for place in order],
        "bits": [float(changes[place]) for place in order],
    }
    return Picture(
        drawn.change_map(grid, theme, title=title), said.heads_notice(changes), table, "Map of the change of each head"
    )


def states_picture(cosines: Doubles, alignment: Alignment, theme: Theme, *, state: int = -1) -> Picture:
    """How far the vector of each token moved in each state: cosines [state, group]; the sentence is about one `state`."""
    names, rows = alignment.names, layers(len(cosines))

    def of_cell(row: int, group: int) -> str:
        return f"{names[group]}, {rows[row] if row == 0 else f'layer {rows[row]}'}: cosine {cosines[row, group]:.3f}".replace(
            "-", "−"
        )

    grid = Grid(1 - cosines, rows, names, axes=("", "layer"), unit="1 − cosine", said=of_cell)
    figure = drawn.change_map(grid, theme, title="How far the vector of each token moved")
    columns = _groups(alignment) | {
        f"cosine, {row if at == 0 else f'layer {row}'}": _cells(cosines[at]) for at, row in enumerate(rows)
    }
    return Picture(
        figure,
        said.states_notice(cosines, alignment, state=state % len(cosines)),
        columns,
        "Map of how far each token moved in each layer",
    )


def values_picture(moved: Doubles, alignment: Alignment, theme: Theme, *, title: str, unit: str) -> Picture:
    """What each token gains or loses: [group], or [group + 1] with those without a partner at the end."""
    names = _with_rest(alignment)[: len(moved)]
    moved, has_rest = moved[: len(names)], len(names) > len(alignment.groups)
    figure = drawn.token_bars(moved, names, theme, title=title, unit=unit)
    columns = _groups(alignment, rest=has_rest) | {f"{unit}, variant − original": _cells(moved)}
    return Picture(figure, said.values_notice(moved, alignment, unit), columns, "Bars: the change of each token")


def _with_rest(alignment: Alignment) -> tuple[str, ...]:
    """The names of the groups, and that of the column of those without a partner, where there are any."""
    return alignment.names if alignment.is_shared.all() else (*alignment.names, NO_PARTNER)


def _grid_columns(moved: Doubles, alignment: Alignment) -> dict[str, Cells]:
    """A row for each group that looks, a column for each that is looked at; empty where there is no partner."""
    names = [*titles(alignment.names), NO_PARTNER][: moved.shape[1]]
    return _groups(alignment) | {name: _cells(column) for name, column in zip(names, moved.T, strict=True)}


def _groups(alignment: Alignment, *, rest: bool = False) -> dict[str, Cells]:
    """The groups by their number, as the original and as the variant spells them."""
    n = len(alignment.groups)
    spelled: list[Cells] = [[alignment.spelled(group, side) for group in range(n)] for side in (0, 1)]
    if rest:
        spelled = [[*names, NO_PARTNER] for names in spelled]
    return {"number": [shown(at) for at in range(n + rest)], "original": spelled[0], "variant": spelled[1]}


def _cells(values: Doubles) -> Cells:
    """Numbers of a table; nothing where there is none."""
    return [None if np.isnan(value) else float(value) for value in values]
