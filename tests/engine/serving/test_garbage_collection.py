"""The collector's rounds: what is in use is left out of them, what is not is found all the same, and neither costs more than the other."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from loops import in_a_loop

from bertviz_app.commands import server
from bertviz_app.serving.garbage_collection import ShortRounds
from bertviz_app.workspace import caches


@pytest.fixture(autouse=True)
def as_before() -> Iterator[Any]:
    was_frozen = gc.get_freeze_count() > 0
    yield
    gc.unfreeze()
    if was_frozen:
        gc.collect()
        gc.freeze()


class Thing:
    """Something that only the collector can let go: it holds itself."""

    def __init__(self) -> None:
        self.itself = self


def n_looked_through() -> int:
    """How many objects the next full round has to look at."""
    return len(gc.get_objects())


def test_what_is_in_use_is_left_out_of_the_rounds_that_follow() -> None:
    things = [Thing() for _ in range(10_000)]
    before = n_looked_through()
    ShortRounds().settle()
    assert n_looked_through() < before / 10 and gc.get_freeze_count() > len(things)


def test_what_is_thrown_away_between_two_settlings_is_let_go_in_the_next_round() -> None:
    ShortRounds().settle()
    seen = weakref.ref(Thing())
    gc.collect()
    assert seen() is None


def test_what_was_in_use_at_one_settling_and_is_no_more_is_let_go_at_the_next() -> None:
    rounds, thing = ShortRounds(), Thing()
    rounds.settle()
    seen = weakref.ref(thing)
    del thing
    gc.collect()
    assert seen() is not None  # it was left out
    rounds.settle()
    assert seen() is None


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def full_round(rounds: ShortRounds, clock: Clock, seconds: float, generation: int = 2) -> bool:
    rounds("start", {"generation": generation})
    clock.now += seconds
    rounds("stop", {"generation": generation})
    return rounds.due.is_set()


def test_it_settles_when_the_rounds_took_as_long_as_looking_through_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    rounds = ShortRounds(clock)
    assert full_round(rounds, clock, 0.1)  # at first it is not known how long that takes

    def everything() -> None:
        clock.now += 1.0
        rounds("start", {"generation": 2})  # its own round does not count
        rounds("stop", {"generation": 2})

    monkeypatch.setattr("bertviz_app.serving.garbage_collection.gc.collect", everything)
    rounds.settle()
    assert not rounds.due.is_set()
    assert not any(full_round(rounds, clock, 5.0, generation) for generation in (0, 1))
    assert [full_round(rounds, clock, 0.3) for _ in range(4)] == [False, False, False, True]
    rounds.settle()
    assert not full_round(rounds, clock, 0.9)


def test_the_server_keeps_its_rounds_short_once_the_first_model_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    order, done = [], threading.Event()
    first = threading.Thread(target=lambda: order.append("the model"))
    first.start()
    monkeypatch.setattr(caches, "warm_up", lambda: first)
    monkeypatch.setattr(server, "FIRST_VISITOR", 0.0)
    monkeypatch.setattr(server, "keep_rounds_short", lambda: (order.append("the rounds"), done.set()))

    async def start() -> None:
        async with server.lifespan(None):
            await asyncio.to_thread(done.wait, 30)

    in_a_loop(start())
    assert order == ["the model", "the rounds"]
