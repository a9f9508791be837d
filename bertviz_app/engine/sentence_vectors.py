"""One vector for a text, made as its sentence-transformers folder says, or as the visitor does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from bertviz_app.engine.model import Model
from bertviz_app.errors import MissingHead
from bertviz_app.families.pooling import POOLINGS, Floats
from bertviz_app.records.forward import FinalState, ForwardPass


def sentence_vectors(model: Model, states: Sequence[FinalState | ForwardPass], *, n_prompt: int = 0) -> Floats:
    """The vectors that a sentence-transformers model was trained to give: [text, numbers].

    `n_prompt` tokens at the beginning of each text, [CLS] among them, are those of a prompt. Raises `MissingHead` for any other model.
    """
    made = model.parts.sentences
    if made is None or made.recipe.unread:
        raise MissingHead(f"{model.info.title} was not saved with a way to make one vector of a text that is read here.")
    rows = []
    for state in states:
        last = state.hidden_states[-1] if isinstance(state, ForwardPass) else state.last_hidden_state
        kept = made.recipe.places(len(last), n_prompt)
        rows.append(np.concatenate([POOLINGS[name].pool(last, kept) for name in made.recipe.poolings]))
    with torch.inference_mode():
        # [text, pooled numbers] → [text, numbers]
        vectors = made.dense(model.tensor(np.stack(rows))) if len(made.dense) else model.tensor(np.stack(rows))
        if made.recipe.normalises:
            vectors = torch.nn.functional.normalize(vectors, dim=-1)
    found: Floats = vectors.float().cpu().numpy()
    return found
