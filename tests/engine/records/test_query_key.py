from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app import load
from bertviz_app.engine.layers import query_key
from bertviz_app.errors import RecordError, UnsupportedModel
from bertviz_app.records.query_key import QueryKey

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass


def test_scores_by_hand() -> None:
    """q = (1, 2), k = (3, 4) and (1, 0): 11 / √2 and 1 / √2."""
    made = QueryKey(np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[3.0, 4.0], [1.0, 0.0]]))
    np.testing.assert_allclose(made.scores, [[11 / 2**0.5, 1 / 2**0.5], [0, 0]])


def test_what_a_head_adds_for_the_distance_enters_the_score() -> None:
    """The same with b = 0.5 for the first pair: 11 / √2 + 0.5."""
    queries, keys = np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[3.0, 4.0], [1.0, 0.0]])
    made = QueryKey(queries, keys, np.array([[0.5, 0.0], [0.0, -1.0]]))
    np.testing.assert_allclose(made.scores, [[11 / 2**0.5 + 0.5, 1 / 2**0.5], [0, -1]])
    with pytest.raises(RecordError, match="distances"):
        QueryKey(queries, keys, np.zeros((2, 3)))


@pytest.mark.parametrize(
    "queries, keys", [(np.ones(3), np.ones(3)), (np.ones((2, 3)), np.ones((2, 4))), (np.full((1, 2), np.nan), np.ones((1, 2)))]
)
def test_what_is_no_queries_and_keys_is_refused(queries: Any, keys: Any) -> None:
    with pytest.raises(RecordError):
        QueryKey(queries, keys)


def test_the_softmax_of_the_scores_is_the_weights(model: Model, pair_forward: ForwardPass) -> None:
    """For every head of the embedded model; largest difference: 4e-7."""
    for layer, head in np.ndindex(pair_forward.attentions.shape[:2]):
        powers = np.exp(query_key(model, pair_forward, layer, head).scores.astype(np.float64))
        np.testing.assert_allclose(powers / powers.sum(axis=-1, keepdims=True), pair_forward.attentions[layer, head], atol=5e-6)


def test_the_neurons_of_a_model_with_distances_give_its_weights(tiny_families: dict[str, Path]) -> None:
    """MPNet's buckets of distances are the same in every layer; largest difference: 2e-7."""
    opened = load(str(tiny_families["mpnet"]))
    forward = opened.run(opened.encode("I love watching starlings.", "The cat sat on the mat."))
    for layer, head in np.ndindex(forward.attentions.shape[:2]):
        powers = np.exp(query_key(opened, forward, layer, head).scores.astype(np.float64))
        np.testing.assert_allclose(powers / powers.sum(axis=-1, keepdims=True), forward.attentions[layer, head], atol=2e-6)


def test_scores_that_are_made_of_more_are_not_shown_in_part(tiny_families: dict[str, Path]) -> None:
    opened = load(str(tiny_families["deberta"]))
    with pytest.raises(UnsupportedModel, match=r"q · k \+ q · distance \+ distance · k\) / √\(3 · 8\)"):
        query_key(opened, opened.run(opened.encode("I love AI!")), 0, 0)
