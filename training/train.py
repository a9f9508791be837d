"""Train the embedded model, in two stages. On a GPU where there is one, else on the processor; bf16 autocast
where the hardware has it.

    python -m training.train --stage 1 --data PACKED --start bertviz_app/embedded --out RUN/stage1 --steps 4000
    python -m training.train --stage 2 --data PACKED --start RUN/stage1/model   --out RUN/stage2 --steps 2000

With --taught TAUGHT (see distil.py) both stages learn from a teacher, too: in every step, in place of single sentences.

Stage 1  masked words and next sentence on running text; the learning rate rises, then stays, so that it can end anywhere.
Stage 2  the same and the four tasks, all in every step, or in every n-th; the learning rate falls to zero.

What is written is the running mean of the weights. Stopped, it goes on from the last checkpoint when it is started again.
The curve is in RUN/…/log.csv. See run.py.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer

from training.corpus import Corpus
from training.distil import Taught
from training.examples import TextExamples
from training.measure import quick_scores
from training.network import Losses, SharedEncoder
from training.precision import autocast
from training.prepare import TOKENIZER
from training.run import WARM_UP, Run, Schedule, Scores, adam, add_arguments, decaying
from training.tasks import TaskRows

SEED = 7
# Rows of each task in a step of stage 2.
TASKS = {"sentiment": 40, "entities": 36, "answers": 10, "pairs": 8}

TAUGHT_BATCHES = 2  # of what the teacher says, in a step


class Lessons:
    """The losses of each step, from the packed data."""

    def __init__(self, data: Path, stage: int, masked: float, tasks_every: int, taught: Path | None = None) -> None:
        self._text = TextExamples(Corpus.open(data / "text.npz"), masked=masked)
        self._stage, self._tasks_every = stage, tasks_every
        self._taught = Taught.open(taught) if taught else None
        self._tasks = {task: TaskRows.open(data / f"{task}.npz") for task in TASKS} if stage == 2 else {}

    def backward(self, model: SharedEncoder, step: int) -> tuple[dict[str, float], int]:
        """Add the gradients of one step; returns each loss in nats and how many tokens were read."""
        rng = np.random.default_rng((SEED, self._stage, step))
        long = rng.random() < 1 / 3
        n_pairs = (16 if long else 24) if self._stage == 1 else (12 if long else 20)
        if self._taught:
            n_pairs //= 2
        batches = [self._text.pairs(rng, n_pairs, longest=128 if long else 80)]
        if not self._taught:
            batches.append(self._text.singles(rng, 12 if self._stage == 1 else 10, longest=40))
        seen: dict[str, list[float]] = {}
        n_tokens = 0
        for batch in batches:
            n_tokens += batch.n_tokens
            _down(model.text_losses, (batch,), seen)
        for lesson in self._taught.draw(rng, TAUGHT_BATCHES) if self._taught else ():
            n_tokens += lesson.batch.n_tokens
            _down(model.taught_losses, (lesson,), seen)
        for task, rows in self._tasks.items() if step % self._tasks_every == 0 else ():
            batch = rows.draw(rng, TASKS[task])
            n_tokens += batch.n_tokens
            _down(lambda task, batch: {task: model.task_loss(task, batch)}, (task, batch), seen)
        return {name: float(np.mean(values)) for name, values in seen.items()}, n_tokens


def _down(losses_of: object, arguments: tuple[object, ...], seen: dict[str, list[float]]) -> None:
    with autocast():
        losses: Losses = losses_of(*arguments)  # type: ignore[operator]
    sum(losses.values()).backward()
    for name, loss in losses.items():
        seen.setdefault(name, []).append(loss.item())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", type=int, choices=(1, 2), required=True)
    parser.add_argument("--start", type=Path, required=True, help="a folder with weights to begin from")
    add_arguments(parser, rate=4e-4, every=250)
    parser.add_argument("--masked", type=float, default=0.15, help="share of the words of running text that is asked for")
    parser.add_argument("--taught", type=Path, help="what training.distil wrote: to learn from a teacher, too")
    parser.add_argument("--tasks-every", type=int, default=1, help="the tasks of stage 2 are in every n-th step")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    model = SharedEncoder.start_from(arguments.start).train()
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    train(model, arguments)


def train(model: SharedEncoder, arguments: argparse.Namespace) -> None:
    """From the last checkpoint, if there is one, to the last step; each time scores are logged the model is written too."""
    falls = arguments.stage == 2
    schedule = Schedule(arguments.rate, arguments.steps, fall=max(1, arguments.steps - WARM_UP) if falls else 0)
    run = Run(model, adam(decaying(model.parameters())), schedule, arguments.out)
    lessons = Lessons(arguments.data, arguments.stage, arguments.masked, arguments.tasks_every, arguments.taught)
    heldout, tokenizer = Corpus.open(arguments.data / "heldout.npz"), AutoTokenizer.from_pretrained(TOKENIZER)

    def score() -> Scores:
        run.mean.save(arguments.out / "model")
        return quick_scores(run.mean, heldout, tokenizer)

    run.go(lambda step: lessons.backward(model, step), score, arguments.every)


if __name__ == "__main__":
    main()
