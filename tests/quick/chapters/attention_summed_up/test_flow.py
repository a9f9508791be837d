from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from bertviz_app.chapters.attention_summed_up import flow as lens
from bertviz_app.chapters.attention_summed_up import rollout
from bertviz_app.serving.pass_queue import FairQueue

BY_HAND = np.array([[[0.6, 0.4], [0.2, 0.8]], [[0.7, 0.3], [0.5, 0.5]]])


def softmax_layers(n_layers: int, n: int) -> np.ndarray:
    attentions = np.exp(2 * np.random.default_rng(n).standard_normal((n_layers, 2, n, n)))
    return rollout.with_residual((attentions / attentions.sum(axis=-1, keepdims=True)).astype(np.float32))


def by_linear_programming(mixed: np.ndarray, query: int, key: int) -> float:
    """The most that leaves the source, where every other node gives away what it gets, and no pipe carries more than its width."""
    n_layers, n, _ = mixed.shape
    pipes = [
        ((layer + 1) * n + i, layer * n + j, mixed[layer, i, j])
        for layer in range(n_layers)
        for i in range(n)
        for j in range(n)
    ]
    source, sink = n_layers * n + query, key
    inner = [node for node in range((n_layers + 1) * n) if node not in (source, sink)]
    balance = np.array([[(start == node) - (0 + (end == node)) for start, end, _ in pipes] for node in inner], dtype=float)
    leaves = np.array([float(start == source) for start, _, _ in pipes])
    found = linprog(-leaves, A_eq=balance, b_eq=np.zeros(len(inner)), bounds=[(0, width) for *_, width in pipes])
    assert found.success
    return -found.fun


def test_flows_by_hand() -> None:
    """To token 1: min(.7, .6) + min(.3, .2) = .8 and min(.5, .6) + min(.5, .2) = .7. To token 2: .4 + .3 = .7 and .4 + .5 = .9."""
    np.testing.assert_allclose(lens.flows(BY_HAND), [[0.8, 0.7], [0.7, 0.9]], atol=1e-7)


@pytest.mark.parametrize("n_layers, n", [(1, 3), (2, 4), (3, 4)])
def test_flows_equal_those_of_a_linear_program(n_layers: Any, n: Any) -> None:
    """Largest difference: 7e-9, the rounding of the widths."""
    mixed = softmax_layers(n_layers, n)
    theirs = [[by_linear_programming(mixed, query, key) for key in range(n)] for query in range(n)]
    np.testing.assert_allclose(lens.flows(mixed), theirs, atol=1e-7)


def test_laws() -> None:
    """One layer is its own flow; nothing flows where nothing mixes; and no more arrives than the last pipes bear."""
    one = softmax_layers(1, 5)
    np.testing.assert_allclose(lens.flows(one), one[0], atol=1e-8)
    np.testing.assert_allclose(lens.flows(np.stack([np.eye(4)] * 3)), np.eye(4))
    many = softmax_layers(4, 6)
    found = lens.flows(many)
    assert found.max() <= 1 and (found <= many[0].sum(axis=0) + 1e-7).all()
    assert (found >= rollout.rollout(many) - 1e-7).all()  # rolling out is one way to stream


def test_each_flow_takes_a_turn_and_no_two_run_at_once() -> None:
    inside, most, line = 0, 0, FairQueue(limit=1, patience=30)

    @contextmanager
    def turn() -> Iterator[Any]:
        nonlocal inside, most
        with line.turn():
            inside += 1
            most = max(most, inside)
            yield
            inside -= 1

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: lens.flows(BY_HAND, turn=turn), range(8)))
    assert line.passed == 8 * 4 and most == 1
    for one in found:
        np.testing.assert_array_equal(one, found[0])


def test_progress_reaches_the_end_and_the_time_is_foreseen() -> None:
    told: list[Any] = []
    lens.flows(BY_HAND, told.append)
    assert told == [0.5, 1.0] and 0 < lens.seconds(BY_HAND) < 5
