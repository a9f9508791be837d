"""What values do in a layer, for every family, against hooks in plain transformers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny
import torch

from bertviz_app import load
from bertviz_app.chapters.attention_summed_up.measures import mixed_norms
from bertviz_app.engine.layers import layers
from bertviz_app.engine.value_mixing import value_products, value_zeroing
from bertviz_app.errors import UnsupportedModel
from bertviz_app.serving.pass_queue import pass_queue

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

TEXT, PAIR = "I love watching starlings.", "The cat sat on the mat."


@pytest.fixture(scope="module", params=["embedded", *tiny.FAMILIES])
def opened(request: pytest.FixtureRequest, tiny_families: dict[str, Path]) -> Any:
    return load("embedded" if request.param == "embedded" else str(tiny_families[request.param]))


def contexts(model: Model, forward: ForwardPass) -> Any:
    """What each layer hands to the map that mixes the heads, as the network itself computes it: layer × [query, d_model]."""
    found, handles = [], []
    for module in {one.part("mix") for one in layers(model)}:
        handles.append(module.register_forward_pre_hook(lambda _, inputs: found.append(inputs[0][0].clone())))
    model.run(forward.encoding)
    for handle in handles:
        handle.remove()
    return found


def test_products_are_symmetric_and_of_vectors(opened: Any) -> None:
    forward = opened.run(opened.encode(TEXT, PAIR))
    for layer in range(opened.info.n_layers):
        products = value_products(opened, forward, layer)
        n, n_heads = forward.encoding.n_tokens, opened.info.n_heads
        assert products.shape == (n, n_heads, n_heads)
        np.testing.assert_allclose(products, products.swapaxes(1, 2), atol=1e-9)
        assert np.linalg.eigvalsh(products).min() > -1e-6 * products.max()


def test_norms_equal_those_of_the_vectors_themselves(opened: Any) -> None:
    """‖Σ_h α f_h(x)‖ by brute force: each token's weighted vectors, of the network's own values, head by head.

    The vectors of all tokens sum to what the network mixes, hooked, less the bias. Largest difference of a norm, relative: 8e-8.
    """
    forward = opened.run(opened.encode(TEXT, PAIR))
    hooked = contexts(opened, forward)
    for one, weights, context in zip(layers(opened), forward.attentions, hooked, strict=True):
        states = opened.tensor(forward.hidden_states[one.index])
        with torch.inference_mode():
            values, mix = one.values(states).double(), one.part("mix")
            matrices = mix.weight.double().chunk(one.n_heads, dim=1)  # head × [d_model, width]
            arriving = sum(
                torch.einsum("qk,kd->qkd", torch.tensor(weights[head]).double(), values[head] @ matrices[head].T)
                for head in range(one.n_heads)
            )
            sums = mix(context).double() - mix.bias.double()
        np.testing.assert_allclose(arriving.sum(dim=1), sums, atol=2e-5)
        found = mixed_norms(weights, value_products(opened, forward, one.index))
        np.testing.assert_allclose(found, arriving.norm(dim=-1), rtol=1e-6)
        # No longer than the weighted lengths of the heads' vectors.
        lengths = torch.stack([(values[head] @ matrices[head].T).norm(dim=-1) for head in range(one.n_heads)]).numpy()
        assert (found <= np.einsum("hqk,hk->qk", weights, lengths) + 1e-5).all()


def test_it_takes_a_turn_and_no_pass(model: Model, forward: ForwardPass) -> None:
    before = pass_queue().passed
    value_products(model, forward, 0)
    assert pass_queue().passed == before + 1


def test_zeroing_equals_the_network_with_the_values_set_to_zero(opened: Any) -> None:
    """Brute force: the whole network, a hook that sets one token's values to zero, one token of one layer after the other.

    Largest difference of a distance over all families: 8e-8, of distances up to 0.2.
    """
    forward = opened.run(opened.encode(TEXT))
    found, n = value_zeroing(opened, forward), forward.encoding.n_tokens
    assert found.shape == (opened.info.n_layers, n, n) and found.min() >= 0 and found.max() <= 2
    for one in layers(opened):
        for token in range(n):
            with zeroed(opened, one, token):
                changed = opened.run(forward.encoding).hidden_states[one.index + 1]
            usual = forward.hidden_states[one.index + 1]
            cosine = torch.cosine_similarity(torch.tensor(changed).double(), torch.tensor(usual).double(), dim=-1)
            np.testing.assert_allclose(found[one.index, :, token], 1 - cosine, atol=1e-6)


@contextmanager
def zeroed(model: Model, one: Any, token: Any) -> Iterator[Any]:
    """One token's values are zero in one layer, the bias included, as the network runs."""
    calls = []

    def hook(_: Any, __: Any, output: Any) -> Any:
        calls.append(1)
        if len(calls) - 1 != one.call:
            return None
        output = output.clone()
        if one.names.packed:  # queries, keys and values of each head side by side; the bias of the values is added later
            heads = output.view(*output.shape[:-1], one.n_heads, 3, -1)
            heads[0, token, :, 2] = -one.part("bias").view(one.n_heads, -1)
        else:
            output[0, token] = 0
        return output

    handle = one.part("values").register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def test_a_token_that_nobody_looks_at_changes_nothing(model: Model, forward: ForwardPass) -> None:
    """Its weights are zero, and the states are those that such weights give: without its values everything stays as it is."""
    attentions = forward.attentions.copy()
    attentions[..., 2] = 0
    attentions /= attentions.sum(axis=-1, keepdims=True)
    states = [forward.hidden_states[0]]
    with torch.inference_mode():
        for one in layers(model):
            last = model.tensor(states[-1])
            states.append(one.output(last, one.context(last, model.tensor(attentions[one.index]))).cpu().numpy())
    distances = value_zeroing(model, replace(forward, attentions=attentions, hidden_states=np.stack(states)))
    assert distances[..., 2].max() < 1e-12 and distances.sum(axis=-1).min() > 1e-4


def test_portions_take_their_own_turns_and_say_how_far_they_are(model: Model, forward: ForwardPass) -> None:
    said: list[Any]
    before, said = pass_queue().passed, []
    value_zeroing(model, forward, said.append)
    assert said == sorted(said) and said[-1] == 1
    assert pass_queue().passed == before + model.info.n_layers + len(said)  # one more for each layer as it is


def test_who_stops_it_in_between_leaves_no_turn_taken(model: Model, forward: ForwardPass) -> None:
    class Stopped(BaseException):
        pass

    def stop(_: Any) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        value_zeroing(model, forward, stop)
    assert pass_queue().under_way == 0


def test_a_layer_of_another_build_is_refused_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A convolution behind the first layer, as some checkpoints have it: zeroing would miss it, norms do not need it."""
    row = tiny.FAMILIES["deberta-v2"]
    options = dict(row.options) | {"conv_kernel_size": 3, "conv_act": "gelu"}
    monkeypatch.setitem(tiny.FAMILIES, "convolved", replace(row, options=options))
    model = load(str(tiny.save("convolved", tmp_path / "convolved")))
    forward = model.run(model.encode(TEXT))
    with pytest.raises(UnsupportedModel, match=r"runs the layers of convolved again, and layer 1 has a part"):
        value_zeroing(model, forward)
    assert np.isfinite(value_products(model, forward, 0)).all()
