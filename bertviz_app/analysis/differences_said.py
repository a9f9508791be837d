"""What is said of a difference, in a sentence: each is a claim that holds for every two inputs.

The laws: no superlative over ties, or over fewer than three; what is written alike is called the same; of what one side has not nothing is said but
that; two inputs that are the same differ in nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bertviz_app.analysis.alignment import Alignment
from bertviz_app.analysis.differences import Doubles
from bertviz_app.analysis.phrases import counted, decimal, leader, listed, named_among, signed
from bertviz_app.drawing.numbering import head_name, state_name
from bertviz_app.drawing.plots import percent

SAME = "Original and variant are the same here: nothing differs."
NOTHING_SHARED = "Original and variant have no token in common: there is nothing to compare token by token."
LOOKS, DRAWS = "looks{} at", "draws{} on"  # what rows of weights do to columns, more or less
MOST_NAMED = 3
ROUNDING = 1e-9
FAINTEST = 0.001  # bits of a head


def partners_notice(alignment: Alignment) -> str:
    """Which tokens have no partner, and on which side; empty where all have one."""
    alone = [
        [alignment.spelled(group, side) for group, pair in enumerate(alignment.groups) if not pair[1 - side]] for side in (0, 1)
    ]
    said = [f"{_named(names)} of the {side}" for names, side in zip(alone, ("original", "variant"), strict=True) if names]
    n = sum(len(names) for names in alone)
    return f"{listed(said)} {'has' if n == 1 else 'have'} no partner." if said else ""


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    quoted = [f"“{name}”" for name in names[:MOST_NAMED]]
    return listed([*quoted, counted(more, "other token")] if more > 0 else quoted)


def weights_notice(before: Doubles, after: Doubles, alignment: Alignment, does: str = LOOKS) -> str:
    """The weight that changes most, from what to what: merged weights [group, group + 1] of both sides; `does` is what rows do to columns."""
    if not alignment.shared:
        return NOTHING_SHARED
    moved = after - before
    if not np.nan_to_num(moved).any():
        return SAME
    place = _most(moved, decimal)
    largest = float(np.nanmax(np.abs(moved)))
    if place is None:
        return f"No weight changes by more than {_rounded_up(largest)}."
    row, column = place
    looks = f"{_name(alignment, row)} {does.format(' more' if moved[row, column] > 0 else ' less')} {_name(alignment, column)} in the variant"
    was, now = percent(before[row, column]), percent(after[row, column])
    return (
        f"The largest change: {looks}, {now} where it was {was}."
        if was != now
        else f"The largest change: {looks}, by {decimal(largest)}."
    )


def heads_notice(changes: Doubles) -> str:
    """Which head changed most, and how much all did: [layer, head] in bits, NaN where it has no partner."""
    there = changes[~np.isnan(changes)]
    if not there.size:
        return "No head of one has a partner in the other: there is nothing to compare."
    if not there.any():
        return SAME
    if (largest := float(there.max())) < FAINTEST:
        return f"No head changes by more than {FAINTEST} bits."
    mean = (
        f"On average over {counted(there.size, 'head')}, rows differ by {decimal(float(there.mean()), 3)} bits"
        if there.size > 1
        else ""
    )
    most = leader(there, lambda bits: decimal(bits, 3))
    if most is None:
        return f"{mean or f'The rows of the head differ by {decimal(largest, 3)} bits'}."
    layer, head = (int(at) for at in np.argwhere(changes == there[most])[0])
    return f"{mean}; those of {_lowered(head_name(layer, head))} changed most, by {decimal(largest, 3)} bits."


def states_notice(cosines: Doubles, alignment: Alignment, *, state: int) -> str:
    """Which token moved most in one of the states: cosines [state, group]; `state` is the one that is spoken of."""
    if not alignment.shared:
        return NOTHING_SHARED
    if (cosines[:, alignment.is_shared] > 1 - ROUNDING).all():
        return SAME
    row = np.where(alignment.is_shared, cosines[state], np.inf)
    after = f"{'In' if state == 0 else 'After'} {state_name(state)}"
    mean = float(row[alignment.is_shared].mean())
    told = f"{after}, the mean cosine of {counted(len(alignment.shared), 'shared token')} is {decimal(mean)}"
    most = leader(-row[alignment.is_shared], decimal)
    if most is None:
        return f"{told}."
    group = alignment.shared[most]
    return f"{told}; {_name(alignment, group)} moved most, to a cosine of {decimal(float(row[group]))}."


def layers_notice(alikeness: Doubles, pairs: Sequence[tuple[int, int]]) -> str:
    """Which pair of layers is least alike: CKA [pair] of states (state of the original, of the variant)."""
    if np.isnan(alikeness).any():
        return "With fewer than four tokens in common, or where all are alike, it cannot be said how alike layers are."
    first, last = (_pair(pairs[at], alikeness[at]) for at in (0, -1))
    if len(pairs) == 1:
        return f"{first}."
    least = leader(-alikeness, decimal)
    told = f"{first}; {_lowered(last)}"
    return (
        f"{told}."
        if least in (None, 0, len(pairs) - 1)
        else f"{told}. Least alike: {_lowered(_pair(pairs[least or 0], alikeness[least or 0]))}."
    )


def _pair(states: tuple[int, int], cka: float) -> str:
    original, variant = (state_name(state) for state in states)
    both = f"{original} of both" if original == variant else f"{original} of the original and {variant} of the variant"
    return f"{both[0].upper()}{both[1:]}: CKA {decimal(float(cka))}"


def values_notice(moved: Doubles, alignment: Alignment, unit: str) -> str:
    """The token whose value changes most: [group], or [group + 1] with those without a partner at the end, in a unit such as bits."""
    if not alignment.shared:
        return NOTHING_SHARED
    if not np.nan_to_num(moved).any():
        return SAME
    place = _most(moved[None], decimal)
    if place is None:
        return f"No token changes by more than {_rounded_up(float(np.nanmax(np.abs(moved))))} {unit}."
    group = place[1]
    return f"The largest change: {_name(alignment, group)}, {signed(float(moved[group]))} {unit}."


def _most(moved: Doubles, written: Callable[[float], str]) -> tuple[int, int] | None:
    """The place of the largest change, or None where another is written the same way."""
    most = leader(np.nan_to_num(np.abs(moved)), written)
    if most is None:
        return None
    row, column = np.unravel_index(most, moved.shape)
    return int(row), int(column)


def _rounded_up(value: float) -> str:
    """A bound with two digits that holds."""
    return decimal(np.ceil(100 * value - ROUNDING) / 100)


def _name(alignment: Alignment, group: int) -> str:
    """A group in a sentence; those without a partner together."""
    if group == len(alignment.groups):
        return "tokens without a partner"
    return named_among(alignment.names, group)


def _lowered(name: str) -> str:
    return name[0].lower() + name[1:]
