from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.chapters.words_in_context import contextuality as lens

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


def layers(*rows: Any) -> Any:
    """Vectors of one layer as [place, 1, d_model]."""
    return np.array(rows, dtype=np.float32)[:, None]


def random_vectors(*shape: Any) -> Any:
    return np.random.default_rng(1).normal(size=shape).astype(np.float32)


def test_self_similarity_by_hand() -> None:
    """Pairs of (1, 0), (0, 2), (3, 0): cosines 0, 1, 0."""
    assert lens.self_similarity(layers((1, 0), (0, 2), (3, 0))) == pytest.approx([1 / 3])
    assert lens.self_similarity(layers((1, 0), (-2, 0))) == pytest.approx([-1])


def test_intra_sentence_similarity_by_hand() -> None:
    """The mean of (1, 0) and (0, 1) is at 45° to both; that of (3, 0) and (0, 4) at arccos 0.6 and arccos 0.8."""
    assert lens.intra_similarity(layers((1, 0), (0, 1))) == pytest.approx([np.sqrt(0.5)])
    assert lens.intra_similarity(layers((3, 0), (0, 4))) == pytest.approx([0.7])


def test_maximum_explainable_variance_by_hand() -> None:
    assert lens.explainable_variance(layers((1, 0), (2, 0))) == pytest.approx([1])
    assert lens.explainable_variance(layers((1, 0), (0, 1))) == pytest.approx([0.5])
    assert lens.explainable_variance(layers((2, 0), (0, 1))) == pytest.approx([0.8])


def test_they_are_those_of_the_formulas_written_out() -> None:
    vectors = random_vectors(6, 3, 8) + 1
    unit = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    pairs = [(unit[i] * unit[j]).sum(-1) for i in range(6) for j in range(6) if i != j]
    assert lens.self_similarity(vectors) == pytest.approx(np.mean(pairs, axis=0), abs=1e-6)
    mean = vectors.mean(axis=0)
    to_mean = (unit * mean / np.linalg.norm(mean, axis=-1, keepdims=True)).sum(-1).mean(0)
    assert lens.intra_similarity(vectors) == pytest.approx(to_mean, abs=1e-6)
    squares = np.linalg.svd(vectors.swapaxes(0, 1), compute_uv=False) ** 2
    assert lens.explainable_variance(vectors) == pytest.approx(squares[:, 0] / squares.sum(-1), abs=1e-6)


def test_in_identical_contexts_a_word_is_fully_like_itself(model: Model) -> None:
    """The law: f is the same vector every time, so self-similarity and explainable variance are 1 at every layer."""
    states = model.run(model.encode("The bank of the river.")).hidden_states
    vectors = np.stack([states[:, 2]] * 4)
    assert np.abs(lens.self_similarity(vectors) - 1).max() < 1e-6
    assert np.abs(lens.explainable_variance(vectors) - 1).max() < 1e-6


@pytest.mark.parametrize("n", [2, 3, 17])
def test_they_are_bounded_and_know_no_length(n: Any) -> None:
    vectors = random_vectors(n, 4, 5)
    for measure in (lens.self_similarity, lens.intra_similarity):
        assert (np.abs(measure(vectors)) <= 1).all()
        assert measure(5 * vectors) == pytest.approx(measure(vectors), abs=1e-6)
    assert (lens.self_similarity(vectors) >= -1 / (n - 1) - 1e-6).all()  # n vectors cannot all point away from each other
    explained = lens.explainable_variance(vectors)
    assert (explained >= 1 / n - 1e-6).all() and (explained <= 1 + 1e-6).all()


def test_a_vector_of_zeros_breaks_nothing() -> None:
    vectors = np.zeros((3, 2, 4), dtype=np.float32)
    assert lens.self_similarity(vectors).tolist() == lens.explainable_variance(vectors).tolist() == [0, 0]


def test_random_pairs_are_of_different_texts_and_the_same_each_time() -> None:
    texts = np.repeat(np.arange(40), 9)
    pairs = lens.random_pairs(texts)
    assert len(pairs) == lens.PAIRS and (texts[pairs[:, 0]] != texts[pairs[:, 1]]).all()
    assert (pairs == lens.random_pairs(texts)).all() and (pairs[:50] != lens.random_pairs(texts, seed=1)[:50]).any()


def test_the_mean_cosine_of_pairs_by_hand() -> None:
    vectors = layers((1, 0), (0, 1), (1, 1))
    assert lens.mean_cosine(vectors, np.array([[0, 1], [0, 2]])) == pytest.approx([np.sqrt(0.5) / 2])


def test_the_baseline_is_near_the_mean_over_all_pairs() -> None:
    """A thousand pairs against all 57,600 of different texts: within three standard errors."""
    vectors, texts = random_vectors(240, 2, 6) + 0.5, np.repeat(np.arange(24), 10)
    unit = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    cosines = np.einsum("ald,bld->lab", unit, unit)[:, texts[:, None] != texts[None]]
    found = lens.baseline(vectors, texts)
    assert (found.n_pairs, found.n_words, found.n_texts) == (1000, 240, 24)
    assert (np.abs(found.cosine - cosines.mean(axis=-1)) < 3 * cosines.std(axis=-1) / np.sqrt(1000)).all()


def test_adjusted_is_raw_less_the_baseline() -> None:
    vectors = random_vectors(5, 2, 6) + 1
    measures = lens.measured(vectors, random_vectors(3, 2))
    baseline = lens.baseline(random_vectors(60, 2, 6), np.repeat(np.arange(6), 10))
    left = lens.adjusted(measures, baseline, 5)
    assert (left.own == measures.own - baseline.cosine).all() and (left.intra == measures.intra - baseline.cosine).all()
    assert (left.explained == measures.explained - baseline.explained(5)).all()


def test_of_random_words_themselves_nothing_is_left() -> None:
    """The law behind taking the baseline off: a random word set has, on average, nothing of its own."""
    vectors = random_vectors(400, 1, 12) + 0.4
    baseline = lens.baseline(vectors, np.arange(400))
    sets = [vectors[start : start + 20] for start in range(0, 400, 20)]
    left = [lens.adjusted(lens.measured(rows, np.zeros((1, 1))), baseline, 20) for rows in sets]
    assert abs(np.mean([rows.own for rows in left])) < 0.03 and abs(np.mean([rows.explained for rows in left])) < 0.03


def test_more_places_than_random_words_still_have_a_baseline() -> None:
    baseline = lens.baseline(random_vectors(4, 2, 6), np.array([0, 0, 1, 1]))
    assert baseline.explained(40) == pytest.approx(baseline.explained(4))
