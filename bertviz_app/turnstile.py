"""Bounds how many forward passes run at once, over all visitors and all models.

A forward pass cannot be interrupted, and two of them on two cores already take twice as long each: past a few, everybody
waits for everybody. So the rest wait in line, are told so, and give up with a sentence when it takes too long.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bertviz_app.errors import Busy


class Turnstile:
    """At most `limit` holders at a time; the others wait up to `patience` seconds, then `Busy` is raised."""

    def __init__(self, limit: int, patience: float) -> None:
        self.limit = limit
        self._patience = patience
        self._places = threading.BoundedSemaphore(limit)
        self._count = threading.Lock()
        self.under_way = 0
        self.passed = 0
        self.peak = 0

    @property
    def is_full(self) -> bool:
        """Whether who comes now has to wait."""
        return self.under_way >= self.limit

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold one place for the length of the block."""
        if not self._places.acquire(timeout=self._patience):
            raise Busy(
                f"The server is busy: {self.limit} forward passes are under way, the most it runs at once, and no place "
                f"became free within {self._patience:.0f} seconds. Nothing is lost: try again in a moment."
            )
        with self._count:
            self.under_way += 1
            self.passed += 1
            self.peak = max(self.peak, self.under_way)
        try:
            yield
        finally:
            with self._count:
                self.under_way -= 1
            self._places.release()
