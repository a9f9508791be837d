"""What values do in a layer, for every family, against hooks in plain transformers."""

from __future__ import annotations

import numpy as np
import pytest
import tiny
import torch

from bertviz_app import load
from bertviz_app.layers import layers
from bertviz_app.lenses.token_maps import mixed_norms
from bertviz_app.mixing import value_products

TEXT, PAIR = "I love watching starlings.", "The cat sat on the mat."


@pytest.fixture(scope="module", params=["embedded", *tiny.FAMILIES])
def opened(request, tiny_families):
    return load("embedded" if request.param == "embedded" else str(tiny_families[request.param]))


def contexts(model, forward):
    """What each layer hands to the map that mixes the heads, as the network itself computes it: layer × [query, d_model]."""
    found, handles = [], []
    for module in {one.part("mix") for one in layers(model)}:
        handles.append(module.register_forward_pre_hook(lambda _, inputs: found.append(inputs[0][0].clone())))
    model.run(forward.encoding)
    for handle in handles:
        handle.remove()
    return found


def test_products_are_symmetric_and_of_vectors(opened):
    forward = opened.run(opened.encode(TEXT, PAIR))
    for layer in range(opened.info.n_layers):
        products = value_products(opened, forward, layer)
        n, n_heads = forward.encoding.n_tokens, opened.info.n_heads
        assert products.shape == (n, n_heads, n_heads)
        np.testing.assert_allclose(products, products.swapaxes(1, 2), atol=1e-9)
        assert np.linalg.eigvalsh(products).min() > -1e-6 * products.max()


def test_norms_equal_those_of_the_vectors_themselves(opened):
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


def test_it_takes_a_turn_and_no_pass(model, forward):
    from bertviz_app.models import turnstile

    before = turnstile().passed
    value_products(model, forward, 0)
    assert turnstile().passed == before + 1
