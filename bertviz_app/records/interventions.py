"""What can be changed in the middle of an encoder pass: heads switched off, layers skipped, vectors taken from another pass.

    head (layer, head)        its values are 0 where the layer's heads are mixed: only the bias and the other heads are left
    layer                     hands on what it was given: its attention and its feed-forward network are both left out
    patch (state, position)   the vector there is that of another pass; state 0 is what the embeddings give, state n what layer n gives

Sources: Michel et al., Are sixteen heads really better than one? (2019), section 2.3; Meng et al., Locating and editing factual
associations in GPT (2022), section 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bertviz_app.records.model_info import ModelInfo


@dataclass(frozen=True)
class Intervention:
    """What is done in one pass; everything counts from 0. Empty: a plain pass."""

    heads: frozenset[tuple[int, int]] = frozenset()
    layers: frozenset[int] = frozenset()
    patches: frozenset[tuple[int, int]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.heads or self.layers or self.patches)

    def within(self, info: ModelInfo) -> Intervention:
        """As much of it as there is in a model: another may have fewer layers, or fewer heads in each."""
        heads = frozenset((layer, head) for layer, head in self.heads if layer < info.n_layers and head < info.n_heads)
        return replace(self, heads=heads, layers=frozenset(layer for layer in self.layers if layer < info.n_layers))


NOTHING = Intervention()  # a plain pass


def each_head(info: ModelInfo) -> tuple[Intervention, ...]:
    """One head off at a time: layer by layer, and head by head within a layer."""
    places = ((layer, head) for layer in range(info.n_layers) for head in range(info.n_heads))
    return tuple(Intervention(heads=frozenset([place])) for place in places)


def each_vector(info: ModelInfo, n_tokens: int) -> tuple[Intervention, ...]:
    """One vector patched at a time: state by state, from the embeddings on, and position by position within a state."""
    places = ((state, position) for state in range(info.n_layers + 1) for position in range(n_tokens))
    return tuple(Intervention(patches=frozenset([place])) for place in places)
