"""What the model is asked about running text."""

from __future__ import annotations

import numpy as np
import pytest

from training.corpus import Corpus
from training.examples import CLS, IGNORED, MASK, PAD, SEP, TextExamples, masked, padded


@pytest.fixture
def corpus() -> Corpus:
    """Two documents of fifty sentences of five tokens each; ids count up through the text."""
    return Corpus(
        ids=np.arange(1000, 1500, dtype=np.uint16),
        sentences=np.arange(0, 501, 5),
        documents=np.array([0, 50, 100]),
        sources=np.array([0, 1]),
        names=("one", "two"),
    )


def test_a_batch_is_a_function_of_the_seed_alone(corpus: Corpus) -> None:
    batches = [TextExamples(corpus).pairs(np.random.default_rng(5), 8, longest=40) for _ in range(2)]
    assert (batches[0].ids == batches[1].ids).all()
    assert (batches[0].labels == batches[1].labels).all()


def test_b_follows_a_exactly_where_the_label_says_so(corpus: Corpus) -> None:
    batch = TextExamples(corpus).pairs(np.random.default_rng(1), 200, longest=40)
    assert batch.next_labels is not None
    text = np.where(batch.labels == IGNORED, batch.ids, batch.labels)  # before masking
    for ids, segments, is_random in zip(text, batch.segments, batch.next_labels, strict=True):
        b = int(segments.argmax())
        follows = ids[b] == ids[b - 2] + 1  # token before [SEP], token after it
        assert follows == (not is_random)
    assert 60 < batch.next_labels.sum() < 140


def test_a_pair_has_its_special_tokens_and_no_more_than_it_may(corpus: Corpus) -> None:
    batch = TextExamples(corpus).pairs(np.random.default_rng(2), 64, longest=40)
    assert batch.ids.shape[1] <= 40
    assert (batch.ids[:, 0] == CLS).all()
    assert ((batch.ids == SEP).sum(axis=1) == 2).all()
    assert ((batch.ids == PAD) == (batch.mask == 0)).all()


def test_a_single_has_no_second_segment_and_no_next_label(corpus: Corpus) -> None:
    batch = TextExamples(corpus).singles(np.random.default_rng(3), 16, longest=40)
    assert batch.next_labels is None
    assert not batch.segments.any()
    assert ((batch.ids == SEP).sum(axis=1) == 1).all()


def test_a_piece_is_one_to_three_sentences_of_one_document_in_their_order(corpus: Corpus) -> None:
    batch = TextExamples(corpus).pieces(np.random.default_rng(6), 90, longest=14)
    text = np.where(batch.labels == IGNORED, batch.ids, batch.labels)
    lengths = batch.mask.sum(axis=1) - 2
    assert set(lengths.tolist()) == {5, 10, 12}  # the third sentence is cut where there is no more room
    for ids, length in zip(text, lengths, strict=True):
        words = ids[1 : length + 1]
        assert (np.diff(words) == 1).all()
        assert (words[0] < 1250) == (words[-1] < 1250)


def test_pieces_of_a_pool_are_of_like_length(corpus: Corpus) -> None:
    examples = TextExamples(corpus)
    shapes = {examples.pieces(np.random.default_rng(seed), 10, longest=40, pool=6).ids.shape for seed in range(40)}
    assert {rows for rows, _ in shapes} == {10}
    padding = [
        float((examples.pieces(np.random.default_rng(7), 10, longest=40, pool=pool).mask == 0).mean()) for pool in (1, 6)
    ]
    assert padding[1] < padding[0] / 2


def test_of_what_is_asked_four_fifths_become_mask_and_a_tenth_another_word() -> None:
    ids = np.full((200, 100), 5000)
    read, labels = masked(np.random.default_rng(4), ids, 0.15, (0.8, 0.9))
    asked = labels != IGNORED
    assert (asked.sum(axis=1) == 15).all()
    assert (labels[asked] == 5000).all()
    assert (read[~asked] == 5000).all()
    assert (read[asked] == MASK).mean() == pytest.approx(0.8, abs=0.03)
    assert (read[asked] == 5000).mean() == pytest.approx(0.1, abs=0.03)


def test_special_tokens_are_never_asked_for_and_a_short_row_is_asked_once() -> None:
    batch = padded([([2000, 2001], None), ([3000], [3001, 3002])])
    read, labels = masked(np.random.default_rng(0), batch.ids, 0.15, (1.0, 1.0))
    assert ((labels != IGNORED).sum(axis=1) == 1).all()
    assert (batch.ids[labels != IGNORED] >= 2000).all()
    assert (read[labels != IGNORED] == MASK).all()
