"""What the teacher says about text, kept on disk, and the loss by which the student learns it.

    python -m training.distil --teacher RUN/teacher/model --data PACKED --out TAUGHT --shards N
    python -m training.train  --stage 1 --data PACKED --taught TAUGHT --start START --out RUN/stage1 --steps N

The teacher is the slow one: it reads each piece of text once, and the student any number of times. At each hidden word its likeliest words are
kept with their probabilities; all others together are one further outcome, so that nothing of its distribution is lost but how it is spread
over words that it holds unlikely.

    p = (p_1, …, p_k, 1 − Σ p_i)    the teacher's, with its k likeliest words
    q                               the student's, for the same words
    KL(p ‖ q) = Σ p_i (log p_i − log q_i)    nats; over all k + 1 outcomes

Source: Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network (2015), section 2, at temperature 1; the loss over hidden words is
that of Sanh et al., DistilBERT (2019), section 3.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy
from tqdm import trange

from training.corpus import Corpus
from training.examples import IGNORED, PAD, Batch, TextExamples
from training.mpnet import Teacher
from training.precision import autocast

FillIn = Callable[[Batch], torch.Tensor]  # a batch → logits [place, vocab], at the places that it asks for

SEED = 29
PIECES = 48  # in a batch
BATCHES = 24  # in a shard
POOL = 8  # times as many are drawn, and those of like length are read together: less padding
LONGEST = 80  # tokens of a piece
MASKED = 0.2
KEPT = 16  # words a place
SOFT = 0.8  # of the loss is what the teacher says, the rest what stood there
LEAST = 1e-6  # what the other words have together at least: its logarithm is taken


@dataclass(frozen=True, eq=False)
class Taught:
    """Pieces of text with what the teacher says at their hidden words. Row i is ids[starts[i] : starts[i + 1]], with its [CLS] and [SEP].

    ids     [token]      what is read: hidden words are [MASK], or another word, or themselves
    labels  [token]      what stood there where a word is asked for, else 0
    starts  [row + 1]
    words   [place, k]   the teacher's likeliest words, likeliest first; a place for each word that is asked for, in the order of the text
    log_p   [place, k]   their log-probabilities, in nats
    """

    ids: NDArray[np.uint16]
    labels: NDArray[np.uint16]
    starts: NDArray[np.int64]
    words: NDArray[np.uint16]
    log_p: NDArray[np.float16]

    @property
    def n_batches(self) -> int:
        return (len(self.starts) - 1) // PIECES

    def batch(self, number: int) -> Lesson:
        """The batch of that number: its rows were read together by the teacher, and are of like length."""
        rows = slice(PIECES * number, PIECES * (number + 1))
        starts, stops = self.starts[:-1][rows], self.starts[1:][rows]
        shape = (len(starts), int((stops - starts).max()))
        ids, mask, labels = np.full(shape, PAD), np.zeros(shape, dtype=np.int64), np.full(shape, IGNORED)
        for row, (start, stop) in enumerate(zip(starts, stops, strict=True)):
            asked = self.labels[start:stop].astype(np.int64)
            ids[row, : stop - start] = self.ids[start:stop]
            labels[row, : stop - start] = np.where(asked, asked, IGNORED)
            mask[row, : stop - start] = 1
        first = int(np.count_nonzero(self.labels[: starts[0]]))
        places = slice(first, first + int((labels != IGNORED).sum()))
        return Lesson(Batch(ids, np.zeros_like(ids), mask, labels), self.words[places], self.log_p[places])

    def draw(self, rng: np.random.Generator, n: int) -> list[Lesson]:
        """n random batches."""
        return [self.batch(int(number)) for number in rng.integers(self.n_batches, size=n)]

    def save(self, path: Path) -> None:
        """One .npz file, written beside and then moved: what is cut off leaves no half of one."""
        beside = path.with_suffix(".part")
        with beside.open("wb") as file:
            np.savez(file, **{field.name: getattr(self, field.name) for field in fields(self)})
        os.replace(beside, path)

    @classmethod
    def open(cls, folder: Path) -> Taught:
        """All shards of a folder, in their order.

        Raises:
            ValueError: there are none.
        """
        shards = []
        for path in sorted(folder.glob("*.npz")):
            with np.load(path) as file:
                shards.append(cls(*(file[field.name] for field in fields(cls))))
        if not shards:
            raise ValueError(f"{folder} holds nothing that training.distil has written")
        return joined(shards)


@dataclass(frozen=True, eq=False)
class Lesson:
    """A batch, and at each place that it asks for the teacher's likeliest words and their log-probabilities: [place, k]."""

    batch: Batch
    words: NDArray[np.uint16]
    log_p: NDArray[np.float16]


