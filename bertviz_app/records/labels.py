"""What people who write Python see of a record: a line for it, names for its tokens, and a sentence for a layer that it does not have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from operator import index
from typing import Any

import numpy as np

from bertviz_app.errors import NoSuchPart, what_it_is

MOST_LETTERS = 60


def in_a_line(record: Any) -> str:
    """A record on one line: its arrays by their shapes, without fields that say `repr=False`. Used as the `__repr__` of those that hold arrays."""
    parts = ", ".join(f"{field.name}{_value(getattr(record, field.name))}" for field in fields(record) if field.repr)
    return f"{type(record).__name__}({parts})"


def _value(value: object) -> str:
    if isinstance(value, np.ndarray):
        return str(list(value.shape))
    if isinstance(value, Mapping):
        return f"={{{', '.join(f'{name}{_value(part)}' for name, part in value.items())}}}"
    if isinstance(value, tuple) and any(isinstance(part, np.ndarray) for part in value):
        return f"=({', '.join(_value(part) for part in value)})"
    return f"={shortened(repr(value), 100)}"


def shortened(text: str, most: int = MOST_LETTERS) -> str:
    """A text of at most `most` letters.

    >>> shortened("I love AI!"), shortened("I love AI!", 7)
    ('I love AI!', 'I love…')
    """
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def told_apart(tokens: Sequence[str]) -> list[str]:
    """Tokens as names of rows: one that stands there more than once has its position behind it.

    >>> told_apart(["[CLS]", "the", "cat", "the", "[SEP]"])
    ['[CLS]', 'the (1)', 'cat', 'the (3)', '[SEP]']
    """
    times = Counter(tokens)
    return [token if times[token] == 1 else f"{token} ({position})" for position, token in enumerate(tokens)]


def counted(what: str, number: int, n: int) -> int:
    """The place of one of `n` things that are counted from 0, or from −1 backwards. Raises `NoSuchPart`.

    >>> counted("layer", -1, 6)
    5
    """
    try:
        place = index(number)
    except TypeError:
        raise NoSuchPart(f"A {what} is a whole number from 0 to {n - 1}; this is {what_it_is(number)}.") from None
    if not -n <= place < n:
        raise NoSuchPart(f"There is no {what} {place}: they count from 0 to {n - 1}.")
    return place % n
