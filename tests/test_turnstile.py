from __future__ import annotations

import threading

import pytest

from bertviz_app.errors import Busy
from bertviz_app.turnstile import Turnstile


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_never_more_than_the_limit_at_once(limit):
    line, all_here = Turnstile(limit, patience=30), threading.Barrier(16)
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


def test_as_many_as_the_limit_run_side_by_side():
    line, together = Turnstile(3, patience=10), threading.Barrier(3)

    def visit() -> None:
        with line.turn():
            together.wait(10)

    threads = [threading.Thread(target=visit) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert line.peak == 3 and not together.broken


def test_whose_patience_runs_out_is_told_so():
    line = Turnstile(1, patience=0.01)
    with line.turn():
        assert line.is_full
        with pytest.raises(Busy, match=r"1 forward passes are under way.*try again in a moment\."), line.turn():
            pytest.fail("there was no place")
    assert line.passed == 1
    with line.turn():
        pass


def test_an_error_gives_the_place_back():
    line = Turnstile(1, patience=0.01)
    for _ in range(3):
        with pytest.raises(KeyError), line.turn():
            raise KeyError
    with line.turn():
        assert line.under_way == 1
    assert line.under_way == 0
