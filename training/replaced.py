"""Text in which some words were replaced, and how well it is told which: the game of ELECTRA (Clark et al. 2020, section 2)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from training.distil import FillIn, Lesson, taught
from training.examples import FIRST_WORD, IGNORED, VOCABULARY, Batch

Discriminator = Callable[
    [Batch, torch.Tensor], torch.Tensor
]  # a batch and the ids to read in its place → logits [row, position]
SEED = 43


def filled_in(lesson: Lesson, rng: np.random.Generator) -> torch.Tensor:
    """The ids of a lesson [row, position] with a word drawn from the distribution that it holds at each place that is asked for.

    What is left of the distribution beside the kept words is any word of the vocabulary.
    """
    p = np.exp(lesson.log_p.astype(np.float64))
    drawn = (rng.random((len(p), 1)) > np.cumsum(p, axis=1)).sum(axis=1)  # [place]: which of the kept words, or beyond the last
    kept = lesson.words[np.arange(len(p)), np.minimum(drawn, p.shape[1] - 1)]
    ids = lesson.batch.ids.copy()
    ids[lesson.batch.labels != IGNORED] = np.where(drawn < p.shape[1], kept, rng.integers(FIRST_WORD, VOCABULARY, len(p)))
    return torch.from_numpy(ids)


def is_replaced(lesson: Lesson, ids: torch.Tensor) -> torch.Tensor:
    """[row, position]: whether another word stands there than before; a word that was drawn by chance as it was counts as original."""
    labels = torch.from_numpy(lesson.batch.labels)
    return (labels != IGNORED) & (labels != ids)


def replaced_loss(replaced_logits: Discriminator, lesson: Lesson, ids: torch.Tensor) -> torch.Tensor:
    """Mean binary cross-entropy over all tokens, in nats (Clark et al. 2020, section 2)."""
    logits = replaced_logits(lesson.batch, ids).float()
    is_token = torch.from_numpy(lesson.batch.mask == 1).to(logits.device)
    target = is_replaced(lesson, ids).float().to(logits.device)
    return binary_cross_entropy_with_logits(logits[is_token], target[is_token])


@torch.inference_mode()
def replaced_scores(replaced_logits: Discriminator, generator: FillIn, batches: list[Batch]) -> dict[str, float]:
    """Of the words that a generator filled in, how many are rightly told from, or taken for, what stood there.

    The baseline says of all what is true of more of them. A word that nobody touched is not counted: it would be right for the asking.
    """
    right, replaced = [], []
    for number, batch in enumerate(batches):
        said = taught(generator, batch)
        lesson = Lesson(batch, said.words, said.log_p)
        ids = filled_in(lesson, np.random.default_rng((SEED, number)))
        places = torch.from_numpy(batch.labels != IGNORED)
        truth = is_replaced(lesson, ids)[places]
        right.append((replaced_logits(batch, ids).cpu()[places] > 0) == truth)
        replaced.append(truth)
    share = float(torch.cat(replaced).float().mean())
    return {"replaced_words": float(torch.cat(right).float().mean()), "replaced_words_baseline": max(share, 1 - share)}
