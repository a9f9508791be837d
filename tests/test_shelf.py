from __future__ import annotations

import gc
import threading
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
    thing = shelf.borrow(key, lambda: Thing(n_bytes), n_bytes)
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
    shelf.borrow("a", lambda: Thing(40), 40)
    use(shelf, "b")
    use(shelf, "c")
    assert [(held.key, held.n_users) for held in shelf.held] == [("a", 1), ("c", 0)]


def test_no_room_beside_what_is_in_use_is_a_sentence_and_passes():
    shelf: Shelf[Thing] = Shelf(100)
    shelf.borrow("a", lambda: Thing(80), 80)
    with pytest.raises(Busy, match="no room"):
        use(shelf, "b")
    shelf.give_back("a")
    use(shelf, "b")


def test_what_can_never_fit_is_refused_before_it_is_made():
    with pytest.raises(TooLarge, match="INSIDE_BERT_MODEL_MEGABYTES"):
        Shelf(100).borrow("a", lambda: pytest.fail("it was made"), 101)


def test_a_thing_that_cannot_be_made_leaves_no_trace():
    shelf: Shelf[Thing] = Shelf(100)
    with pytest.raises(ZeroDivisionError):
        shelf.borrow("a", lambda: Thing(1 // 0), 40)
    assert shelf.held == () and use(shelf, "a")


def test_sixteen_at_once_make_it_once():
    shelf, made = Shelf(100), []

    def make() -> Thing:
        made.append(1)
        return Thing(40)

    threads = [threading.Thread(target=lambda: shelf.borrow("a", make, 40)) for _ in range(16)]
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
