"""Layers computed again from a record, for every family: what comes out is what the encoder itself computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
import torch

from bertviz_app import load
from bertviz_app.engine.layers import distance_scores, layers

TEXT, PAIR = "I love watching starlings.", "The cat sat on the mat."


@pytest.fixture(scope="module", params=["embedded", *tiny.FAMILIES])
def opened(request: pytest.FixtureRequest, tiny_families: dict[str, Path]) -> Any:
    return load("embedded" if request.param == "embedded" else str(tiny_families[request.param]))


def test_each_layer_gives_the_next_hidden_states(opened: Any) -> None:
    """Largest difference over all families and layers: 4e-6 of values up to 12."""
    forward = opened.run(opened.encode(TEXT, PAIR))
    with torch.inference_mode():
        for layer in layers(opened):
            states, weights = (opened.tensor(array[layer.index]) for array in (forward.hidden_states, forward.attentions))
            output = layer.output(states, layer.context(states, weights))
            np.testing.assert_allclose(output.cpu(), forward.hidden_states[layer.index + 1], atol=2e-5)


def test_queries_and_keys_give_the_weights(opened: Any) -> None:
    """softmax(q · k / √width) is the row of weights; in one family a number for the distance is added first, and others make their scores of
    more. Largest difference: 3e-7.
    """
    forward = opened.run(opened.encode(TEXT, PAIR))
    assert bool(opened.info.traits.layers.query) == opened.info.traits.scores.startswith("q · k / √{width}")
    if not opened.info.traits.layers.query:
        return
    with torch.inference_mode():
        for layer in layers(opened):
            states = opened.tensor(forward.hidden_states[layer.index])
            queries, keys = layer.queries(states), layer.keys(states)  # [head, position, width]
            scores = queries @ keys.mT / queries.shape[-1] ** 0.5
            if (distances := distance_scores(opened, states)) is not None:
                assert distances.abs().max() > 0.1  # it is there to be seen
                scores = scores + distances
            weights = scores.softmax(dim=-1)
            np.testing.assert_allclose(weights.cpu(), forward.attentions[layer.index], atol=2e-6)


def test_a_path_leads_to_the_module_and_shared_layers_count_their_calls(opened: Any) -> None:
    found = layers(opened)
    assert all(opened.parts.part(layer.path) is layer.module for layer in found)
    shares = opened.info.traits.shares_layers
    assert [layer.call for layer in found] == (list(range(len(found))) if shares else [0] * len(found))
