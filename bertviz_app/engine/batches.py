"""Every layer's vectors for many short texts, without the attention weights, in portions that let others in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from bertviz_app.engine.model import Model
from bertviz_app.records.forward import Encoding, Floats
from bertviz_app.serving.pass_queue import pass_queue
from bertviz_app.serving.portions import Portions


def all_states(model: Model, encodings: Sequence[Encoding]) -> Iterator[tuple[int, Floats]]:
    """(index in `encodings`, its hidden states [layer + 1, position, d_model], 0 the embeddings), shortest text first.

    Batches are as large as `Portions` makes them. Each takes its own turn. Raises `Busy` when no place became
    free in time.
    """
    shortest_first = sorted(range(len(encodings)), key=lambda index: encodings[index].n_tokens)
    portions = Portions(len(encodings))
    for place in portions:
        indices = shortest_first[place]
        with pass_queue().turn(), portions.timed(), torch.inference_mode():
            batch = model.batch([encodings[index] for index in indices])
            output = model.parts.encoder(**batch, output_hidden_states=True)
            # (layer + 1) × [text, position, d_model] → [text, layer + 1, position, d_model]
            states = torch.stack(output.hidden_states, dim=1).cpu().numpy()
        for row, index in enumerate(indices):
            yield index, states[row, :, : encodings[index].n_tokens]
