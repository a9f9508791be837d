"""The parts of the cosine of real texts: they add up to what the pages show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bertviz_app.analysis.cosine_parts import cosine_parts
from bertviz_app.chapters.embeddings.sentence_vectors import MEAN
from bertviz_app.families.pooling import POOLINGS

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

TEXTS = ("He sat on the bank of the river.", "The bank of the river was muddy.", "Rates rose.")


def test_the_parts_of_means_of_words_add_up_to_their_cosine(model: Model) -> None:
    forwards = [model.run(text) for text in TEXTS]
    rows = [forward.hidden_states[-1][~forward.encoding.is_special] for forward in forwards]
    expected = MEAN.similarities(forwards)
    for i, ours in enumerate(rows):
        for j, theirs in enumerate(rows):
            assert cosine_parts(ours, theirs).sum() == pytest.approx(expected[i, j], abs=1e-6)


@pytest.mark.parametrize(("name", "power"), [("mean", 0), ("mean_sqrt_len", 0), ("weightedmean", 1)])
def test_every_pooling_that_is_a_mean_over_tokens_is_split(model: Model, name: str, power: int) -> None:
    last = [model.run(text).hidden_states[-1] for text in TEXTS[:2]]
    kept = [np.arange(len(rows)) for rows in last]
    u, v = (POOLINGS[name].pool(rows, places).astype(np.float64) for rows, places in zip(last, kept, strict=True))
    parts = cosine_parts(last[0], last[1], ((kept[0] + 1.0) ** power, (kept[1] + 1.0) ** power))
    assert parts.sum() == pytest.approx(float(u @ v / np.linalg.norm(u) / np.linalg.norm(v)), abs=1e-6)
