"""Scores on text, of anything that fills in words."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from training.cloze import sentences
from training.corpus import Corpus
from training.examples import IGNORED, MASK, VOCABULARY, Batch
from training.measure import cloze_scores, short_pieces, word_score
from training.prepare import TOKENIZER


@pytest.fixture
def corpus() -> Corpus:
    """One document of a hundred sentences of five tokens."""
    return Corpus(np.arange(1000, 1500, dtype=np.uint16), np.arange(0, 501, 5), np.array([0, 100]), np.array([0]), ("one",))


def says(ids: np.ndarray) -> torch.Tensor:
    """Logits whose highest is that of these words."""
    return torch.nn.functional.one_hot(torch.from_numpy(ids), VOCABULARY).float()


def test_the_pieces_are_the_same_every_time_and_nothing_but_masked(corpus: Corpus) -> None:
    once, again = short_pieces(corpus, 100), short_pieces(corpus, 100)
    assert [len(batch.ids) for batch in once] == [48, 48, 4]
    for a, b in zip(once, again, strict=True):
        assert (a.ids == b.ids).all()
        assert (a.ids[a.labels != IGNORED] == MASK).all()


def test_a_word_counts_when_it_is_the_likeliest(corpus: Corpus) -> None:
    batches = short_pieces(corpus, 100)

    def half_right(batch: Batch) -> torch.Tensor:
        asked = batch.labels[batch.labels != IGNORED]
        return says(np.where(asked % 2, asked, 2000))

    asked = np.concatenate([batch.labels[batch.labels != IGNORED] for batch in batches])
    assert word_score(half_right, batches) == pytest.approx((asked % 2).mean())


def test_the_sixty_are_filled_in_at_their_blanks() -> None:
    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    first = [tokenizer.convert_tokens_to_ids(cloze.words[0]) for cloze in sentences()]

    def knows_every_other(batch: Batch) -> torch.Tensor:
        assert ((batch.labels != IGNORED) == (batch.ids == MASK)).all()
        return says(np.array(first)) / 2 + says(np.array([word if number % 2 else 2003 for number, word in enumerate(first)]))

    assert cloze_scores(knows_every_other, tokenizer) == {"everyday sentences, top 5": 1.0, "everyday sentences, top 1": 0.5}
