"""The layers of a loaded model, one by one, to compute parts of them again from a record: no encoder pass, no hooks.

Attention weights and hidden states are in the record already. What follows them in a layer works on each token alone, so
that a part of it can be run again for the tokens, or the changes, that are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import torch

from bertviz_app.engine.model import Model
from bertviz_app.errors import UnsupportedModel
from bertviz_app.families.layer_names import LayerNames
from bertviz_app.records.forward import ForwardPass
from bertviz_app.records.query_key import QueryKey


@dataclass(frozen=True)
class Layer:
    """One layer of a network.

    path  of its module, in transformers' names
    call  how often that module was called before in one pass: above 0 where layers share their weights
    """

    index: int
    path: str
    call: int
    module: Any
    names: LayerNames
    n_heads: int

    def part(self, name: str) -> Any:
        """One of its modules, by a field of `LayerNames`."""
        return attrgetter(getattr(self.names, name))(self.module)

    def queries(self, states: torch.Tensor) -> torch.Tensor:
        """[position, d_model] → [head, position, width]. Only where `names.query` is not empty."""
        return self._heads(self.part("query")(states))

    def keys(self, states: torch.Tensor) -> torch.Tensor:
        """[position, d_model] → [head, position, width]. Only where `names.key` is not empty."""
        return self._heads(self.part("key")(states))

    def values(self, states: torch.Tensor) -> torch.Tensor:
        """What each token hands over in each head: [position, d_model] → [head, position, width]."""
        values = self._heads(self.part("values")(states))
        if not self.names.packed:
            return values
        # [head, position, (query, key, value)] → the last third; its bias is kept apart: [head · width] → [head, 1, width]
        return values.chunk(3, dim=-1)[-1] + self.part("bias").unflatten(-1, (self.n_heads, 1, -1))

    def context(self, states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """What attention collects: states [key, d_model], weights [head, query, key] → [query, head · width]."""
        return torch.einsum("hqk,hkw->qhw", weights, self.values(states)).flatten(1)

    def attended(self, states: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """The first half of the layer after its weights: its states and a context, both [..., position, d_model] → the same."""
        attended: torch.Tensor = self.part("norm")(states + self.part("mix")(context))
        return attended

    def activations(self, attended: torch.Tensor) -> torch.Tensor:
        """The neurons of the feed-forward network after the bend: [..., d_model] → [..., d_feedforward]."""
        activations: torch.Tensor = self.part("act")(self.part("up")(attended))
        return activations

    def output(self, states: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """All of the layer after its weights: its states and a context, both [..., position, d_model] → the next states."""
        attended = self.attended(states, context)
        output: torch.Tensor = self.part("out_norm")(attended + self.part("down")(self.activations(attended)))
        return output

    def _heads(self, vectors: torch.Tensor) -> torch.Tensor:
        return vectors.unflatten(-1, (self.n_heads, -1)).transpose(0, 1)


def layers(model: Model) -> tuple[Layer, ...]:
    """All layers in order. Where layers share their weights, the same module comes several times."""
    names, family, n_layers = model.info.traits.layers, model.parts.family, model.info.n_layers
    path = f"{family.encoder}.{names.stack}"
    n_modules = len(model.parts.part(path))
    inner = f".{names.inner}" if names.inner else ""
    # One module a layer, or one for so many layers in a row.
    module_of = [index * n_modules // n_layers for index in range(n_layers)]
    return tuple(
        Layer(
            index=index,
            path=(place := f"{path}.{module}{inner}"),
            call=module_of[:index].count(module),
            module=model.parts.part(place),
            names=names,
            n_heads=model.info.n_heads,
        )
        for index, module in enumerate(module_of)
    )


def query_key(model: Model, forward: ForwardPass, layer: int, head: int) -> QueryKey:
    """What makes the weights of one head. Raises `UnsupportedModel` for a family whose scores are made of more than queries and keys."""
    chosen = layers(model)[layer]
    if not chosen.names.query:
        scores = model.info.traits.scores.format(width=model.info.d_model // model.info.n_heads)
        raise UnsupportedModel(
            f"The attention scores of {model.info.title} are {scores}: with queries and keys alone, this view would show a part of them as if it were all."
        )
    with torch.inference_mode():
        states = model.tensor(forward.hidden_states[layer])
        queries, keys = (vectors[head].cpu().numpy() for vectors in (chosen.queries(states), chosen.keys(states)))
        distances = distance_scores(model, states)
    return QueryKey(queries, keys, None if distances is None else distances[head].cpu().numpy())


def distance_scores(model: Model, states: torch.Tensor) -> torch.Tensor | None:
    """What each head adds to its scores for the distance of two tokens, the same in every layer: states [position, d_model] →
    [head, query, key]; None for a family that adds nothing.
    """
    names = model.info.traits.layers
    if not names.distance:
        return None
    scores: torch.Tensor = attrgetter(names.distance)(model.parts.encoder)(states[None])[0]
    return scores
