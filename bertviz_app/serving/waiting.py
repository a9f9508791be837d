"""Waiting for what another thread does, without being deaf meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

T = TypeVar("T")

TICK = 0.1  # seconds between two looks


def wait_for(future: Future[T], tell: Callable[[], object], *, patience: float | None = None) -> T:
    """The result of a future, or what it raised. Raises `TimeoutError` when it is not done after so many seconds.

    `tell` is called at every look: it shows how far things are, and it may raise to end the wait, which does not touch the work.
    """
    until = None if patience is None else time.monotonic() + patience
    while not future.done():
        if until is not None and time.monotonic() >= until:
            raise TimeoutError
        tell()
        wait([future], TICK)
    return future.result()
