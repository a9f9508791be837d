from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from typing import Any

import pytest

from bertviz_app.errors import Busy
from bertviz_app.serving.pass_queue import FairQueue, many_passes


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_never_more_than_the_limit_at_once(limit: Any) -> None:
    line, all_here = FairQueue(limit, patience=30), threading.Barrier(16)
    inside: list[int] = []

    def visit() -> None:
        all_here.wait(10)
        for _ in range(20):
            with line.turn():
                inside.append(line.under_way)

    threads = [threading.Thread(target=visit) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert line.passed == len(inside) == 16 * 20
    assert 1 <= max(inside) <= limit and line.peak <= limit
    assert line.under_way == 0 and not line.is_full


def test_as_many_as_the_limit_run_side_by_side() -> None:
    line, together = FairQueue(3, patience=10), threading.Barrier(3)

    def visit() -> None:
        with line.turn():
            together.wait(10)

    threads = [threading.Thread(target=visit) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert line.peak == 3 and not together.broken


def test_whose_patience_runs_out_is_told_so() -> None:
    line = FairQueue(1, patience=0.01)
    with line.turn():
        assert line.is_full
        with pytest.raises(Busy, match=r"1 forward passes are under way.*try again in a moment\."), line.turn():
            pytest.fail("there was no place")
    assert line.passed == 1
    with line.turn():
        pass


def test_an_error_gives_the_place_back() -> None:
    line = FairQueue(1, patience=0.01)
    for _ in range(3):
        with pytest.raises(KeyError), line.turn():
            raise KeyError
    with line.turn():
        assert line.under_way == 1
    assert line.under_way == 0


def test_who_has_many_passes_to_make_lets_the_others_in_between() -> None:
    """A long job that gives its place back and asks for the next at once comes after whoever waits already."""
    line, order = FairQueue(1, patience=30), []

    def visit(name: int) -> None:
        with line.turn():
            order.append(name)

    visitors: list[Any] = []
    for _ in range(3):
        with line.turn():
            order.append("job")
            for _ in range(2):
                visitors.append(threading.Thread(target=visit, args=(len(visitors),)))
                visitors[-1].start()
                while line.waiting < (len(visitors) - 1) % 2 + 1:
                    time.sleep(0.001)
    for visitor in visitors:
        visitor.join(30)
    assert order == ["job", 0, 1, "job", 2, 3, "job", 4, 5]


@pytest.mark.parametrize(("limit", "most"), [(1, 1), (2, 1), (3, 2)])
def test_jobs_of_many_passes_leave_one_place_to_single_ones(limit: Any, most: Any) -> None:
    line, go_on = FairQueue(limit, patience=30), threading.Event()
    inside: list[int] = []

    def job() -> None:
        with many_passes(), line.turn():
            inside.append(1)
            go_on.wait(30)

    jobs = [threading.Thread(target=job) for _ in range(4)]
    for thread in jobs:
        thread.start()
    while len(inside) < most or line.waiting < 4 - most:
        time.sleep(0.001)
    assert line.under_way == most
    if limit > 1:  # the line is long, and a single pass goes in at once
        with line.turn():
            assert line.under_way == limit and line.waiting == 4 - most
    go_on.set()
    for thread in jobs:
        thread.join(30)
    assert len(inside) == 4 and line.passed == 4 + (limit > 1) and line.under_way == 0
    with many_passes(), line.turn():
        assert line.under_way == 1


def test_a_job_whose_patience_ran_out_leaves_its_place_in_line() -> None:
    line = FairQueue(2, patience=0.01)
    with ExitStack() as held:
        with many_passes():
            held.enter_context(line.turn())
            with pytest.raises(Busy), line.turn():
                pytest.fail("that place is kept free")
        with line.turn():
            pass
    assert line.waiting == 0
    with many_passes(), line.turn():
        pass


def test_who_leaves_for_a_while_lets_others_in_and_stands_in_line_again() -> None:
    line = FairQueue(1, patience=30)
    order: list[str] = []

    def visit(name: str) -> None:
        with line.turn():
            order.append(name)

    with line.turn():
        with line.left():
            assert line.under_way == 0
            other = threading.Thread(target=visit, args=("other",))
            other.start()
            other.join(30)
        order.append("back")
        assert line.under_way == 1 and line.is_full
    assert order == ["other", "back"] and line.under_way == 0


def test_what_is_raised_while_away_goes_on_at_once_and_holds_nothing() -> None:
    line = FairQueue(1, patience=0.01)
    with pytest.raises(KeyError), line.turn(), line.left(), line.turn():  # somebody else has the place by then
        raise KeyError
    assert line.under_way == 0 and line.waiting == 0


def test_whose_patience_runs_out_on_the_way_back_holds_nothing() -> None:
    line, taken, go_on = FairQueue(1, patience=0.05), threading.Event(), threading.Event()

    def stay() -> None:
        with line.turn():
            taken.set()
            go_on.wait(30)

    other = threading.Thread(target=stay)

    def away() -> None:
        other.start()
        taken.wait(30)

    with pytest.raises(Busy), line.turn(), line.left():
        away()
    go_on.set()
    other.join(30)
    assert line.under_way == 0


def test_who_has_no_place_has_none_to_leave() -> None:
    line = FairQueue(1, patience=0.01)
    with line.left():
        assert line.under_way == 0
    assert line.passed == 0


def test_the_sentence_says_what_is_under_way() -> None:
    line = FairQueue(1, patience=0.01, what="pages")
    with line.turn(), pytest.raises(Busy, match="1 pages are under way"), line.turn():
        pass
