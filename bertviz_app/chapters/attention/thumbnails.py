"""All heads of a text as thumbnails: small enough to send at once, whatever the length of the text.

A thumbnail has at most `MOST_CELLS` cells on a side; beyond that each cell is the strongest weight of a block. Its levels grow with the
square root of the weight, so that small weights show, and 255 of them tell apart what an eye can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis.head_readings import HeadReading, framed
from bertviz_app.chapters.attention.measures import PLACES, HeadPattern, head_patterns
from bertviz_app.drawing import plots
from bertviz_app.drawing.blocks import strongest_in_blocks
from bertviz_app.drawing.numbering import head_name
from bertviz_app.families.spelling import SpecialTokens
from bertviz_app.records.forward import Floats, ForwardPass

MOST_CELLS = 48

BRACKETS = SpecialTokens()


@dataclass(frozen=True, eq=False)
class Thumbnails:
    """All heads of one input in one reading.

    levels     [layer, head, row, column]   255 · √weight of the strongest weight of each block of `block` × `block`
    strongest  [layer, head, 2]             row and column of the largest weight
    peak       [layer, head]                that weight
    queries, keys                           the tokens or words of the rows and columns, before blocks are made
    """

    levels: NDArray[np.uint8]
    block: int
    strongest: NDArray[np.int64]
    peak: Floats
    queries: tuple[str, ...]
    keys: tuple[str, ...]


def thumbnails(forward: ForwardPass, reading: HeadReading) -> Thumbnails:
    """Thumbnails of all heads, and each head's strongest link; one layer after the other, as all of them at once take a hundred megabytes."""
    frame = framed(forward.encoding, reading)
    block = max(1, -(-max(len(frame.rows), len(frame.columns)) // MOST_CELLS))
    levels, strongest, peaks = [], [], []
    for layer in forward.attentions:  # [head, query, key]
        weights = frame.read(layer)
        if not weights.size:  # every token is hidden
            weights = np.zeros((len(layer), 1, 1), dtype=layer.dtype)
        flat = weights.reshape(len(weights), -1)
        strongest.append(np.stack(np.unravel_index(flat.argmax(axis=-1), weights.shape[1:]), axis=-1))
        peaks.append(flat.max(axis=-1))
        levels.append(np.rint(255 * np.sqrt(strongest_in_blocks(weights, block).clip(0, 1))).astype(np.uint8))
    return Thumbnails(np.stack(levels), block, np.stack(strongest), np.stack(peaks), frame.queries, frame.keys)


def heads_columns(forward: ForwardPass, drawn: Thumbnails) -> dict[str, list[object]]:
    """One row a head: its strongest link in this reading, and where most of its weight goes in the whole text."""
    places, patterns = list(np.ndindex(*drawn.peak.shape)), head_patterns(forward)
    links = [_link(drawn, place) for place in places]
    return {
        "layer": [plots.shown(layer) for layer, _ in places],
        "head": [plots.shown(head) for _, head in places],
        "strongest from": [query for query, _ in links],
        "to": [key for _, key in links],
        "weight": [float(drawn.peak[place]) for place in places],
        "looks most at": [forward.model.special.spelled(PLACES[patterns.place[place]]) for place in places],
        "share": [float(patterns.share[place]) for place in places],
    }


def titles(drawn: Thumbnails, patterns: HeadPattern, special: SpecialTokens = BRACKETS) -> list[str]:
    """One line for each head, layer after layer: its habit and its strongest link, for those who point at it or cannot see it."""
    lines = []
    for layer, head in np.ndindex(*drawn.peak.shape):
        query, key = _link(drawn, (layer, head))
        habit = f"{plots.percent(float(patterns.share[layer, head]))} on {special.spelled(PLACES[patterns.place[layer, head]])}"
        link = f"strongest: {query} → {key}, {plots.percent(float(drawn.peak[layer, head]))}"
        lines.append(f"{head_name(layer, head)}: {habit}; {link}")
    return lines


def _link(drawn: Thumbnails, place: tuple[int, ...]) -> tuple[str, str]:
    row, column = drawn.strongest[place]
    if not drawn.queries or not drawn.keys:
        return "–", "–"
    return drawn.queries[row], drawn.keys[column]
