"""Bounds how many forward passes run at once, over all visitors and all models.

A forward pass cannot be interrupted, and two of them on two cores already take twice as long each: past a few, everybody
waits for everybody. So the rest wait in line, are told so, and give up with a sentence when it takes too long.

The line is served in the order of arrival. A semaphore would not do: who has many passes to make gives its place back and takes it
again before whoever waits has woken up, and one long job would lock everybody out. And jobs of many passes never take the last place:
two of them would make everybody else wait for a portion of theirs each time, which for long texts is a quarter of a second.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bertviz_app.errors import Busy


@dataclass(frozen=True, eq=False)
class _Visit:
    one_of_many: bool


class Turnstile:
    """At most `limit` holders at a time; the others wait up to `patience` seconds, then `Busy` is raised.

    Where there are several places, one is kept free of passes that are one of many.
    """

    def __init__(self, limit: int, patience: float) -> None:
        self.limit = limit
        self._patience = patience
        self._line: deque[_Visit] = deque()
        self._moved = threading.Condition()
        self._of_many = 0
        self.under_way = 0
        self.passed = 0
        self.peak = 0

    @property
    def is_full(self) -> bool:
        """Whether who comes now has to wait."""
        return self.under_way >= self.limit

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._line)

    @contextmanager
    def turn(self, *, one_of_many: bool = False) -> Iterator[None]:
        """Hold one place for the length of the block. `one_of_many`: more such passes of the same visitor will follow."""
        me = _Visit(one_of_many)
        with self._moved:
            self._line.append(me)
            is_mine = self._moved.wait_for(lambda: self._next() is me, self._patience)
            self._line.remove(me)
            self.under_way += is_mine
            self._of_many += is_mine and one_of_many
            self.passed += is_mine
            self.peak = max(self.peak, self.under_way)
            self._moved.notify_all()
        if not is_mine:
            raise Busy(
                f"The server is busy: {self.limit} forward passes are under way, the most it runs at once, and no place "
                f"became free within {self._patience:.0f} seconds. Nothing is lost: try again in a moment."
            )
        try:
            yield
        finally:
            with self._moved:
                self.under_way -= 1
                self._of_many -= one_of_many
                self._moved.notify_all()

    def _next(self) -> _Visit | None:
        """Who goes in now: the first in line that there is a place for."""
        if self.is_full:
            return None
        room = self._of_many < max(1, self.limit - 1)
        return next((visit for visit in self._line if room or not visit.one_of_many), None)
