"""Which of five pictures a head makes: vertical, diagonal, both mixed, block, heterogeneous.

They were told apart by eye in the paper, and then by a network trained on that. Here a rule tells them apart, which anybody can check. It asks how
far a share lies above chance:

    above chance = (share − chance) / (1 − chance)        0: as a head that looks at all tokens alike; 1: all weight is there

Source: Kovaleva et al., Revealing the Dark Secrets of BERT (2019), section 4.1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bertviz_app.records.forward import Encoding, Floats

THRESHOLD = (
    0.5  # above chance: more than half of the way from a head that looks at all tokens alike to one that looks nowhere else
)
KINDS = ("vertical", "diagonal", "vertical + diagonal", "block", "heterogeneous")
LETTERS = ("V", "D", "VD", "B", "")


def above_chance(share: Floats, chance: float) -> Floats:
    """0 where a share is what chance gives, 1 where it is all there is.

    >>> above_chance(np.array([0.25, 1.0]), 0.25).tolist()
    [0.0, 1.0]
    """
    scaled: Floats = (share - chance) / (1 - chance) if chance < 1 else np.zeros_like(share)
    return scaled


def shares_above_chance(weights: Floats, encoding: Encoding) -> Floats:
    """How far shares lie above chance, [rule, layer, head]: vertical, diagonal, both, block, over the queries that are ordinary tokens."""
    special, segments = encoding.is_special, encoding.segment_ids
    places = np.arange(encoding.n_tokens)
    near = (np.abs(places[:, None] - places) <= 1) & ~special  # [query, key]
    vertical = np.broadcast_to(special, near.shape)
    scores = []
    for region in (vertical, near, vertical | near):
        scores.append(above_chance(_share(weights, region, special), float(region[~special].mean())))
    if encoding.pair is None:
        return np.stack([*scores, np.zeros_like(scores[0])])
    ordinary = np.broadcast_to(~special, near.shape)
    own = ordinary & (segments[:, None] == segments)
    on_ordinary = _share(weights, ordinary, special)
    inside = np.divide(_share(weights, own, special), on_ordinary, out=np.zeros_like(on_ordinary), where=on_ordinary > 0)
    chance = float(own[~special].sum() / ordinary[~special].sum())
    return np.stack([*scores, above_chance(inside, chance)])


def _share(weights: Floats, region: NDArray[np.bool_], special: NDArray[np.bool_]) -> Floats:
    """[layer, head, query, key] → [layer, head]: the weight inside of a region [query, key], the mean over ordinary queries."""
    inside: Floats = np.where(region, weights, 0)[:, :, ~special].sum(axis=-1).mean(axis=-1)
    return inside
