"""The likeliest tokens of a vocabulary as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bertviz_app.records.forward import Floats

if TYPE_CHECKING:
    from pandas import DataFrame


def likeliest(logits: Floats, token: Callable[[int], str], k: int) -> DataFrame:
    """Logits [row, vocab] → the `k` likeliest tokens of each row, the likeliest first: columns row, token, token_id, probability.

    Probabilities are the softmax over the whole vocabulary; of equal ones the smaller id comes first. Raises `ValueError` when `k` is no number of tokens.
    """
    import pandas

    n_rows, n_tokens = logits.shape
    if not 1 <= k <= n_tokens:
        raise ValueError(f"k is how many tokens are wanted, 1 to {n_tokens:,}; it is {k}.")
    raised = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    probabilities = raised / raised.sum(axis=-1, keepdims=True)
    best = np.argsort(-probabilities, axis=-1, kind="stable")[:, :k]  # [row, k]
    return pandas.DataFrame(
        {
            "row": np.repeat(np.arange(n_rows), k),
            "token": [token(int(token_id)) for token_id in best.ravel()],
            "token_id": best.ravel(),
            "probability": np.take_along_axis(probabilities, best, axis=-1).ravel(),
        }
    )
