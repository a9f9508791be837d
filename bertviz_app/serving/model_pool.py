"""Large things that all visitors share, within a budget of bytes: least recently used are let go, never one in use.

Room is made before a thing is made, so that the old and the new are not in memory together beyond the budget. Each is made in a thread of
its own, one at a time: who finds the wait too long is released with a sentence, and the making goes on for whoever comes next.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from bertviz_app.errors import Busy, TooLarge
from bertviz_app.serving.waiting import wait_for

T = TypeVar("T")


@dataclass(frozen=True)
class PooledModel:
    """One thing in the pool: its key, its bytes, and by how many it is being used."""

    key: str
    n_bytes: int
    n_users: int


class ModelPool(Generic[T]):
    """Things by key, together at most `budget` bytes. Whoever borrows one gives it back, and waits for it at most `patience` seconds."""

    def __init__(self, budget: int, patience: float = 60) -> None:
        self.budget = budget
        self._patience = patience
        self._things: OrderedDict[str, tuple[T, int]] = OrderedDict()  # the least recently used comes first
        self._users: Counter[str] = Counter()  # who waits for a thing counts as well: it is not let go before they have it
        self._coming: dict[str, Future[T]] = {}
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()
        self._made_now = ""

    @property
    def held(self) -> tuple[PooledModel, ...]:
        """What is in the pool, least recently used first."""
        with self._lock:
            return tuple(PooledModel(key, size, self._users[key]) for key, (_, size) in self._things.items())

    @property
    def n_bytes(self) -> int:
        return sum(held.n_bytes for held in self.held)

    def has(self, key: str) -> bool:
        """Whether it is there, so that nobody has to wait."""
        return key in self._things

    def borrow(
        self, key: str, make: Callable[[], T], weigh: Callable[[], int], *, tell: Callable[[], object] = lambda: None
    ) -> T:
        """The thing of that key, made if it is not there, once for all who wait for it. `weigh` says, before that, how many bytes it will take.

        `tell` is called some times a second during the wait, and may raise to end it. Raises `TooLarge` when the thing can never fit,
        `Busy` when what is in use leaves no room for it or the wait took too long, and whatever its making raised.
        """
        with self._lock:
            self._users[key] += 1
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key][0]
            coming = self._coming.get(key)
            if coming is None:
                coming = self._coming[key] = Future()
                threading.Thread(target=self._make, args=(key, make, weigh, coming), name=f"making {key}", daemon=True).start()
        try:
            return wait_for(coming, tell, patience=self._patience)
        except BaseException as error:
            self.give_back(key)
            if isinstance(error, TimeoutError) and not coming.done():
                raise Busy(self._still(key)) from None
            raise

    def give_back(self, key: str) -> None:
        """The borrower is done with it; it stays in the pool until its room is needed."""
        with self._lock:
            self._users[key] -= 1

    def _make(self, key: str, make: Callable[[], T], weigh: Callable[[], int], coming: Future[T]) -> None:
        """What the thread of one making does. Its outcome, good or bad, is what everybody gets who waits for it."""
        try:
            with self._one_at_a_time:
                self._made_now = key
                n_bytes = weigh()
                self._make_room(n_bytes)
                thing = make()
                with self._lock:
                    self._things[key] = (thing, n_bytes)
                    del self._coming[key]
        except BaseException as error:  # a panic in a library is none of Exception's, and still somebody waits
            with self._lock:
                del self._coming[key]
            coming.set_exception(error)
        else:
            coming.set_result(thing)

    def _still(self, key: str) -> str:
        if self._made_now == key:
            return (
                f"This model is still being loaded after {self._patience:.0f} seconds. The load goes on: come back in a moment, "
                "or look at another model meanwhile."
            )
        return (
            f"Another model is still being loaded after {self._patience:.0f} seconds, and models are loaded one after the other. "
            "This one is next: come back in a moment, or look at a model that is loaded."
        )

    def _make_room(self, n_bytes: int) -> None:
        if n_bytes > self.budget:
            raise TooLarge(
                f"This model needs {n_bytes / 1e6:,.0f} MB of memory, and this server gives its models {self.budget / 1e6:,.0f} MB together "
                "(INSIDE_BERT_MODEL_MEGABYTES). Choose a smaller one."
            )
        with self._lock:
            free = self.budget - sum(size for _, size in self._things.values())
            for key, (_, size) in list(self._things.items()):
                if free >= n_bytes:
                    break
                if not self._users[key]:
                    del self._things[key]
                    free += size
        if free < n_bytes:
            raise Busy(
                f"The models that others are using at this moment leave no room for this one, which needs {n_bytes / 1e6:,.0f} MB. "
                "Try again in a moment, or choose a model that is loaded."
            )
