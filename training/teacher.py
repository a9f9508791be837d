"""Train the teacher: MPNet-base as a model of masked words. On a GPU where there is one, else on the processor; bf16
autocast where the hardware has it.

    python -m training.mpnet   --parts PARTS --out BASE
    python -m training.teacher --base BASE --data PACKED --out RUN/teacher --steps N
    python -m training.teacher --base BASE --start changed.safetensors --data PACKED --out RUN/teacher --steps N

The second form begins from weights that an earlier run changed. Masked words of short pieces of text, all layers; the head at a higher rate, for
it begins from nothing. The rate stays, and falls over the last `--fall` steps: N can be raised until then, and the run goes on from its checkpoint.
RUN/teacher/model is the running mean of the weights, a folder that plain transformers opens and that --base takes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer

from training.corpus import Corpus
from training.examples import TextExamples
from training.measure import cloze_scores, short_pieces, word_score
from training.mpnet import Teacher
from training.precision import autocast
from training.prepare import TOKENIZER
from training.run import Run, Schedule, Scores, adam, add_arguments, decaying

SEED = 17
PIECES = 48  # a step
POOL = 4  # times as many are drawn, and those of like length are read together: less padding
LONGEST = 80  # tokens of a piece
MASKED = 0.2
HEAD_FACTOR = 3.0  # on the learning rate
MEASURED = 640  # held-out pieces


class Lessons:
    """The loss of each step, from the packed text."""

    def __init__(self, teacher: Teacher, text: Corpus) -> None:
        self._teacher, self._text = teacher, TextExamples(text, masked=MASKED)

    def __call__(self, step: int) -> tuple[dict[str, float], int]:
        """Add the gradients of one step; returns the loss in nats and how many tokens were read."""
        batch = self._text.pieces(np.random.default_rng((SEED, step)), PIECES, longest=LONGEST, pool=POOL)
        with autocast():
            loss = self._teacher.loss(batch)
        loss.backward()
        return {"words": loss.item()}, batch.n_tokens


def optimizer_of(teacher: Teacher) -> torch.optim.AdamW:
    """AdamW; biases and norms do not decay, and the head moves faster."""
    groups = []
    for is_head, factor in ((False, 1.0), (True, HEAD_FACTOR)):
        mine = (parameter for name, parameter in teacher.named_parameters() if ("lm_head" in name) == is_head)
        groups += reversed(decaying(mine, factor=factor))  # the order of the checkpoints that there are
    return adam(groups)


def scores(teacher: Teacher, data: Path) -> Scores:
    """Shares of held-out masked words whose likeliest word is the right one, in running text and in everyday sentences; and the sixty."""
    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    found = {}
    with autocast():
        for name, file in (("masked_words", "heldout"), ("masked_words_everyday", "everyday")):
            found[name] = word_score(teacher.word_logits, short_pieces(Corpus.open(data / f"{file}.npz"), MEASURED))
        found |= cloze_scores(teacher.word_logits, tokenizer)
    return {name: round(score, 4) for name, score in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="what training.mpnet wrote, or the model of an earlier run")
    parser.add_argument("--start", type=Path, help="weights to begin from instead of the base's, as far as the file has them")
    add_arguments(parser, rate=8e-5, every=250)
    parser.add_argument("--fall", type=int, default=0, help="over how many of the last steps the learning rate falls to zero")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    teacher = Teacher.open(arguments.base, arguments.start).train()
    teacher.to("cuda" if torch.cuda.is_available() else "cpu")
    train(teacher, arguments)


def train(teacher: Teacher, arguments: argparse.Namespace) -> None:
    """From the last checkpoint, if there is one, to the last step; each time scores are logged the model is written too."""
    schedule = Schedule(arguments.rate, arguments.steps, arguments.fall)
    run = Run(teacher, optimizer_of(teacher), schedule, arguments.out)

    def score() -> Scores:
        run.mean.save(arguments.out / "model")
        return scores(run.mean, arguments.data)

    run.go(Lessons(teacher, Corpus.open(arguments.data / "text.npz")), score, arguments.every)


if __name__ == "__main__":
    main()
