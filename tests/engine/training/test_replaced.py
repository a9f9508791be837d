"""Words are replaced by draws from a distribution, and what is told of them is scored against what was done."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from training.distil import Lesson
from training.examples import VOCABULARY, Batch
from training.replaced import filled_in, is_replaced, replaced_scores


def test_a_discriminator_is_asked_about_words_that_the_teacher_would_say(lesson: Callable[[int], Lesson]) -> None:
    """70 % of the draws are what stood there and count as original; 20 % are the other kept word, 10 % any word."""
    asked = lesson(4000)
    ids = filled_in(asked, np.random.default_rng(0))
    drawn = ids[:, 2].numpy()
    assert abs((drawn == 2001).mean() - 0.7) < 0.03 and abs((drawn == 2002).mean() - 0.2) < 0.03
    assert np.array_equal(is_replaced(asked, ids)[:, 2].numpy(), drawn != 2001)
    others = [0, 1, 3, 4, 5]
    assert not is_replaced(asked, ids)[:, others].any()
    assert torch.equal(ids[:, others], torch.from_numpy(asked.batch.ids[:, others]))


def test_a_score_counts_filled_in_words_alone_and_stands_beside_that_of_no_reading_at_all(
    lesson: Callable[[int], Lesson],
) -> None:
    """A generator gives two thirds to the word that stood there: who sees all has 100 %, who says "original" of all the baseline."""
    batches = [lesson(1000).batch]

    def generator(batch: Batch) -> torch.Tensor:
        logits = torch.full((len(batch.ids), VOCABULARY), -30.0)
        logits[:, 2001], logits[:, 2002] = np.log(2), 0.0
        return logits

    def sees_all(batch: Batch, ids: torch.Tensor) -> torch.Tensor:
        return torch.where(ids == 2001, -1.0, 1.0)

    seen = replaced_scores(sees_all, generator, batches)
    assert seen["replaced_words"] == 1
    assert abs(seen["replaced_words_baseline"] - 2 / 3) < 0.05
    says_original = replaced_scores(lambda batch, ids: -torch.ones(ids.shape), generator, batches)
    assert abs(says_original["replaced_words"] - says_original["replaced_words_baseline"]) < 1e-6
