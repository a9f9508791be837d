"""What values do in each layer, computed again from a record: no encoder pass, no hook on a network that others use."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import normalize

from bertviz_app.engine.layers import Layer, layers
from bertviz_app.engine.model import Model
from bertviz_app.errors import UnsupportedModel
from bertviz_app.records.forward import ForwardPass
from bertviz_app.serving.pass_queue import pass_queue
from bertviz_app.serving.portions import Portions

Doubles = NDArray[np.float64]

PORTION = 0.03  # seconds of work in one turn on a quiet machine, so that nobody waits 0.1 on a busy one
MOST_ROWS = 4096  # vectors that go through a feed-forward network at once: 50 MB in a base model
TOLERANCE = 1e-2  # rounding stays three orders below; a layer that is built differently is far above


def value_products(model: Model, forward: ForwardPass, layer: int) -> Doubles:
    """Inner products of the vectors f_h(x) = (x W_V + b_V) W_O that the heads of one layer hand over for each token.

    ⟨f_h(x), f_g(x)⟩: [position, head, head], symmetric, the squared norms on the diagonal. With the weights, they give the norm of any
    weighted sum over heads without keeping the vectors. Raises `Busy` when no place became free in time.

    Source: Kobayashi et al., Attention is Not Only a Weight (2020), section 3.
    """
    one = layers(model)[layer]
    with pass_queue().turn(), torch.inference_mode():
        values = one.values(model.tensor(forward.hidden_states[layer]))
        # W_O acts on the heads side by side: [d_model, head · width] → [d_model, head, width]
        mix = one.part("mix").weight.unflatten(1, (one.n_heads, -1))
        vectors = torch.einsum("hkw,dhw->khd", values, mix).double()  # f_h(x): [position, head, d_model]
        products: Doubles = (vectors @ vectors.mT).cpu().numpy()
    return products


def value_zeroing(model: Model, forward: ForwardPass, progress: Callable[[float], object] = lambda _: None) -> Doubles:
    """How much each token's output of a layer turns when one token's values are zeroed in that layer alone: [layer, query, key].

    The cosine distance between the outputs with and without, 0 to 2. About as much work as a pass for each token, in portions that take
    a turn each; `progress` is told the share that is done, between turns.

    Raises `UnsupportedModel` when a layer computes something else than its parts say, and `Busy` when no place became free in time.
    Source: Mohebbi et al., Quantifying Context Mixing in Transformers (2023), section 3.
    """
    n, n_layers = forward.encoding.n_tokens, forward.model.n_layers
    distances = np.empty((n_layers, n, n))
    for one in layers(model):
        without = _Without(model, forward, one)
        portions = Portions(n, seconds=PORTION, most=max(1, MOST_ROWS // n))
        for keys in portions:
            with pass_queue().turn(), portions.timed():
                distances[one.index, :, keys] = without.distances(keys)
            progress((one.index * n + keys.stop) / (n_layers * n))
    return distances


class _Without:
    """One layer of a record, to be computed again without the values of some tokens."""

    def __init__(self, model: Model, forward: ForwardPass, layer: Layer) -> None:
        self._layer = layer
        with pass_queue().turn(), torch.inference_mode():
            self._states, self._weights = (
                model.tensor(array[layer.index]) for array in (forward.hidden_states, forward.attentions)
            )
            self._values = layer.values(self._states)
            self._context = layer.context(self._states, self._weights)
            self._usual = layer.output(self._states, self._context)
        if not np.allclose(self._usual.cpu(), forward.hidden_states[layer.index + 1], atol=TOLERANCE, rtol=TOLERANCE):
            raise UnsupportedModel(
                f"It runs the layers of {forward.model.title} again, and layer {layer.index + 1} has a part that it does not know."
            )

    def distances(self, keys: slice) -> Doubles:
        """[query, key] for these keys."""
        with torch.inference_mode():
            # The weights stay: the context without a token is the context less its weighted values.
            lost = torch.einsum("hqk,hkw->kqhw", self._weights[:, :, keys], self._values[:, keys]).flatten(2)
            changed = self._layer.output(self._states, self._context - lost)  # [key, query, d_model]
            # 1 − cos = ½ ‖a − b‖² of vectors of length 1: small turns are not lost in what is left of 1.
            turned = normalize(changed, dim=-1) - normalize(self._usual, dim=-1)
            found: Doubles = (turned.square().sum(dim=-1).double() / 2).T.cpu().numpy()
        return found
