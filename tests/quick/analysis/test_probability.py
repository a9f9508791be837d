from __future__ import annotations

import numpy as np
import pytest

from bertviz_app.analysis.probability import log_probability, softmax


def test_softmax_by_hand() -> None:
    assert softmax(np.array([0.0, np.log(3.0)], dtype=np.float32)) == pytest.approx([0.25, 0.75])
    assert softmax(np.array([1e4, 1e4], dtype=np.float32)) == pytest.approx([0.5, 0.5])


def test_rows_sum_to_one_and_logs_agree() -> None:
    logits = np.random.default_rng(0).normal(size=(5, 100)).astype(np.float32) * 10
    chosen = np.arange(5) * 7
    assert softmax(logits).sum(axis=-1) == pytest.approx(np.ones(5), abs=1e-5)
    assert np.exp(log_probability(logits, chosen)) == pytest.approx(softmax(logits)[np.arange(5), chosen], rel=1e-4)
