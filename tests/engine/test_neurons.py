"""The feed-forward network computed again from a record: against forward hooks on plain transformers, for every family."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny
import torch
import transformers

from bertviz_app import load
from bertviz_app.engine.layers import layers
from bertviz_app.engine.neurons import feed_forward
from bertviz_app.errors import RecordError
from bertviz_app.records.feed_forward import FeedForward
from bertviz_app.serving.pass_queue import pass_queue

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

TEXT, PAIR = "I love [MASK] starlings.", "The cat sat on the mat."
# In plain transformers: the ending of the module whose output the activations are.
HOOKED = {"distilbert": "ffn.activation", "albert": "albert_layers.0.activation"}


@pytest.fixture(scope="module", params=["embedded", *tiny.FAMILIES])
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def folder(name: Any, tiny_families: dict[str, Path]) -> str:
    return "bertviz_app/embedded" if name == "embedded" else str(tiny_families[name])


@pytest.fixture(scope="module")
def opened(name: Any, folder: Any) -> Any:
    return load("embedded" if name == "embedded" else folder)


@pytest.mark.parametrize("pair", [None, PAIR])
def test_the_activations_equal_those_that_a_hook_sees(name: Any, folder: Any, opened: Any, pair: Any) -> None:
    """Largest difference over all families, layers and positions: 8e-6 in the embedded model, whose activations reach 4."""
    loads_as = "BertForPreTraining" if name == "embedded" else tiny.FAMILIES[name].architecture
    network = getattr(transformers, loads_as).from_pretrained(folder, attn_implementation="eager").eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    seen: list[Any] = []
    for path, part in network.named_modules():
        if path.endswith(HOOKED.get(name, "intermediate")):
            part.register_forward_hook(lambda *call: seen.append(call[-1][0]))
    with torch.inference_mode():
        network(**tokenizer(TEXT.replace("[MASK]", tokenizer.mask_token), pair, return_tensors="pt"))
    forward = opened.run(opened.encode(TEXT, pair))
    assert len(seen) == opened.info.n_layers and seen[0].shape == (forward.encoding.n_tokens, opened.info.d_feedforward)
    differences = [
        np.abs(feed_forward(opened, forward, layer, position).activations - seen[layer][position].numpy()).max()
        for layer in range(opened.info.n_layers)
        for position in range(forward.encoding.n_tokens)
    ]
    assert max(differences) < 1e-5


def normalized(vector: Any, norm: Any) -> Any:
    """LayerNorm written out: shifted to mean 0, scaled to variance 1, then by the learned factors."""
    vector = vector.astype(np.float64)
    epsilon = getattr(norm, "eps", None) or norm.variance_epsilon
    scale, shift = (part.detach().numpy() for part in (norm.weight, norm.bias))
    return (vector - vector.mean()) / np.sqrt(vector.var() + epsilon) * scale + shift


def test_the_neurons_the_bias_and_the_input_normalised_are_the_next_hidden_state(opened: Any) -> None:
    """The law: LayerNorm(x + Σ a_i v_i + bias) is what the layer hands on."""
    forward = opened.run(opened.encode(TEXT, PAIR))
    for layer in layers(opened):
        for position in (0, 3, forward.encoding.n_tokens - 1):
            found = feed_forward(opened, forward, layer.index, position)
            total = found.inputs + found.activations @ found.vectors + found.bias
            after = normalized(total, layer.part("out_norm"))
        assert np.abs(after - forward.hidden_states[layer.index + 1, position]).max() < 2e-5


def test_it_costs_no_pass_and_changes_no_weight(model: Model, forward: ForwardPass) -> None:
    before = pass_queue().passed
    found = feed_forward(model, forward, 2, 1)
    assert pass_queue().passed == before
    with pytest.raises(ValueError):
        found.vectors[0, 0] = 1


def test_what_is_not_finite_or_does_not_fit_is_refused() -> None:
    good = {"inputs": np.zeros(2), "activations": np.zeros(3), "vectors": np.zeros((3, 2)), "bias": np.zeros(2)}
    FeedForward(0, 0, **good, path="", call=0)
    for bad in ({"activations": np.zeros(2)}, {"inputs": np.full(2, np.nan)}):
        with pytest.raises(RecordError):
            FeedForward(0, 0, **(good | bad), path="", call=0)
