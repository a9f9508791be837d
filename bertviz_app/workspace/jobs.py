"""Jobs: whatever makes many passes. How long one takes is foreseen, all who wait for it see how far it is and can leave, its result is kept.

A job runs in a thread of its own, which belongs to no visitor. Who asks for one that is under way joins in the wait for it. Stop, going on
to another page, and closing the browser release the one who does so; a job that nobody waits for any more ends at its next step.
"""

from __future__ import annotations

import math
import pickle
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st
from cachetools import LRUCache

from bertviz_app import settings
from bertviz_app.serving.pass_queue import many_passes
from bertviz_app.serving.waiting import wait_for
from bertviz_app.workspace import caches, costs, session

T = TypeVar("T")
Progress = Callable[[float], object]  # is told the share that is done, between two steps

GRACE = 2.0  # seconds that a job goes on without anybody: a click on its page ends one run, and the next asks for it again
AT_ONCE = 3.0  # seconds: what takes less is not asked about, where it is all that a page has to show
OPENING = 20.0  # seconds: nor what a page opens with, on a machine that is busy at the moment
SHOWN_AFTER = 0.5  # seconds: what is over sooner needs no bar


@dataclass(frozen=True, eq=False)
class Job(Generic[T]):
    """Many passes, told apart from other jobs by the function that makes them and what that is given.

    doing      what the bar says
    work       called with the arguments and, last, what is to be told the share done between two steps. Knows nothing of Streamlit
    arguments  models, records and plain values, as for `caches.once`
    seconds    how long it will take, as it looks at this moment
    keep       whether the result is kept; not, where its parts are kept elsewhere
    """

    doing: str
    work: Callable[..., T]
    arguments: tuple[Any, ...]
    seconds: float
    keep: bool = True

    @property
    def key(self) -> Hashable:
        """What it is told apart by, as plain values."""
        return caches.key_of(self.work, *self.arguments)


class Stopped(BaseException):
    """Raised within a job, at one of its steps, when nobody waits for it any more."""


class Halted(Exception):
    """Raised where a page cannot go on without a job that its visitor has stopped; the button to start it again is on the screen."""


class Run:
    """One job under way: how far it is, and who waits for it."""

    def __init__(self) -> None:
        self.outcome: Future[Any] = Future()
        self.began = self.left_at = time.monotonic()
        self.share = 0.0
        self.n_waiting = 0

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.began

    def line(self, doing: str) -> str:
        """What is done and, once that can be told, how long it will take from here."""
        if self.seconds < 2 or not 0 < self.share < 1:
            return doing
        return f"{doing}: {costs.duration(self.seconds / self.share * (1 - self.share))} left"


finished: LRUCache[object, Any] = LRUCache(
    settings.current().cache_megabytes * 125_000, getsizeof=lambda found: len(pickle.dumps(found))
)
under_way: dict[Hashable, Run] = {}
_lock = threading.Lock()


def at_hand(job: Job[Any]) -> bool:
    """Whether the result is there, so that nobody has to wait."""
    return job.key in finished


def asked(job: Job[Any], key: str, label: str, *, unasked: float = 0.0) -> bool:
    """Whether the job was asked for in this session, or its result is at hand; if neither, a button that says how long it will take.

    `key` names the place on the page: another job that is asked for there takes the place of this one. What takes less than `unasked`
    seconds starts by itself: `AT_ONCE` where the page has nothing else to show, `OPENING` where it opens with this.
    """
    if at_hand(job) or _choice(key) == (job.key, True):
        return True
    if job.seconds < unasked and _choice(key) != (job.key, False):
        return True
    return _offered(job, key, label, button=key)


def result(job: Job[T], key: str) -> T:
    """What the job gives: at once if it was done before, else after a bar with a button to leave. Raises what the job raises.

    Raises `Halted` while this visitor has stopped it, with a button on the screen that starts it again.
    """
    if not at_hand(job) and _choice(key) == (job.key, False) and not _offered(job, key, "Start again", button=f"again_{key}"):
        raise Halted
    place = st.empty()
    drawn: list[Any] = []

    def tell(run: Run) -> None:
        if not drawn and max(run.seconds, job.seconds) >= SHOWN_AFTER:
            with place.container(horizontal=True, vertical_alignment="center"):
                drawn.append(st.progress(run.share, text=job.doing))
                st.button("Stop", key=f"stop_{key}", on_click=_stop, args=(key, job.key))
        if drawn:
            drawn[0].progress(run.share, text=run.line(job.doing))
        else:
            place.empty()  # a click of the visitor is noticed where something is drawn

    with caches.runs.left():
        found = awaited(job, tell)
    place.empty()
    return found


def awaited(job: Job[T], tell: Callable[[Run], object]) -> T:
    """What the job gives, started if nobody has; `tell` is called some times a second meanwhile, and may raise to leave."""
    key = job.key
    with _lock:
        if key in finished:
            return finished[key]
        run = under_way.get(key)
        if run is None:
            run = under_way[key] = Run()
            threading.Thread(target=_work, args=(job, key, run), name=job.doing, daemon=True).start()
        run.n_waiting += 1
    try:
        return wait_for(run.outcome, lambda: tell(run))
    finally:
        with _lock:
            run.n_waiting -= 1
            run.left_at = max(run.left_at, time.monotonic())


def part_of(progress: Progress, job: Job[T], start: float, share: float) -> T:
    """What another job gives, within a job: its share of the whole, of which so much is done before."""
    return awaited(job, lambda run: progress(start + share * run.share))


def _work(job: Job[Any], key: Hashable, run: Run) -> None:
    """What the thread of a job does. Its outcome, good or bad, is what everybody gets who waits for it."""

    def progress(share: float) -> None:
        run.share = min(1.0, max(0.0, share))
        with _lock:
            if not run.n_waiting and time.monotonic() - run.left_at > GRACE:
                del under_way[key]  # who asks for it from now on starts it anew
                raise Stopped

    try:
        with many_passes():
            found = job.work(*job.arguments, progress)
    except BaseException as error:  # a panic in a library is none of Exception's, and still somebody waits
        with _lock:
            if under_way.get(key) is run:
                del under_way[key]
        run.outcome.set_exception(error)
        return
    with _lock:
        del under_way[key]
        if job.keep and finished.getsizeof(found) <= finished.maxsize:
            finished[key] = found
    run.outcome.set_result(found)


def _offered(job: Job[Any], key: str, label: str, *, button: str) -> bool:
    """A button that says how long the job will take, and before it, where that is so, that this visitor has stopped it. Whether it was pressed."""
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        if _choice(key) == (job.key, False):
            st.caption(f"{job.doing}: stopped.", width="content")
        pressed = st.button(f"{label} ({costs.duration(job.seconds)})", type="primary", key=button)
    if pressed:
        _choose(key, job.key, True)
        place.empty()
    return pressed


def _stop(key: str, job_key: Hashable) -> None:
    """The visitor leaves, and does not come back with the next run; if nobody else waits, the job need not go on."""
    _choose(key, job_key, False)
    with _lock:
        run = under_way.get(job_key)
        if run and not run.n_waiting:
            run.left_at = -math.inf


def _choice(key: str) -> tuple[Hashable, bool] | None:
    """The job that this visitor chose last in a place of a page, and whether it was asked for or stopped."""
    return session.JOBS.value().get(key)


def _choose(key: str, job_key: Hashable, wanted: bool) -> None:
    session.JOBS.put({**session.JOBS.value(), key: (job_key, wanted)})
