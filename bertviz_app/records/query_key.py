"""The record of what makes the attention weights of one head: a query and a key for each token.

    score[query, key]   = Σ_d q[query, d] · k[key, d] / √width (+ b[query, key], in a family that adds a number for the distance)
    weights[query, key] = softmax over keys of the scores

Source: Vaswani et al., Attention Is All You Need (2017), section 3.2.1; for the distance, Raffel et al., T5 (2020), section 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bertviz_app.errors import RecordError
from bertviz_app.records.forward import Floats
from bertviz_app.records.labels import in_a_line


@dataclass(frozen=True, eq=False)
class QueryKey:
    """Queries and keys of one head, each [position, width], read-only; `distances` [query, key] is added to their scores, or None.

    Raises `RecordError` when the shapes differ or a value is not finite.
    """

    queries: Floats
    keys: Floats
    distances: Floats | None = None
    __repr__ = in_a_line

    def __post_init__(self) -> None:
        n = len(self.queries)
        if self.queries.ndim != 2 or self.queries.shape != self.keys.shape:
            raise RecordError(f"queries {self.queries.shape} and keys {self.keys.shape} are not both [position, width]")
        if self.distances is not None and self.distances.shape != (n, n):
            raise RecordError(f"distances {self.distances.shape} are not [query, key] of {n} positions")
        for name in ("queries", "keys") if self.distances is None else ("queries", "keys", "distances"):
            array: Floats = getattr(self, name).view()
            if not np.isfinite(array).all():
                raise RecordError(f"{name} hold a value that is not finite")
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def scores(self) -> Floats:
        """[query, key] before the softmax.

        >>> QueryKey(np.array([[1.0, 2, 0, 0]]), np.array([[3.0, 0.5, 1, 1]])).scores.tolist()
        [[2.0]]
        """
        scores: Floats = self.queries @ self.keys.T / np.sqrt(self.queries.shape[-1])
        return scores if self.distances is None else scores + self.distances
