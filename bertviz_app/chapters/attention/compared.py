"""One head of an original beside one of a variant, in the chosen reading: what each weight changes by."""

from __future__ import annotations

from bertviz_app.analysis import difference_pictures, differences
from bertviz_app.analysis.alignment import Alignment
from bertviz_app.analysis.head_readings import Frame, HeadReading, framed, merged, renormalised
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.records.forward import Floats, ForwardPass

Place = tuple[int, int]  # layer and head, from 0
METHOD = f"{differences.METHOD} {differences.HEADS_METHOD}"


def head_picture(
    forwards: tuple[ForwardPass, ForwardPass],
    places: tuple[Place, Place],
    reading: HeadReading,
    alignment: Alignment,
    theme: Theme,
) -> Picture:
    """The map of what changes; `alignment` is of tokens, or of words where the reading is of words. What the reading leaves out is no row and no column."""
    frames = [framed(forward.encoding, reading) for forward in forwards]
    squares = [_square(*one) for one in zip(forwards, places, frames, strict=True)]
    sides = list(zip((alignment.original, alignment.variant), frames, strict=True))
    left_out = [
        group for group in range(len(alignment.groups)) if any(frame.special[list(of[group])].any() for of, frame in sides)
    ]  # fmt: skip
    return difference_pictures.weights_picture(squares[0], squares[1], alignment.without(left_out), theme)


def _square(forward: ForwardPass, place: Place, frame: Frame) -> Floats:
    """All of a head in a reading: [group, group]; rows and columns that are left out are 0, and the rest of each row sums to 1."""
    weights = merged(forward.attentions[place], frame.groups)
    return renormalised(weights, ~frame.special) if frame.special.any() else weights