def joined(parts: list[Taught]) -> Taught:
    """Several as one, one after another."""
    begins = np.cumsum([0, *(part.starts[-1] for part in parts)])
    starts = [part.starts[:-1] + begin for part, begin in zip(parts, begins, strict=False)]
    ids, labels, words, log_p = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("ids", "labels", "words", "log_p")
    )
    return Taught(ids, labels, np.concatenate([*starts, begins[-1:]]), words, log_p)


@torch.inference_mode()
def taught(fill_in: FillIn, batch: Batch, k: int = KEPT) -> Taught:
    """What a teacher says about one batch."""
    with autocast():
        log_p, words = fill_in(batch).float().log_softmax(dim=-1).topk(k)
    is_text = batch.mask == 1
    return Taught(
        ids=batch.ids[is_text].astype(np.uint16),
        labels=np.where(batch.labels == IGNORED, 0, batch.labels)[is_text].astype(np.uint16),
        starts=np.concatenate([[0], np.cumsum(batch.mask.sum(axis=1))]),
        words=words.cpu().numpy().astype(np.uint16),
        log_p=log_p.cpu().numpy().astype(np.float16),
    )


def soft_loss(logits: torch.Tensor, words: torch.Tensor, log_p: torch.Tensor) -> torch.Tensor:
    """Mean KL(teacher ‖ student) in nats over the kept words and all others as one: logits [place, vocab], words and log_p [place, k].

    >>> log_p = torch.tensor([[0.5, 0.25]]).log()  # and a quarter for the two other words
    >>> soft_loss(torch.tensor([[0.5, 0.25, 0.2, 0.05]]).log(), torch.tensor([[0, 1]]), log_p).abs().item() < 1e-6
    True
    """
    own = logits.float().log_softmax(dim=-1).gather(1, words)
    p, left = log_p.exp(), (1 - log_p.exp().sum(dim=-1)).clamp(min=LEAST)
    left_own = (1 - own.exp().sum(dim=-1)).clamp(min=LEAST)
    divergence = (p * (log_p - own)).sum(dim=-1) + left * (left.log() - left_own.log())
    return divergence.mean()


def taught_losses(logits: torch.Tensor, lesson: Lesson) -> dict[str, torch.Tensor]:
    """At the words that a lesson hides: KL to what the teacher says, and the cross-entropy of what stood there, in nats, weighted.

    logits [place, vocab], a place for each word that the lesson's batch asks for.
    """
    logits, asked = logits.float(), lesson.batch.labels[lesson.batch.labels != IGNORED]
    labels, words = (torch.from_numpy(array.astype(np.int64)).to(logits.device) for array in (asked, lesson.words))
    soft = soft_loss(logits, words, torch.from_numpy(lesson.log_p).float().to(logits.device))
    return {"taught": SOFT * soft, "taught words": (1 - SOFT) * cross_entropy(logits, labels)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", type=Path, required=True, help="the model folder of a run of training.teacher")
    parser.add_argument("--data", type=Path, required=True, help="what training.prepare wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--shards", type=int, required=True, help="how many there are to be in the end; those that are there stay"
    )
    arguments = parser.parse_args()
    teacher = Teacher.open(arguments.teacher).eval()
    teacher.to("cuda" if torch.cuda.is_available() else "cpu")
    write(teacher, Corpus.open(arguments.data / "text.npz"), arguments.out, arguments.shards)


def write(teacher: Teacher, text: Corpus, out: Path, n_shards: int) -> None:
    """The shards that are not there yet: each is a function of the teacher, the seed and its number alone."""
    out.mkdir(parents=True, exist_ok=True)
    examples = TextExamples(text, masked=MASKED)
    for shard in trange(n_shards, unit="shard", mininterval=10):
        path = out / f"{shard:05}.npz"
        if path.is_file():
            continue
        rngs = [np.random.default_rng((SEED, shard, number)) for number in range(BATCHES)]
        joined([taught(teacher.word_logits, examples.pieces(rng, PIECES, longest=LONGEST, pool=POOL)) for rng in rngs]).save(
            path
        )


if __name__ == "__main__":
    main()
