"""A run that is cut off goes on as if it had not been."""

from __future__ import annotations

import csv
import os
import signal
from pathlib import Path

import pytest
import torch
from torch import nn

from training.run import MEAN_OVER, WARM_UP, WEIGHT_DECAY, Run, Schedule, decaying


def started(out: Path, n_steps: int, factor: float = 1.0) -> Run:
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    optimizer = torch.optim.AdamW([{"params": list(model.parameters()), "factor": factor}], 1.0)
    return Run(model, optimizer, Schedule(0.05, n_steps), out)


def lesson_of(run: Run, end_at: int = -1) -> object:
    """Each step its own numbers; at step `end_at` the process is asked to end."""

    def lesson(step: int) -> tuple[dict[str, float], int]:
        rows = torch.randn(8, 3, generator=torch.Generator().manual_seed(step))
        loss = ((run.model(rows)[:, 0] - rows.sum(dim=1)) ** 2).mean()
        loss.backward()
        if step == end_at:
            os.kill(os.getpid(), signal.SIGTERM)
        return {"loss": loss.item()}, 8

    return lesson


def go(run: Run, every: int = 10, end_at: int = -1) -> None:
    run.go(lesson_of(run, end_at), lambda: {"score": 1.0}, every)


def test_a_run_that_was_asked_to_end_has_the_weights_of_one_that_was_not(tmp_path: Path) -> None:
    whole = started(tmp_path / "whole", 20)
    go(whole)
    go(started(tmp_path / "cut", 20), end_at=6)
    resumed = started(tmp_path / "cut", 20)
    assert (resumed.step, resumed.read) == (7, 56)
    go(resumed)
    for ours, theirs in ((resumed.model, whole.model), (resumed.mean, whole.mean)):
        for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
            assert torch.equal(a, b)
    assert not list(tmp_path.rglob("*.new"))


def test_the_process_ends_by_itself_after_the_run(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    go(started(tmp_path, 3))
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_curve_has_a_row_every_so_many_steps_and_one_at_the_end(tmp_path: Path) -> None:
    go(started(tmp_path, 25))
    rows = list(csv.DictReader((tmp_path / "log.csv").read_text().splitlines()))
    assert [row["step"] for row in rows] == ["10", "20", "25"]
    assert [row["tokens"] for row in rows] == ["80", "160", "200"]
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])


def test_checkpoints_are_kept_by_the_clock_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.run.CHECKPOINT_EVERY", -1)
    run, kept = started(tmp_path, 4), []
    monkeypatch.setattr(run, "keep", lambda: kept.append(run.step))
    go(run, every=100)
    assert kept == [1, 2, 3, 4]


def test_a_group_moves_by_its_factor(tmp_path: Path) -> None:
    still = started(tmp_path, 5, factor=0.0)
    before = [p.clone() for p in still.model.parameters()]
    go(still)
    assert all(torch.equal(a, b) for a, b in zip(before, still.model.parameters(), strict=True))


def test_the_mean_lies_between_the_weights_that_were_passed(tmp_path: Path) -> None:
    run = started(tmp_path, 40)
    first = run.model.bias.item()
    go(run)
    low, high = sorted((first, run.model.bias.item()))
    assert low < run.mean.bias.item() < high
    assert MEAN_OVER > 1


def test_the_rate_rises_then_stays_or_falls_to_zero() -> None:
    stays, falls, late = Schedule(1.0, 1000), Schedule(1.0, 1000, fall=900), Schedule(1.0, 1000, fall=200)
    assert stays.at(0) == 1 / WARM_UP
    assert stays.at(WARM_UP) == stays.at(999) == late.at(800) == 1.0
    assert falls.at(WARM_UP) == 1.0
    assert falls.at(550) == late.at(900) == pytest.approx(0.5)
    assert falls.at(999) == pytest.approx(1 / 900)


def test_a_run_can_be_made_longer_until_its_rate_falls() -> None:
    short, long = Schedule(1.0, 500, fall=100), Schedule(1.0, 900, fall=100)
    assert [short.at(step) for step in range(400)] == [long.at(step) for step in range(400)]


def test_matrices_decay_and_stand_first_as_checkpoints_know_them() -> None:
    network = nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2), nn.Linear(2, 1))
    matrices, plain = decaying(network.parameters(), factor=3.0)
    assert matrices == {"params": [network[0].weight, network[2].weight], "weight_decay": WEIGHT_DECAY, "factor": 3.0}
    assert plain == {
        "params": [network[0].bias, network[1].weight, network[1].bias, network[2].bias], "weight_decay": 0.0, "factor": 3.0,
    }  # fmt: skip
