"""The garbage collector's rounds, kept short.

Streamlit has the collector look through all objects of the process after every run of a page, and every other thread stands still meanwhile: with
some visitors' pages in the caches that took more of the processor than the pages themselves. What outlives a round is therefore left out of
those that follow (`gc.freeze`), and looked through again when the rounds since then together took as long as looking through everything: half
of the collector's time at most goes into either, and what is no longer needed waits no longer for that than it must.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Mapping

OLDEST = 2  # the generation whose rounds look through everything


class ShortRounds:
    """One of `gc.callbacks`: counts the seconds of full rounds and calls `settle` when it is time. It starts with what is there now."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._began = self._spent = 0.0
        self._whole = 0.0
        self._settling = False
        self.due = threading.Event()

    def __call__(self, phase: str, info: Mapping[str, int]) -> None:
        """What the collector calls at the start and the end of each of its rounds."""
        if info["generation"] < OLDEST or self._settling:
            return
        if phase == "start":
            self._began = self._clock()
            return
        self._spent += self._clock() - self._began
        if self._spent > self._whole:
            self.due.set()  # a round within a round is none: another thread has to make it

    def settle(self) -> None:
        """Look through everything, and leave what is in use out of the rounds to come."""
        self.due.clear()
        self._settling = True
        began = self._clock()
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._whole, self._spent = self._clock() - began, 0.0
        self._settling = False

    def keep_on(self) -> None:
        """Settle whenever it is due, for ever."""
        while self.due.wait():
            self.settle()


def keep_rounds_short() -> None:
    """From now on and for the whole process, in a thread of its own."""
    rounds = ShortRounds()
    gc.callbacks.append(rounds)
    threading.Thread(target=rounds.keep_on, name="short rounds of the collector", daemon=True).start()
