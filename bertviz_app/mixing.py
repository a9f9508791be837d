"""What values do in each layer, computed again from a record: no encoder pass, no hook on a network that others use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from bertviz_app.layers import layers
from bertviz_app.models import turnstile

if TYPE_CHECKING:
    from bertviz_app.models import Model
    from bertviz_app.records import ForwardPass

Doubles = NDArray[np.float64]


def value_products(model: Model, forward: ForwardPass, layer: int) -> Doubles:
    """Inner products of the vectors f_h(x) = (x W_V + b_V) W_O that the heads of one layer hand over for each token.

    ⟨f_h(x), f_g(x)⟩: [position, head, head], symmetric, the squared norms on the diagonal. With the weights, they give the norm of any
    weighted sum over heads without keeping the vectors. Raises `Busy` when no place became free in time.

    Source: Kobayashi et al., Attention is Not Only a Weight (2020), section 3.
    """
    one = layers(model)[layer]
    with turnstile().turn(), torch.inference_mode():
        values = one.values(model.tensor(forward.hidden_states[layer]))
        # W_O acts on the heads side by side: [d_model, head · width] → [d_model, head, width]
        mix = one.part("mix").weight.unflatten(1, (one.n_heads, -1))
        vectors = torch.einsum("hkw,dhw->khd", values, mix).double()  # f_h(x): [position, head, d_model]
        products: Doubles = (vectors @ vectors.mT).cpu().numpy()
    return products
