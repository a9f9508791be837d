"""What each layer of an original and a variant says at the same tokens: how much of the original's answers each layer of the variant gains.

change[token, layer] = log2 P_variant(w) − log2 P_original(w)        bits; w is what the original's last layer says at the token
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bertviz_app.analysis.differences import Doubles
from bertviz_app.analysis.differences_said import SAME
from bertviz_app.analysis.phrases import leader, named_among, signed
from bertviz_app.chapters.logit_lens.measures import Said
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.differences import Grid, difference_map
from bertviz_app.drawing.numbering import layers, state_name
from bertviz_app.drawing.pictures import Picture
from bertviz_app.drawing.plots import percent

SHORTEST = 1e-30  # what underflows has this probability in a logarithm
COLUMNS = ("token", "answer of the original", "layer", "original", "variant", "bits")
METHOD = (
    "The map holds the layers of both against one word a token: the one that the original’s last layer says there. A cell is "
    r"$\log_2 P_\text{variant} - \log_2 P_\text{original}$ of that word at that layer, in bits: +1 doubles its probability, −1 halves it."
)


def own_shares(said: Said, places: Sequence[int]) -> Doubles:
    """What each state gives each group's own word: [state, group]. `places` [group] are the rows of what is said; the i-th followed word is the i-th group's."""
    shares: Doubles = said.shares[:, list(places), range(len(places))]
    return shares


def picture(sides: tuple[Doubles, Doubles], names: Sequence[str], words: Sequence[str], theme: Theme) -> Picture:
    """The map of what the answers of the original gain.

    sides  [state, group] of the original and the variant, as `own_shares` gives them
    names  [group] the tokens
    words  [group] what the original's last layer says there
    """
    before, after = sides
    moved = (_log2(after) - _log2(before)).T  # [group, state]
    states = layers(len(before))

    def said(row: int, state: int) -> str:
        was, now = percent(before[state, row]), percent(after[state, row])
        return f"“{words[row]}” at {names[row]}, {state_name(state)}: original {was}, variant {now}"

    grid = Grid(moved, names, states, ("layer", ""), "bits", said)
    figure = difference_map(grid, theme, title="What the original’s answer at each token gains, in bits")
    rows = [
        (names[row], words[row], state, float(before[at, row]), float(after[at, row]), float(moved[row, at]))
        for row in range(len(names))
        for at, state in enumerate(states)
    ]
    columns: dict[str, list[object]] = {title: [row[at] for row in rows] for at, title in enumerate(COLUMNS)}
    return Picture(figure, notice(moved, names, words), columns, "Map of what each layer gains at each token")


def notice(moved: Doubles, names: Sequence[str], words: Sequence[str]) -> str:
    """Where the last layer changed its mind most, if at one token: moved [group, state] in bits."""
    if not moved.any():
        return SAME
    last = moved[:, -1]
    most = leader(np.abs(last), signed)
    if most is None:
        return (
            f"In the last layer, the original’s answers change by up to {signed(float(np.abs(last).max())).lstrip('+')} bits."
        )
    return f"The last layer changes most at {named_among(names, most)}: the original’s answer “{words[most]}” {'gains' if last[most] > 0 else 'loses'} {signed(abs(float(last[most]))).lstrip('+')} bits."


def _log2(shares: Doubles) -> Doubles:
    return np.log2(np.maximum(shares, SHORTEST))
