"""Encoder passes with parts switched off or vectors exchanged, none of which another pass can see.

Hooks are put into a network once, while nobody else has it yet: putting them in later would change a dictionary that a pass under
way is walking through. They do nothing unless the pass that calls them was started within `switched`, and what is switched is
held in a context variable: every thread has its own, so a pass of another visitor finds none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch

from bertviz_app.records.forward import ForwardPass, ModelInfo
from bertviz_app.records.interventions import Intervention


def attach(encoder: Any, mixes: str) -> None:
    """Put the hooks into a network that nobody uses yet. `mixes` is how the name of the layer that mixes heads ends."""
    modules = dict(encoder.named_modules())
    for name, module in modules.items():
        if name.endswith(f".{mixes}"):
            module.register_forward_pre_hook(_before_mixing)
            layer = modules[name.removesuffix(f".{mixes}")]
            layer.register_forward_pre_hook(_before_layer)
            layer.register_forward_hook(_after_layer)


class Switches:
    """What is done to each row of one batch, and how far its pass is. A model may run one module for every layer: calls are counted."""

    def __init__(self, info: ModelInfo, rows: Sequence[Intervention], donor: ForwardPass | None) -> None:
        self.layer = 0
        self._n_heads = info.n_heads
        self._heads = [(layer, row, head) for row, what in enumerate(rows) for layer, head in what.heads]
        self._skipped = [(layer, row) for row, what in enumerate(rows) for layer in what.layers]
        self._patches = [(state, row, position) for row, what in enumerate(rows) for state, position in what.patches]
        self._donor = donor

    def mixed(self, values: torch.Tensor) -> torch.Tensor:
        """[row, position, head · width]: the heads of this layer, those that are off set to 0."""
        off = [(row, head) for layer, row, head in self._heads if layer == self.layer]
        if not off:
            return values
        # → [row, position, head, width], a copy
        heads = values.unflatten(-1, (self._n_heads, -1)).clone()
        for row, head in off:
            heads[row, :, head] = 0
        return heads.flatten(-2)

    def passed(self, before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
        """[row, position, d_model]: what a layer gives, or, where it is skipped, what it was given; then the patches."""
        rows = [row for layer, row in self._skipped if layer == self.layer]
        if rows:
            after = after.clone()
            after[rows] = before[rows]
        self.layer += 1
        return self.patched(after)

    def patched(self, vectors: torch.Tensor) -> torch.Tensor:
        """[row, position, d_model]: the vectors of this state, some of them the donor's."""
        here = [(row, position) for state, row, position in self._patches if state == self.layer]
        if not here or self._donor is None:
            return vectors
        rows, positions = map(list, zip(*here, strict=True))
        vectors = vectors.clone()
        # A copy: the record's array is read-only, which torch does not know.
        vectors[rows, positions] = torch.tensor(self._donor.hidden_states[self.layer, positions], device=vectors.device)
        return vectors


_active: ContextVar[Switches | None] = ContextVar("interventions", default=None)


@contextmanager
def switched(switches: Switches) -> Iterator[None]:
    """For the passes that this thread makes within the block, and no other."""
    token = _active.set(switches)
    try:
        yield
    finally:
        _active.reset(token)


def _before_mixing(_: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...] | None:
    switches = _active.get()
    return None if switches is None else (switches.mixed(inputs[0]), *inputs[1:])


def _before_layer(_: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...] | None:
    switches = _active.get()
    return None if switches is None or switches.layer else (switches.patched(inputs[0]), *inputs[1:])


def _after_layer(_: Any, inputs: tuple[Any, ...], output: Any) -> Any:
    switches = _active.get()
    if switches is None:
        return None
    if isinstance(output, tuple):  # some families hand their weights along
        return (switches.passed(inputs[0], output[0]), *output[1:])
    return switches.passed(inputs[0], output)
