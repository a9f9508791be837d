"""Jobs: joined, seen, left, stopped, kept; and nothing else makes many passes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cachetools import LRUCache

from bertviz_app.serving.pass_queue import FairQueue
from bertviz_app.workspace import jobs
from bertviz_app.workspace.jobs import Job, Stopped

GATES: dict[str, threading.Event] = {}
SEEN: list[object] = []


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(jobs, "finished", LRUCache(1_000_000, getsizeof=lambda found: len(repr(found))))
    monkeypatch.setattr(jobs, "GRACE", 0.05)
    GATES.clear()
    SEEN.clear()
    yield
    for gate in GATES.values():
        gate.set()


def gated(name: Any, progress: Any) -> Any:
    """Half of the work, then what comes after a gate was opened."""
    SEEN.append(name)
    progress(0.5)
    while not GATES[name].wait(0.01):
        progress(0.5)
    return f"{name} done"


def job(name: Any, work: Any = gated) -> Any:
    GATES.setdefault(name, threading.Event())
    return Job(f"Doing {name}", work, (name,), 1)


class Left(BaseException):
    """A visitor goes on to another page."""


class Visitor:
    """Somebody who waits for a job in a thread: the shares seen, and what came of it. `leave` ends the wait from their side."""

    def __init__(self, one: Job[Any]) -> None:
        self.shares: list[float] = []
        self.came: list[object] = []
        self.leave = threading.Event()
        self.half = threading.Event()
        self.thread = threading.Thread(target=self._wait, args=(one,), daemon=True)
        self.thread.start()

    def _wait(self, one: Job[Any]) -> None:
        try:
            self.came.append(jobs.awaited(one, self._look))
        except BaseException as error:
            self.came.append(error)

    def _look(self, run: jobs.Run) -> None:
        self.shares.append(run.share)
        if run.share == 0.5:
            self.half.set()
        if self.leave.is_set():
            raise Left

    def end(self) -> object:
        self.thread.join(30)
        return self.came[0]


def test_all_who_wait_for_a_job_see_how_far_it_is_and_it_is_done_once() -> None:
    visitors = [Visitor(job("a")) for _ in range(3)]
    assert all(visitor.half.wait(30) for visitor in visitors)
    GATES["a"].set()
    assert [visitor.end() for visitor in visitors] == ["a done"] * 3 and SEEN == ["a"]
    assert jobs.at_hand(job("a")) and not jobs.under_way
    assert jobs.awaited(job("a"), lambda run: pytest.fail("there is nothing to wait for")) == "a done"


def test_who_leaves_releases_nobody_but_themselves() -> None:
    one, other = Visitor(job("a")), Visitor(job("a"))
    assert one.half.wait(30) and other.half.wait(30)
    one.leave.set()
    assert isinstance(one.end(), Left)
    time.sleep(3 * jobs.GRACE)
    assert other.thread.is_alive() and len(jobs.under_way) == 1
    GATES["a"].set()
    assert other.end() == "a done" and SEEN == ["a"]


def test_a_job_that_nobody_waits_for_ends_at_its_next_step_and_can_be_asked_for_again() -> None:
    visitor = Visitor(job("a"))
    assert visitor.half.wait(30)
    visitor.leave.set()
    assert isinstance(visitor.end(), Left)
    while jobs.under_way:
        time.sleep(0.001)
    assert not GATES["a"].is_set() and not jobs.at_hand(job("a"))
    again = Visitor(job("a"))
    assert again.half.wait(30)
    GATES["a"].set()
    assert again.end() == "a done" and SEEN == ["a", "a"]


def test_who_comes_back_at_once_finds_the_job_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "GRACE", 60)
    visitor = Visitor(job("a"))
    assert visitor.half.wait(30)
    visitor.leave.set()
    visitor.end()
    again = Visitor(job("a"))
    assert again.half.wait(30)
    GATES["a"].set()
    assert again.end() == "a done" and SEEN == ["a"]


def test_two_jobs_do_not_wait_for_each_other() -> None:
    slow, quick = Visitor(job("slow")), Visitor(job("quick"))
    GATES["quick"].set()
    assert quick.end() == "quick done" and slow.thread.is_alive()


class Panic(BaseException):
    """What a library that is written in Rust raises."""


def broken(name: Any, progress: Any) -> None:
    progress(0.5)
    GATES[name].wait(30)
    raise {"a": KeyError, "b": Panic}[name](name)


@pytest.mark.parametrize(("name", "raised"), [("a", KeyError), ("b", Panic)])
def test_what_a_job_raises_reaches_all_who_wait_and_is_not_kept(name: Any, raised: Any) -> None:
    visitors = [Visitor(job(name, broken)) for _ in range(3)]
    assert all(visitor.half.wait(30) for visitor in visitors)
    GATES[name].set()
    assert all(isinstance(visitor.end(), raised) for visitor in visitors)
    assert not jobs.at_hand(job(name, broken)) and not jobs.under_way


def test_a_result_that_is_larger_than_all_that_is_kept_is_handed_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "finished", LRUCache(3, getsizeof=lambda found: len(repr(found))))
    GATES["a"] = threading.Event()
    GATES["a"].set()
    assert jobs.awaited(job("a"), lambda run: None) == "a done" and not jobs.finished


def twice(progress: Any) -> Any:
    return [jobs.part_of(progress, job(name), start, 0.5) for name, start in (("a", 0.0), ("b", 0.5))]


def test_a_part_of_a_job_counts_as_its_share_and_is_kept_for_others() -> None:
    whole = Visitor(Job("Both", twice, (), 1))
    while 0.25 not in whole.shares:
        time.sleep(0.001)
    GATES["a"].set()
    while 0.75 not in whole.shares:
        time.sleep(0.001)
    GATES["b"].set()
    assert whole.end() == ["a done", "b done"] and jobs.at_hand(job("a"))


def test_a_part_ends_with_the_whole_that_nobody_waits_for() -> None:
    whole = Visitor(Job("Both", twice, (), 1))
    while 0.25 not in whole.shares:
        time.sleep(0.001)
    whole.leave.set()
    assert isinstance(whole.end(), Left)
    while jobs.under_way:
        time.sleep(0.001)


def of_many(line: Any, progress: Any) -> Any:
    with line.turn():
        return line._of_many


def test_whatever_turn_a_job_takes_is_one_of_many() -> None:
    line = FairQueue(2, patience=10)
    assert jobs.awaited(Job("A turn", of_many, (line,), 1), lambda run: None) == 1
    with line.turn():
        assert line._of_many == 0


def test_stopped_is_no_error_that_somebody_could_catch_by_accident() -> None:
    assert not issubclass(Stopped, Exception)


def test_how_long_it_will_still_take_is_said_once_it_can_be_told() -> None:
    run = jobs.Run()
    assert run.line("Reading") == "Reading"
    run.share, run.began = 0.25, time.monotonic() - 10
    assert run.line("Reading") == "Reading: about 30 s left"
