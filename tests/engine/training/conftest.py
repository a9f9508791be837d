"""What the tests of training share: a tiny teacher, packed text, and what a teacher says of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import MPNetConfig, MPNetForMaskedLM

from training.corpus import Corpus
from training.distil import Lesson
from training.examples import IGNORED, VOCABULARY, Batch, padded


@pytest.fixture(scope="session")
def new_mpnet() -> Callable[[], MPNetForMaskedLM]:
    """Makes a tiny MPNet, each time with the same random weights."""

    def new() -> MPNetForMaskedLM:
        config = MPNetConfig(
            hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, vocab_size=VOCABULARY + 5,
            max_position_embeddings=90, pad_token_id=1, bos_token_id=0, eos_token_id=2,
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        torch.manual_seed(0)
        return MPNetForMaskedLM(config)

    return new


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Packed text of six words."""
    ids = np.tile(np.arange(2000, 2006, dtype=np.uint16), 50)
    for name in ("text", "heldout", "everyday"):
        Corpus(ids, np.arange(0, 301, 6), np.array([0, 25, 50]), np.array([0, 1]), ("se_a", "b")).save(tmp_path / f"{name}.npz")
    return tmp_path


@pytest.fixture(scope="session")
def lesson() -> Callable[[int], Lesson]:
    """Makes so many rows of four words; the second is asked for, and was 2001; a teacher gives 70 % to 2001 and 20 % to 2002."""

    def of(n_rows: int) -> Lesson:
        batch = padded([([2000, 2001, 2002, 2003], None)] * n_rows)
        labels = np.full(batch.ids.shape, IGNORED)
        labels[:, 2] = 2001
        asked = Batch(np.where(labels == IGNORED, batch.ids, 103), batch.segments, batch.mask, labels)
        words = np.tile(np.array([2001, 2002], dtype=np.uint16), (n_rows, 1))
        return Lesson(asked, words, np.log(np.tile([0.7, 0.2], (n_rows, 1))).astype(np.float16))

    return of
