from __future__ import annotations

import gc
import threading
import time
import weakref

import numpy as np
import pytest

from bertviz_app.errors import Busy, TooLarge
from bertviz_app.shelf import Shelf


class Thing:
    """Something large enough to count."""

    def __init__(self, n_bytes: int) -> None:
        self.body = np.zeros(n_bytes, dtype=np.uint8)


def use(shelf: Shelf[Thing], key: str, n_bytes: int = 40) -> Thing:
    thing = shelf.borrow(key, lambda: Thing(n_bytes), lambda: n_bytes)
    shelf.give_back(key)
    return thing


def test_the_same_key_is_the_same_thing():
    shelf: Shelf[Thing] = Shelf(100)
    assert use(shelf, "a") is use(shelf, "a") and shelf.n_bytes == 40


def test_the_least_recently_used_goes_first():
    shelf: Shelf[Thing] = Shelf(100)
    first = use(shelf, "a")
    use(shelf, "b")
    assert use(shelf, "a") is first
    use(shelf, "c")
    assert [held.key for held in shelf.held] == ["a", "c"] and shelf.n_bytes <= shelf.budget


def test_what_is_in_use_stays_and_the_next_one_goes():
    shelf: Shelf[Thing] = Shelf(100)
    shelf.borrow("a", lambda: Thing(40), lambda: 40)
    use(shelf, "b")
    use(shelf, "c")
    assert [(held.key, held.n_users) for held in shelf.held] == [("a", 1), ("c", 0)]


def test_no_room_beside_what_is_in_use_is_a_sentence_and_passes():
    shelf: Shelf[Thing] = Shelf(100)
    shelf.borrow("a", lambda: Thing(80), lambda: 80)
    with pytest.raises(Busy, match="no room"):
        use(shelf, "b")
    shelf.give_back("a")
    use(shelf, "b")


def test_what_can_never_fit_is_refused_before_it_is_made():
    with pytest.raises(TooLarge, match="INSIDE_BERT_MODEL_MEGABYTES"):
        Shelf(100).borrow("a", lambda: pytest.fail("it was made"), lambda: 101)


def test_a_thing_that_cannot_be_made_leaves_no_trace():
    shelf: Shelf[Thing] = Shelf(100)
    with pytest.raises(ZeroDivisionError):
        shelf.borrow("a", lambda: Thing(1 // 0), lambda: 40)
    assert shelf.held == () and use(shelf, "a")


def test_sixteen_at_once_make_it_once():
    shelf, made = Shelf(100), []

    def make() -> Thing:
        made.append(1)
        return Thing(40)

    threads = [threading.Thread(target=lambda: shelf.borrow("a", make, lambda: 40)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1] and shelf.held[0].n_users == 16


def test_what_is_let_go_is_gone():
    shelf: Shelf[Thing] = Shelf(100)
    gone = weakref.ref(use(shelf, "a"))
    use(shelf, "b", 80)
    gc.collect()
    assert gone() is None


def still_coming(shelf: Shelf[Thing], key: str, go_on: threading.Event) -> threading.Thread:
    """Somebody asks for a thing whose making waits for an event."""

    def make() -> Thing:
        assert go_on.wait(30)
        return Thing(40)

    begun = threading.Event()
    thread = threading.Thread(target=lambda: shelf.borrow(key, make, lambda: 40, tell=begun.set))
    thread.start()
    assert begun.wait(30)
    return thread


def test_who_asks_for_what_is_there_does_not_wait_for_what_is_being_made():
    shelf, go_on = Shelf(100), threading.Event()
    there = use(shelf, "there")
    thread = still_coming(shelf, "slow", go_on)
    assert use(shelf, "there") is there and not shelf.has("slow")  # the event is not set: this would wait for ever
    go_on.set()
    thread.join(30)
    assert shelf.has("slow")


@pytest.mark.parametrize(
    ("key", "said"), [("slow", "still being loaded"), ("another", "one after the other. This one is next")]
)
def test_whose_patience_runs_out_is_released_with_a_sentence_and_the_making_goes_on(key, said):
    shelf, go_on = Shelf(100, patience=0.05), threading.Event()
    with pytest.raises(Busy, match="still being loaded"):
        shelf.borrow("slow", lambda: Thing(40 if go_on.wait(30) else 0), lambda: 40)
    with pytest.raises(Busy, match=said):
        shelf.borrow(key, lambda: Thing(40), lambda: 40)
    go_on.set()
    while not shelf.has(key):
        time.sleep(0.001)
    assert {held.key: held.n_users for held in shelf.held} == {"slow": 0} | {key: 0}
    assert len(use(shelf, key).body) == 40


def test_a_wait_can_be_ended_from_within():
    class Left(BaseException):
        """Goes on to another page."""

    def leave() -> None:
        raise Left

    shelf, go_on = Shelf(100), threading.Event()
    with pytest.raises(Left):
        shelf.borrow("slow", lambda: Thing(40 if go_on.wait(30) else 0), lambda: 40, tell=leave)
    go_on.set()
    while not shelf.held:
        time.sleep(0.001)
    assert shelf.held[0].n_users == 0


def test_a_panic_reaches_everybody_who_waits():
    class Panic(BaseException):
        """What a library in another language raises."""

    def make() -> Thing:
        assert go_on.wait(30)
        raise Panic

    shelf, go_on, caught = Shelf(100), threading.Event(), []

    def ask() -> None:
        with pytest.raises(Panic):
            shelf.borrow("a", make, lambda: 40)
        caught.append(1)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert len(caught) == 3 and shelf.held == ()
