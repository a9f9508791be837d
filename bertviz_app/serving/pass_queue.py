"""Bounds how many forward passes run at once, over all visitors and all models.

A forward pass cannot be interrupted, and two of them on two cores already take twice as long each: past a few, everybody
waits for everybody. So the rest wait in line, are told so, and give up with a sentence when it takes too long.

The line is served in the order of arrival. A semaphore would not do: who has many passes to make gives its place back and takes it
again before whoever waits has woken up, and one long job would lock everybody out. And jobs of many passes never take the last place:
two of them would make everybody else wait for a portion of theirs each time, which for long texts is a quarter of a second. Whether a
turn is one of many is not for the pass to say, which cannot know, but for the job around it: see `many_passes`.
"""

from __future__ import annotations

import functools
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bertviz_app import settings
from bertviz_app.errors import Busy

_many: ContextVar[bool] = ContextVar("one of many passes", default=False)


@contextmanager
def many_passes() -> Iterator[None]:
    """Every turn that this thread takes within the block is one of many."""
    token = _many.set(True)
    try:
        yield
    finally:
        _many.reset(token)


@dataclass(eq=False)
class _Visit:
    one_of_many: bool
    inside: bool = False


class FairQueue:
    """At most `limit` holders at a time; the others wait up to `patience` seconds, then `Busy` is raised.

    Where there are several places, one is kept free of passes that are one of many. `what` is held, in words, for the sentence.
    """

    def __init__(self, limit: int, patience: float, *, what: str = "forward passes") -> None:
        self.limit = limit
        self._patience = patience
        self._what = what
        self._line: deque[_Visit] = deque()
        self._moved = threading.Condition()
        self._mine = threading.local()
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
    def turn(self) -> Iterator[None]:
        """Hold one place for the length of the block. Raises `Busy` when none became free in time."""
        me = _Visit(_many.get())
        self._enter(me)
        outer, self._mine.visit = getattr(self._mine, "visit", None), me
        try:
            yield
        finally:
            self._mine.visit = outer
            if me.inside:
                self._leave(me)

    @contextmanager
    def left(self) -> Iterator[None]:
        """Within this thread's turn, if it has one: give the place back for the length of a wait, and stand in line again after it.

        Raises `Busy` as `turn` does. What is raised within the block goes on at once, without a place.
        """
        me = getattr(self._mine, "visit", None)
        if me is None or not me.inside:
            yield
            return
        self._leave(me)
        yield
        self._enter(me)

    def _enter(self, me: _Visit) -> None:
        with self._moved:
            self._line.append(me)
            me.inside = self._moved.wait_for(lambda: self._next() is me, self._patience)
            self._line.remove(me)
            self.under_way += me.inside
            self._of_many += me.inside and me.one_of_many
            self.passed += me.inside
            self.peak = max(self.peak, self.under_way)
            self._moved.notify_all()
        if not me.inside:
            raise Busy(
                f"The server is busy: {self.limit} {self._what} are under way, the most it runs at once, and no place "
                f"became free within {self._patience:.0f} seconds. Nothing is lost: try again in a moment."
            )

    def _leave(self, me: _Visit) -> None:
        with self._moved:
            me.inside = False
            self.under_way -= 1
            self._of_many -= me.one_of_many
            self._moved.notify_all()

    def _next(self) -> _Visit | None:
        """Who goes in now: the first in line that there is a place for."""
        if self.is_full:
            return None
        room = self._of_many < max(1, self.limit - 1)
        return next((visit for visit in self._line if room or not visit.one_of_many), None)


@functools.cache
def pass_queue() -> FairQueue:
    """The one line that every forward pass of this process waits in."""
    limits = settings.current()
    return FairQueue(limits.max_forwards, limits.patience_seconds)


pass_queue()  # made while this module is: two first visitors at the same moment would make two of them
