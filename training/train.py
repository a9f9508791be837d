"""Train the embedded model, in two stages. On a GPU where there is one, else on the processor; bf16 autocast on both.

    python -m training.train --stage 1 --data PACKED --start bertviz_app/embedded --out RUN/stage1 --steps 4000
    python -m training.train --stage 2 --data PACKED --start RUN/stage1/model   --out RUN/stage2 --steps 2000

Stage 1  masked words and next sentence on running text; the learning rate rises, then stays, so that it can end anywhere.
Stage 2  the same and the four tasks, all in every step, or in every n-th; the learning rate falls to zero.

What is written is the running mean of the weights (Polyak and Juditsky 1992): batches are small, and so the weights of one step
are noisy. Stopped, it goes on from the last checkpoint when it is started again: a batch is a function of the seed and the step alone.
The curve is in RUN/…/log.csv.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from training.corpus import Corpus
from training.examples import TextExamples
from training.measure import quick_scores
from training.network import Losses, SharedEncoder
from training.tasks import TaskRows

SEED = 7
WARM_UP = 100  # steps
WEIGHT_DECAY = 0.01
CLIP = 1.0
MEAN_OVER = 500  # steps, of the running mean of the weights
# Rows of each task in a step of stage 2.
TASKS = {"sentiment": 40, "entities": 36, "answers": 10, "pairs": 8}


@dataclass(frozen=True)
class Schedule:
    """The learning rate at a step: it rises over `WARM_UP` steps; in stage 2 it then falls to zero at the last one."""

    peak: float
    n_steps: int
    falls: bool

    def at(self, step: int) -> float:
        """The rate of step 0, 1, …, n_steps − 1.

        >>> [round(Schedule(1.0, 300, True).at(step), 2) for step in (0, 99, 200, 299)]
        [0.01, 1.0, 0.5, 0.0]
        """
        rise = min(1.0, (step + 1) / WARM_UP)
        left = max(0.0, (self.n_steps - step) / max(1, self.n_steps - WARM_UP)) if self.falls else 1.0
        return self.peak * rise * min(1.0, left)


class Lessons:
    """The losses of each step, from the packed data."""

    def __init__(self, data: Path, stage: int, masked: float, tasks_every: int) -> None:
        self._text = TextExamples(Corpus.open(data / "text.npz"), masked=masked)
        self._stage, self._tasks_every = stage, tasks_every
        self._tasks = {task: TaskRows.open(data / f"{task}.npz") for task in TASKS} if stage == 2 else {}

    def backward(self, model: SharedEncoder, step: int) -> tuple[dict[str, float], int]:
        """Add the gradients of one step; returns each loss in nats and how many tokens were read."""
        rng = np.random.default_rng((SEED, self._stage, step))
        long = rng.random() < 1 / 3
        n_pairs = (16 if long else 24) if self._stage == 1 else (12 if long else 20)
        batches = [
            self._text.pairs(rng, n_pairs, longest=128 if long else 80),
            self._text.singles(rng, 12 if self._stage == 1 else 10, longest=40),
        ]
        seen: dict[str, list[float]] = {}
        n_tokens = 0
        for batch in batches:
            n_tokens += batch.n_tokens
            _down(model.text_losses, (batch,), seen)
        for task, rows in self._tasks.items() if step % self._tasks_every == 0 else ():
            batch = rows.draw(rng, TASKS[task])
            n_tokens += batch.n_tokens
            _down(lambda task, batch: {task: model.task_loss(task, batch)}, (task, batch), seen)
        return {name: float(np.mean(values)) for name, values in seen.items()}, n_tokens


def _down(losses_of: object, arguments: tuple[object, ...], seen: dict[str, list[float]]) -> None:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with torch.autocast(device, torch.bfloat16):
        losses: Losses = losses_of(*arguments)  # type: ignore[operator]
    sum(losses.values()).backward()
    for name, loss in losses.items():
        seen.setdefault(name, []).append(loss.item())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", type=int, choices=(1, 2), required=True)
    parser.add_argument("--data", type=Path, required=True, help="what training.prepare wrote")
    parser.add_argument("--start", type=Path, required=True, help="a folder with weights to begin from")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--rate", type=float, default=4e-4, help="the highest learning rate")
    parser.add_argument("--masked", type=float, default=0.15, help="share of the words of running text that is asked for")
    parser.add_argument("--tasks-every", type=int, default=1, help="the tasks of stage 2 are in every n-th step")
    parser.add_argument("--every", type=int, default=250, help="steps between checkpoints, each with quick scores")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    model = SharedEncoder.start_from(arguments.start).train()
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    train(model, arguments)


def train(model: SharedEncoder, arguments: argparse.Namespace) -> None:
    """From the last checkpoint, if there is one, to the last step; then write the model."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    schedule = Schedule(arguments.rate, arguments.steps, falls=arguments.stage == 2)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)
    mean = deepcopy(model).requires_grad_(False)
    checkpoint = arguments.out / "checkpoint.pt"
    step, read = 0, 0
    if checkpoint.is_file():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"]), optimizer.load_state_dict(state["optimizer"])
        mean.load_state_dict(state["mean"])
        step, read = state["step"], state["read"]
    lessons = Lessons(arguments.data, arguments.stage, arguments.masked, arguments.tasks_every)
    heldout = Corpus.open(arguments.data / "heldout.npz")
    smooth: dict[str, float] = {}
    bar = tqdm(total=arguments.steps, initial=step, unit="step", mininterval=10)
    started, read_before = time.monotonic(), read
    while step < arguments.steps:
        losses, n_tokens = lessons.backward(model, step)
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        for group in optimizer.param_groups:
            group["lr"] = schedule.at(step)
        optimizer.step(), optimizer.zero_grad()
        _follow(mean, model, 1 / min(MEAN_OVER, step + 1))
        step, read = step + 1, read + n_tokens
        smooth |= {name: 0.98 * smooth.get(name, loss) + 0.02 * loss for name, loss in losses.items()}
        bar.update(), bar.set_postfix({name: f"{loss:.2f}" for name, loss in smooth.items()}, refresh=False)
        if step % arguments.every == 0 or step == arguments.steps:
            speed = (read - read_before) / (time.monotonic() - started)
            row: dict[str, float] = {"step": step, "tokens": read, "tokens_per_second": round(speed)}
            row |= {name: round(loss, 4) for name, loss in smooth.items()} | quick_scores(mean, heldout)
            _log(arguments.out / "log.csv", row)
            weights = {"model": model.state_dict(), "mean": mean.state_dict(), "optimizer": optimizer.state_dict()}
            _keep({**weights, "step": step, "read": read}, checkpoint)
            mean.save(arguments.out / "model")


@torch.no_grad()
def _follow(mean: SharedEncoder, model: SharedEncoder, share: float) -> None:
    """Move each weight of `mean` towards that of `model` by a share of their difference."""
    for behind, ahead in zip(mean.parameters(), model.parameters(), strict=True):
        behind.lerp_(ahead, share)


def _keep(state: dict[str, object], path: Path) -> None:
    """Written beside and then moved: a run that is cut off here keeps its last whole checkpoint."""
    torch.save(state, path.with_suffix(".new"))
    os.replace(path.with_suffix(".new"), path)


def _log(path: Path, row: dict[str, float]) -> None:
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, row)
        if is_new:
            writer.writeheader()
        writer.writerow(row)


if __name__ == "__main__":
    main()
