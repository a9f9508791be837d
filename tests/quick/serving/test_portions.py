from __future__ import annotations

from typing import Any

import pytest

from bertviz_app.serving import portions
from bertviz_app.serving.portions import Portions


def sizes(monkeypatch: pytest.MonkeyPatch, seconds_each: Any, n: Any = 60, **limits: Any) -> Any:
    """How large each slice is when one thing takes so long."""
    clock, found = [0.0], []
    monkeypatch.setattr(portions.time, "perf_counter", lambda: clock[0])
    slices = Portions(n, **limits)
    for rows in slices:
        found.append(rows.stop - rows.start)
        with slices.timed():
            clock[0] += seconds_each(rows) * found[-1]
    return found


def test_quick_things_are_taken_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sizes(monkeypatch, lambda rows: 0.001) == [1, 2, 4, 8, 16, 16, 13]


def test_no_slice_takes_longer_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sizes(monkeypatch, lambda rows: 0.0149, n=20) == [1, 2, 4, 4, 4, 4, 1]
    assert sizes(monkeypatch, lambda rows: 1.0, n=3) == [1, 1, 1]


def test_one_that_was_held_up_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sizes(monkeypatch, lambda rows: 5.0 if rows.start == 0 else 0.001, n=32) == [1, 1, 2, 4, 8, 16]


def test_the_slices_are_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in (0, 1, 15, 16, 17):
        assert sum(sizes(monkeypatch, lambda rows: 0.01, n=n, most=8)) == n
