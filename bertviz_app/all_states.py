"""Every layer's vectors for many short texts, without the attention weights, in portions that let others in between."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch

from bertviz_app.models import turnstile
from bertviz_app.records import Encoding, Floats

if TYPE_CHECKING:
    from bertviz_app.models import Model

PORTION = 0.04  # seconds of passes in one turn, as the last one went: who comes in between waits about that long
MOST = 16  # texts in one batch


def all_states(model: Model, encodings: Sequence[Encoding]) -> Iterator[tuple[int, Floats]]:
    """(index in `encodings`, its hidden states [layer + 1, position, d_model], 0 the embeddings), shortest text first.

    The first batch is one text; the next are as large as its time allows. Each takes its own turn. Raises `Busy` when no place became
    free in time.
    """
    shortest_first = sorted(range(len(encodings)), key=lambda index: encodings[index].n_tokens)
    start, size = 0, 1
    while start < len(shortest_first):
        indices = shortest_first[start : start + size]
        with turnstile().turn(), torch.inference_mode():
            began = time.perf_counter()
            batch = model.batch([encodings[index] for index in indices])
            output = model.parts.encoder(**batch, output_hidden_states=True)
            # (layer + 1) × [text, position, d_model] → [text, layer + 1, position, d_model]
            states = torch.stack(output.hidden_states, dim=1).cpu().numpy()
            seconds = (time.perf_counter() - began) / len(indices)
        for row, index in enumerate(indices):
            yield index, states[row, :, : encodings[index].n_tokens]
        start += size
        size = min(MOST, max(1, int(PORTION / seconds)))
