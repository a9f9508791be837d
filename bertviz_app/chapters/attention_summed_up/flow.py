"""Attention flow: how much can stream from each token of the input to a token's last vector, if weights are the widths of pipes.

The layers are a graph with a node for each token and state. From token i after a layer to token j before it leads a pipe as wide as
Ã[i, j] = ½ (mean over heads of A[i, j]) + ½ [i = j]. The flow from i at the top to j at the bottom is the largest that the pipes bear, and by the theorem
of Ford and Fulkerson the narrowest cut between the two.

Source: Abnar and Zuidema, Quantifying Attention Flow in Transformers (2020), section 3.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

# SciPy's flows are of whole numbers: a width of 1 is so many. A pipe is rounded by at most half of one, 2e-9.
UNITS = 1 << 28
# Seconds between two flows. They are Python and hold every other thread up, which would wait 5 ms for each step of its own.
PAUSE = 1e-4


def flows(
    mixed: Doubles,
    progress: Callable[[float], object] = lambda _: None,
    turn: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Doubles:
    """The flow between each two tokens: [layer, query, key], rows that sum to 1 → [query, key], each at most 1.

    A flow for each pair of tokens, each in a `turn` of its own. `progress` is told the share that is done after each row.
    """
    n = mixed.shape[-1]
    found = np.empty((n, n))
    for query in range(n):
        for key in range(n):
            with turn():
                found[query, key] = flow(mixed, query, key)
            time.sleep(PAUSE)
        progress((query + 1) / n)
    return found


def flow(mixed: Doubles, query: int, key: int) -> float:
    """The flow from one token's last vector to one token of the input: [layer, query, key] → 0 to 1.

    Two layers, two tokens: by the first token .6 of .7, by the second .2 of .3.

    >>> round(flow(np.array([[[0.6, 0.4], [0.2, 0.8]], [[0.7, 0.3], [0.5, 0.5]]]), 0, 0), 6)
    0.8
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    n_layers, n, _ = mixed.shape
    widths = np.round(mixed * UNITS).astype(np.int32)
    # Node `state · n + token`, state 0 the input. Above, only the query has pipes; below, only those to the key are of use.
    layer, i, j = widths.nonzero()
    used = ((layer < n_layers - 1) | (i == query)) & ((layer > 0) | (j == key))
    layer, i, j = layer[used], i[used], j[used]
    size = (n_layers + 1) * n
    pipes = csr_array((widths[layer, i, j], ((layer + 1) * n + i, layer * n + j)), shape=(size, size), dtype=np.int32)
    found = float(maximum_flow(pipes, n_layers * n + query, key).flow_value) / UNITS
    return min(found, 1.0)  # the widths of a row sum to 1 before they are rounded


def seconds(mixed: Doubles) -> float:
    """How long `flows` will take, by the flow of one pair of tokens."""
    n, taken = mixed.shape[-1], []
    for _ in range(2):  # the first one imports
        began = time.perf_counter()
        flow(mixed, n // 2, n // 2)
        taken.append(time.perf_counter() - began)
    return min(taken) * n * n
