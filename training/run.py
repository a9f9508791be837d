"""A training run that can be cut off anywhere and goes on from its last checkpoint.

A checkpoint is written every ten minutes, whenever scores are logged, and when the process is asked to end (SIGTERM). A batch is a function of
the seed and the step alone, so that a run that was cut off ends with the weights of one that was not.

Beside the weights their running mean is kept (Polyak and Juditsky 1992): batches are small, and so the weights of one step are noisy. The mean is
what is scored and written. The curve is in log.csv.
"""

from __future__ import annotations

import argparse
import csv
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from tqdm import tqdm

WARM_UP = 100  # steps
CLIP = 1.0
WEIGHT_DECAY = 0.01
MEAN_OVER = (
    500  # steps, of the running mean of the weights; fewer at first, or the weights of the beginning would stay in it for long
)
CHECKPOINT_EVERY = 600  # seconds

Lesson = Callable[
    [int], tuple[dict[str, float], int]
]  # step → each loss in nats, and how many tokens were read; adds the gradients
Scores = dict[str, float]


@dataclass(frozen=True)
class Schedule:
    """The learning rate at a step: it rises over `WARM_UP` steps, stays, and over the last `fall` steps falls to zero.

    Until the fall begins the rate does not depend on the number of steps: such a run can be made longer at any time.
    """

    peak: float
    n_steps: int
    fall: int = 0

    def at(self, step: int) -> float:
        """The rate of step 0, 1, …, n_steps − 1.

        >>> [round(Schedule(1.0, 300, fall=200).at(step), 3) for step in (0, 99, 200, 299)]
        [0.01, 1.0, 0.5, 0.005]
        """
        rise = min(1.0, (step + 1) / WARM_UP)
        left = min(1.0, (self.n_steps - step) / self.fall) if self.fall else 1.0
        return self.peak * rise * max(0.0, left)


def add_arguments(parser: argparse.ArgumentParser, *, rate: float, every: int) -> None:
    """What every run is told: where its text lies, where it writes, and how long it goes; with the highest learning rate as it is by itself."""
    parser.add_argument("--data", type=Path, required=True, help="what training.prepare wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--rate", type=float, default=rate, help="the highest learning rate")
    parser.add_argument("--every", type=int, default=every, help="steps between checkpoints, each with scores")


def decaying(parameters: Iterable[nn.Parameter], **options: float) -> list[dict[str, Any]]:
    """Two groups for an optimizer: matrices, which decay, and biases and norms, which do not; `options` hold for both.

    A checkpoint knows parameters by their places: runs go on only as long as this order stays.
    """
    all_of_them = list(parameters)
    return [
        {"params": [p for p in all_of_them if (p.ndim > 1) == is_matrix], "weight_decay": WEIGHT_DECAY if is_matrix else 0.0}
        | options
        for is_matrix in (True, False)
    ]


def adam(groups: list[dict[str, Any]]) -> torch.optim.AdamW:
    """AdamW as all runs use it; the learning rate is set at each step."""
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


class Run:
    """A model in training, its running mean, its optimizer, and how far it has come.

    Each group of `optimizer` may have a `factor`: its rate is that of the schedule times the factor.
    """

    def __init__(self, model: nn.Module, optimizer: torch.optim.Optimizer, schedule: Schedule, out: Path) -> None:
        self.model, self.mean = model, deepcopy(model).requires_grad_(False)
        self._optimizer, self._schedule, self._out = optimizer, schedule, out
        self.step, self.read = 0, 0  # `read` counts tokens
        self._stopping = False
        out.mkdir(parents=True, exist_ok=True)
        checkpoint = out / "checkpoint.pt"
        if checkpoint.is_file():
            state = torch.load(checkpoint, weights_only=True)
            for name, part in self._parts().items():
                part.load_state_dict(state[name])
            self.step, self.read = state["step"], state["read"]

    def go(self, lesson: Lesson, score: Callable[[], Scores], every: int) -> None:
        """To the last step, or until the process is asked to end. Scores are logged every so many steps and at the last."""
        before = signal.signal(signal.SIGTERM, self._stop)
        smooth: dict[str, float] = {}
        kept = time.monotonic()
        for speed in self._steps(lesson, smooth):
            logged = self.step % every == 0 or self.step == self._schedule.n_steps
            if logged or self._stopping or time.monotonic() - kept > CHECKPOINT_EVERY:
                self.keep()
                kept = time.monotonic()
            if logged and not self._stopping:
                row: dict[str, float] = {"step": self.step, "tokens": self.read, "tokens_per_second": round(speed)}
                _log(self._out / "log.csv", row | {name: round(loss, 4) for name, loss in smooth.items()} | score())
        signal.signal(signal.SIGTERM, before)

    def keep(self) -> None:
        """Written beside and then moved: a run that is cut off here keeps its last whole checkpoint."""
        path = self._out / "checkpoint.pt"
        parts = {name: part.state_dict() for name, part in self._parts().items()}
        torch.save({**parts, "step": self.step, "read": self.read}, path.with_suffix(".new"))
        os.replace(path.with_suffix(".new"), path)

    def _steps(self, lesson: Lesson, smooth: dict[str, float]) -> Iterator[float]:
        """Make steps; yields the tokens a second after each, and keeps each loss, smoothed, in `smooth`."""
        started, read_before = time.monotonic(), self.read
        with tqdm(total=self._schedule.n_steps, initial=self.step, unit="step", mininterval=10) as bar:
            while self.step < self._schedule.n_steps and not self._stopping:
                losses, n_tokens = lesson(self.step)
                self._move()
                self.step, self.read = self.step + 1, self.read + n_tokens
                smooth |= {name: 0.98 * smooth.get(name, loss) + 0.02 * loss for name, loss in losses.items()}
                bar.update(), bar.set_postfix({name: f"{loss:.2f}" for name, loss in smooth.items()}, refresh=False)
                yield (self.read - read_before) / (time.monotonic() - started)

    @torch.no_grad()
    def _move(self) -> None:
        """One step of the optimizer; the mean follows by a share of the difference."""
        nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        for group in self._optimizer.param_groups:
            group["lr"] = self._schedule.at(self.step) * group.get("factor", 1.0)
        self._optimizer.step(), self._optimizer.zero_grad()
        share = 1 / min(MEAN_OVER, 1 + self.step // 4)  # over the last quarter of a short run
        for behind, ahead in zip(self.mean.parameters(), self.model.parameters(), strict=True):
            behind.lerp_(ahead, share)

    def _parts(self) -> dict[str, Any]:
        return {"model": self.model, "mean": self.mean, "optimizer": self._optimizer}

    def _stop(self, *_: object) -> None:
        self._stopping = True


def _log(path: Path, row: Scores) -> None:
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, row)
        if is_new:
            writer.writeheader()
        writer.writerow(row)
