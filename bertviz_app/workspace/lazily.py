"""`lazily`: a property that is computed once, without a lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class lazily(Generic[T]):
    """A property computed when it is first asked for, and once. A run of a page belongs to one thread, and so it takes no lock.

    `functools.cached_property` takes one, in Python 3.11 the same for all instances of a class: every visitor would wait for the slowest.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> T:
        value = instance.__dict__[self._name] = self._compute(instance)  # from now on this is what is found first
        return value
