"""Which layers and heads of two models are compared: layers by relative depth, heads by what they do.

    layer a of n meets layer b of m where a / n is nearest to b / m; of the shallower model each has a partner, the first and the last as well
    head i meets head j so that the divergences of all pairs together are as small as they can be (the Hungarian method)

Heads have no order: the third of one model and the third of another have nothing in common but the number, unless one was made from the other.

Source of the assignment: Kuhn, The Hungarian method for the assignment problem (1955), as scipy.optimize.linear_sum_assignment has it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bertviz_app.analysis.alignment import Alignment
from bertviz_app.analysis.differences import Doubles, both_merged, jensen_shannon

DEPTH_METHOD = (
    "The models have different numbers of layers. They are paired by relative depth: the embeddings with the embeddings, the last layer with the last, and "
    "each layer of the shallower model with the one of the deeper that lies as far between them."
)
HEADS_METHOD = (
    "Heads of two models have no order in common. Within two layers they are paired so that all pairs together look as much alike as they can: the smallest "
    "sum of Jensen–Shannon divergences of their rows. Source: H. W. Kuhn, The Hungarian method for the assignment problem (1955)."
)
SAME = 1e-9  # bits: of heads that look the same way, those of the same number


def paired_layers(n_original: int, n_variant: int) -> tuple[tuple[int, int], ...]:
    """Which states of two models with so many layers meet: (state of the original, of the variant), 0 for the embeddings.

    Layer number `state` belongs to `state`; counted from 0, layers are these less 1, without the first.

    >>> paired_layers(2, 4), paired_layers(3, 2)
    (((0, 0), (1, 2), (2, 4)), ((0, 0), (2, 1), (3, 2)))
    """
    few, many = sorted((n_original, n_variant))
    if few < 1:
        raise ValueError("a model has at least one layer")
    # Halves are rounded up, in integers, so that no machine rounds otherwise.
    pairs = [(state, (2 * state * many + few) // (2 * few)) for state in range(few + 1)]
    return tuple((a, b) if n_original <= n_variant else (b, a) for a, b in pairs)


def head_divergences(original: ArrayLike, variant: ArrayLike, alignment: Alignment) -> Doubles:
    """How far apart each head of one layer is from each of another, in bits: weights [head, query, key] of each → [head, head].

    The mean over the rows that both inputs have; NaN where there is none.
    """
    before, after = both_merged(original, variant, alignment)
    shared = list(alignment.shared)
    columns = [*shared, len(alignment.groups)]
    ours, theirs = (rows[:, shared, :][..., columns] for rows in (before, after))
    if not len(shared):
        return np.full((len(ours), len(theirs)), np.nan)
    return np.stack([jensen_shannon(rows[None], theirs).mean(axis=-1) for rows in ours])


def paired_heads(
    original: ArrayLike, variant: ArrayLike, alignment: Alignment, *, by_number: bool = False
) -> tuple[tuple[int, int], ...]:
    """Which heads of two layers meet: weights [head, query, key] of each → (head of the original, of the variant), in the order of the original's.

    Where one layer has more heads, some have no partner. `by_number` is for a model and itself, or one made from it: then each meets that of
    its number. Raises `ValueError` where their numbers of heads differ all the same.
    """
    n, m = len(np.asarray(original)), len(np.asarray(variant))
    if by_number:
        if n != m:
            raise ValueError(f"{n} and {m} heads cannot be paired by their number")
        return tuple((head, head) for head in range(n))
    return matched(head_divergences(original, variant, alignment))


def matched(costs: ArrayLike) -> tuple[tuple[int, int], ...]:
    """The pairs (row, column) whose costs together are smallest: [row, column] → as many pairs as the shorter side has. NaN costs nothing.

    >>> matched([[0.1, 0.2], [0.1, 0.9]])
    ((0, 1), (1, 0))
    """
    from scipy.optimize import linear_sum_assignment

    costs = np.nan_to_num(np.asarray(costs, dtype=np.float64))
    apart = np.abs(np.arange(costs.shape[0])[:, None] - np.arange(costs.shape[1])[None, :])
    rows, columns = linear_sum_assignment(costs + SAME * apart)
    return tuple((int(row), int(column)) for row, column in zip(rows, columns, strict=True))
