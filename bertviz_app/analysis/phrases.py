"""What sentences about numbers are put together from, so that each is a claim that holds for every input.

superlatives    "the largest" is said of one thing among three or more, and only if no other is written with the same number
numbers         a minus is −, never a hyphen, and nothing is −0; counts agree with their nouns
tokens          a token that stands in the text twice carries its number, counted from 1
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from bertviz_app.drawing.plots import shown
from bertviz_app.records.forward import Encoding

FEWEST = 3  # things among which one can be "the most"


def leader(values: ArrayLike, written: Callable[[float], str]) -> int | None:
    """The place of the largest value, or None where no superlative holds: among fewer than three, or where another reads the same.

    `written` is how the value will stand in the sentence: two that are written alike are a tie for whoever reads it.

    >>> leader([0.2, 0.7, 0.1], "{:.1f}".format), leader([0.2, 0.71, 0.74], "{:.1f}".format), leader([0.2, 0.7], "{:.1f}".format)
    (1, None, None)
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    if len(flat) < FEWEST:
        return None
    best = int(flat.argmax())
    # Only the second largest can read the same as the largest without another one doing so too.
    second = float(np.partition(flat, -2)[-2])
    return None if written(second) == written(float(flat[best])) else best


def trailer(values: ArrayLike, written: Callable[[float], str]) -> int | None:
    """The place of the smallest value, as `leader` gives that of the largest."""
    return leader(-np.asarray(values, dtype=np.float64), lambda value: written(-value))


def listed(names: Sequence[str], joint: str = "and") -> str:
    """Names as they are read out.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed(["a", "b"], "or")
    ('a', 'a, b and c', 'a or b')
    """
    return f" {joint} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def counted(n: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "token"), counted(1200, "token"), counted(0, "entry", "entries")
    ('1 token', '1,200 tokens', '0 entries')
    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def decimal(value: float, digits: int = 2) -> str:
    """A number that may be negative.

    >>> decimal(-0.416), decimal(0.5), decimal(-0.001)
    ('−0.42', '0.50', '0.00')
    """
    written = f"{value:,.{digits}f}"
    return written.removeprefix("-") if float(written.replace(",", "")) == 0 else written.replace("-", "−")


def signed(value: float, digits: int = 2) -> str:
    """A difference, with its sign.

    >>> signed(0.5), signed(-0.416), signed(0.001)
    ('+0.50', '−0.42', '0.00')
    """
    written = decimal(value, digits)
    return written if written[0] == "−" or float(written.replace(",", "")) == 0 else f"+{written}"


def adding_up(parts: Sequence[float], digits: int = 2) -> list[float]:
    """Parts rounded so that what is shown adds up to the sum that is shown: those that rounding hurts most are rounded the other way.

    >>> adding_up([0.333, 0.333, 0.334], 1), adding_up([12.346, -10.126], 2)
    ([0.3, 0.3, 0.4], [12.35, -10.13])

    Source: the largest remainder method (Hamilton).
    """
    scale = 10**digits
    scaled = np.asarray(parts, dtype=np.float64) * scale
    floors = np.floor(scaled)
    missing = round(float(scaled.sum())) - int(floors.sum())
    order = np.argsort(-(scaled - floors), kind="stable")
    floors[order[:missing]] += 1
    return [float(value) / scale for value in floors]


def lowered(name: str) -> str:
    """A name within a sentence: "Integrated gradients" becomes "integrated gradients"; acronyms stay.

    >>> lowered("Rollout"), lowered("KL divergence")
    ('rollout', 'KL divergence')
    """
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def raised(sentence: str) -> str:
    """A clause at the start of a sentence."""
    return sentence[:1].upper() + sentence[1:]


def token_name(encoding: Encoding, position: int) -> str:
    """A token in a sentence: “bank”, or, where the same token stands in other places too, “bank” (token 4)."""
    return named_among(encoding.tokens, position, encoding.unit)


def named_among(names: Sequence[str], place: int, unit: str = "token") -> str:
    """One of several names in quotes, with its number from 1 where the same name stands there twice.

    >>> named_among(["the", "cat", "the"], 2), named_among(["the", "cat", "the"], 1)
    ('“the” (token 3)', '“cat”')
    """
    quoted = f"“{names[place]}”"
    return quoted if list(names).count(names[place]) == 1 else f"{quoted} ({unit} {shown(place)})"


def text_name(text: str, index: int, *, length: int = 60) -> str:
    """A text and its number, short enough for a legend: `index` counts from 0.

    >>> text_name("It rained all day.", 1, length=10)
    '2 · It rained…'
    """
    text = " ".join(text.split())
    return f"{shown(index)} · {text if len(text) <= length else text[: length - 1] + '…'}"
