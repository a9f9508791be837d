"""Large things that all visitors share, within a budget of bytes: least recently used are let go, never one in use.

Room is made before a thing is made, so that the old and the new are not in memory together beyond the budget.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bertviz_app.errors import Busy, TooLarge

T = TypeVar("T")


@dataclass(frozen=True)
class Held:
    """One thing on the shelf: its key, its bytes, and by how many it is being used."""

    key: str
    n_bytes: int
    n_users: int


class Shelf(Generic[T]):
    """Things by key, together at most `budget` bytes. Whoever borrows one gives it back."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._things: OrderedDict[str, tuple[T, int]] = OrderedDict()  # the least recently used comes first
        self._users: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._making = threading.Lock()

    @property
    def held(self) -> tuple[Held, ...]:
        """What is on the shelf, least recently used first."""
        with self._lock:
            return tuple(Held(key, size, self._users[key]) for key, (_, size) in self._things.items())

    @property
    def n_bytes(self) -> int:
        return sum(held.n_bytes for held in self.held)

    def borrow(self, key: str, make: Callable[[], T], n_bytes: int) -> T:
        """The thing of that key, made if it is not there: `make` is called at most once at a time, over all keys.

        `n_bytes` is what it will take. Raises `TooLarge` when it can never fit, `Busy` when what is in use leaves no room for it.
        """
        if (found := self._taken(key)) is not None:
            return found
        with self._making:
            if (found := self._taken(key)) is not None:  # another visitor's wait was for the same thing
                return found
            self._make_room(n_bytes)
            thing = make()
            with self._lock:
                self._things[key] = (thing, n_bytes)
                self._users[key] += 1
        return thing

    def give_back(self, key: str) -> None:
        """The borrower is done with it; it stays on the shelf until its room is needed."""
        with self._lock:
            self._users[key] -= 1

    def _taken(self, key: str) -> T | None:
        with self._lock:
            if key not in self._things:
                return None
            self._things.move_to_end(key)
            self._users[key] += 1
            return self._things[key][0]

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
