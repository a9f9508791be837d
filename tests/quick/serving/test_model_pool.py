from __future__ import annotations

import gc
import threading
import time
import weakref
from typing import Any

import numpy as np
import pytest

from bertviz_app.errors import Busy, TooLarge
from bertviz_app.serving.model_pool import ModelPool


class Thing:
    """Something large enough to count."""

    def __init__(self, n_bytes: int) -> None:
        self.body = np.zeros(n_bytes, dtype=np.uint8)


def use(pool: ModelPool[Thing], key: str, n_bytes: int = 40) -> Thing:
    thing = pool.borrow(key, lambda: Thing(n_bytes), lambda: n_bytes)
    pool.give_back(key)
    return thing


def test_the_same_key_is_the_same_thing() -> None:
    pool: ModelPool[Thing] = ModelPool(100)
    assert use(pool, "a") is use(pool, "a") and pool.n_bytes == 40


def test_the_least_recently_used_goes_first() -> None:
    pool: ModelPool[Thing] = ModelPool(100)
    first = use(pool, "a")
    use(pool, "b")
    assert use(pool, "a") is first
    use(pool, "c")
    assert [held.key for held in pool.held] == ["a", "c"] and pool.n_bytes <= pool.budget


def test_what_is_in_use_stays_and_the_next_one_goes() -> None:
    pool: ModelPool[Thing] = ModelPool(100)
    pool.borrow("a", lambda: Thing(40), lambda: 40)
    use(pool, "b")
    use(pool, "c")
    assert [(held.key, held.n_users) for held in pool.held] == [("a", 1), ("c", 0)]


def test_no_room_beside_what_is_in_use_is_a_sentence_and_passes() -> None:
    pool: ModelPool[Thing] = ModelPool(100)
    pool.borrow("a", lambda: Thing(80), lambda: 80)
    with pytest.raises(Busy, match="no room"):
        use(pool, "b")
    pool.give_back("a")
    use(pool, "b")


def test_what_can_never_fit_is_refused_before_it_is_made() -> None:
    with pytest.raises(TooLarge, match="INSIDE_BERT_MODEL_MEGABYTES"):
        ModelPool(100).borrow("a", lambda: pytest.fail("it was made"), lambda: 101)


def test_a_thing_that_cannot_be_made_leaves_no_trace() -> None:
    pool: ModelPool[Thing] = ModelPool(100)
    with pytest.raises(ZeroDivisionError):
        pool.borrow("a", lambda: Thing(1 // 0), lambda: 40)
    assert pool.held == () and use(pool, "a")


def test_sixteen_at_once_make_it_once() -> None:
    pool: ModelPool[Any] = ModelPool(100)
    made = []

    def make() -> Thing:
        made.append(1)
        return Thing(40)

    threads = [threading.Thread(target=lambda: pool.borrow("a", make, lambda: 40)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1] and pool.held[0].n_users == 16


def test_what_is_let_go_is_gone() -> None:
    pool: ModelPool[Thing] = ModelPool(100)
    gone = weakref.ref(use(pool, "a"))
    use(pool, "b", 80)
    gc.collect()
    assert gone() is None


def still_coming(pool: ModelPool[Thing], key: str, go_on: threading.Event) -> threading.Thread:
    """Somebody asks for a thing whose making waits for an event."""

    def make() -> Thing:
        assert go_on.wait(30)
        return Thing(40)

    begun = threading.Event()
    thread = threading.Thread(target=lambda: pool.borrow(key, make, lambda: 40, tell=begun.set))
    thread.start()
    assert begun.wait(30)
    return thread


def test_who_asks_for_what_is_there_does_not_wait_for_what_is_being_made() -> None:
    pool: ModelPool[Any] = ModelPool(100)
    go_on = threading.Event()
    there = use(pool, "there")
    thread = still_coming(pool, "slow", go_on)
    assert use(pool, "there") is there and not pool.has("slow")  # the event is not set: this would wait for ever
    go_on.set()
    thread.join(30)
    assert pool.has("slow")


@pytest.mark.parametrize(
    ("key", "said"), [("slow", "still being loaded"), ("another", "one after the other. This one is next")]
)
def test_whose_patience_runs_out_is_released_with_a_sentence_and_the_making_goes_on(key: Any, said: Any) -> None:
    pool: ModelPool[Any] = ModelPool(100, patience=0.05)
    go_on = threading.Event()
    with pytest.raises(Busy, match="still being loaded"):
        pool.borrow("slow", lambda: Thing(40 if go_on.wait(30) else 0), lambda: 40)
    with pytest.raises(Busy, match=said):
        pool.borrow(key, lambda: Thing(40), lambda: 40)
    go_on.set()
    while not pool.has(key):
        time.sleep(0.001)
    assert {held.key: held.n_users for held in pool.held} == {"slow": 0} | {key: 0}
    assert len(use(pool, key).body) == 40


def test_a_wait_can_be_ended_from_within() -> None:
    class Left(BaseException):
        """Goes on to another page."""

    def leave() -> None:
        raise Left

    pool: ModelPool[Any] = ModelPool(100)
    go_on = threading.Event()
    with pytest.raises(Left):
        pool.borrow("slow", lambda: Thing(40 if go_on.wait(30) else 0), lambda: 40, tell=leave)
    go_on.set()
    while not pool.held:
        time.sleep(0.001)
    assert pool.held[0].n_users == 0


def test_a_panic_reaches_everybody_who_waits() -> None:
    class Panic(BaseException):
        """What a library in another language raises."""

    def make() -> Thing:
        assert go_on.wait(30)
        raise Panic

    pool: ModelPool[Any] = ModelPool(100)
    go_on, caught = threading.Event(), []

    def ask() -> None:
        with pytest.raises(Panic):
            pool.borrow("a", make, lambda: 40)
        caught.append(1)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert len(caught) == 3 and pool.held == ()
