"""The feed-forward network of one layer at one token: the record of what it computed.

    a = act(W_up x + b_up)                x: the layer's attention output after its LayerNorm, [d_model]
    out = Σ_i a_i v_i + b_down            v_i: column i of the second weight, the output vector of neuron i
    next hidden state = LayerNorm(x + out)

Source: Geva et al., Transformer Feed-Forward Layers Are Key-Value Memories (2021), section 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bertviz_app.errors import RecordError
from bertviz_app.records.forward import Floats
from bertviz_app.records.labels import in_a_line


@dataclass(frozen=True, eq=False)
class FeedForward:
    """What the feed-forward network of one layer did at one position.

    inputs       [d_model]            what it was given: the attention output after its LayerNorm
    activations  [neuron]             after the non-linearity (GELU)
    vectors      [neuron, d_model]    what each neuron adds for each unit of its activation; the layer's own weights
    bias         [d_model]            added whatever the token
    path         of the second linear map in transformers' modules, whose input the activations are
    call         how often that module was called before in one pass: above 0 where layers share their weights

    Raises `RecordError` when the shapes disagree or a value is not finite.
    """

    layer: int
    position: int
    inputs: Floats
    activations: Floats
    vectors: Floats
    bias: Floats
    path: str
    call: int
    __repr__ = in_a_line

    def __post_init__(self) -> None:
        n_neurons, d_model = self.vectors.shape
        for name, shape in (
            ("inputs", (d_model,)),
            ("activations", (n_neurons,)),
            ("bias", (d_model,)),
            ("vectors", self.vectors.shape),
        ):
            array: Floats = getattr(self, name).view()
            if array.shape != shape or not np.isfinite(array).all():
                raise RecordError(f"{name} has shape {array.shape}, expected {shape}, or holds a value that is not finite")
            array.setflags(write=False)
            object.__setattr__(self, name, array)
