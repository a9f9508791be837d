"""The neurons of one layer at one token, computed again from a record: no encoder pass."""

from __future__ import annotations

import torch

from bertviz_app.engine.layers import layers
from bertviz_app.engine.model import Model
from bertviz_app.records.feed_forward import FeedForward
from bertviz_app.records.forward import ForwardPass


def feed_forward(model: Model, forward: ForwardPass, layer: int, position: int) -> FeedForward:
    """What the feed-forward network of a layer did at a position, from the model's own record."""
    own = layers(model)[layer]
    here = slice(position, position + 1)
    with torch.inference_mode():
        states = model.tensor(forward.hidden_states[layer])  # [position, d_model]
        weights = model.tensor(forward.attentions[layer, :, here])  # [head, 1, key]
        inputs = own.attended(states[here], own.context(states, weights))  # [1, d_model]
        activations = own.activations(inputs)  # [1, neuron]
    down = own.part("down")
    return FeedForward(
        layer=layer,
        position=position,
        inputs=inputs[0].cpu().numpy(),
        activations=activations[0].cpu().numpy(),
        vectors=down.weight.detach().cpu().numpy().T,  # [d_model, neuron] → [neuron, d_model]
        bias=down.bias.detach().cpu().numpy(),
        path=f"{own.path}.{own.names.down}",
        call=own.call,
    )
