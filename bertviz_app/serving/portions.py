"""How many of many texts are read in one turn: as many as a stretch of time allows, so that whoever comes in between waits no longer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 0.06  # of passes in one turn
MOST = 16  # texts in one batch


class Portions:
    """`n` things in slices, of one at first; each next one is as large as the time of the last allows, and at most twice that.
    `fixed`: all of them as large as the largest may be.

    >>> [rows.stop - rows.start for rows in Portions(40)]  # they take no time at all
    [1, 2, 4, 8, 16, 9]
    """

    def __init__(self, n: int, *, seconds: float | None = None, most: int = MOST, fixed: bool = False) -> None:
        self._n, self._seconds, self._most = n, SECONDS if seconds is None else seconds, most
        self._size, self._least, self._taken = (most, most, 0.0) if fixed else (1, 1, 0.0)

    def __iter__(self) -> Iterator[slice]:
        start = 0
        while start < self._n:
            rows = slice(start, min(self._n, start + self._size))
            yield rows
            start = rows.stop
            fit = int(self._seconds * self._size / self._taken) if self._taken else self._most
            self._size = max(self._least, min(2 * self._size, fit, self._most))

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Around what is done with a slice, within its turn: waiting for the turn is not the slice's fault."""
        began = time.perf_counter()
        yield
        self._taken = time.perf_counter() - began
