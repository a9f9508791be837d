"""Attention summed up: one map of tokens × tokens in the place of layers × heads of them. Each row is scaled to sum to 1.

    mean         the mean over layers and heads of the weights A
    rollout      R = Ã_L · … · Ã_1 with Ã_l = ½ (mean over heads of A_l) + ½ I: how attention passes on through the layers
    norm-based   ‖Σ_h α_h f_h(x)‖: how long the vectors are that really arrive, not only how they are weighted
    flow         the most that can stream through the layers Ã_l, taken as pipes: see `token_flow`
    zeroing      1 − cos(x_i, x_i without the values of j): how far a layer's output turns, rolled out over the layers

Sources: Abnar and Zuidema, Quantifying Attention Flow in Transformers (2020), section 3 (rollout and flow);
Kobayashi et al., Attention is Not Only a Weight (2020), section 3; Mohebbi et al., Quantifying Context Mixing in Transformers (2023), section 3 (value zeroing).
"""

from __future__ import annotations

import numpy as np

from bertviz_app.analysis.agreement import Doubles
from bertviz_app.records.forward import Floats


def mean_weights(attentions: Floats) -> Doubles:
    """[layer, head, query, key] → [query, key]: the mean. Rows sum to 1.

    >>> mean_weights(np.array([[[[1, 0], [0, 1]], [[0, 1], [0, 1]]]])).tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """
    mean: Doubles = attentions.mean(axis=(0, 1), dtype=np.float64)
    return mean


def mixed_norms(weights: Floats, products: Doubles) -> Doubles:
    """‖Σ_h α_h f_h(x)‖ in one layer: weights [head, query, key], products ⟨f_h, f_g⟩ [key, head, head] → [query, key].

    ‖Σ_h α_h f_h‖² = Σ_h Σ_g α_h α_g ⟨f_h, f_g⟩. At most Σ_h α_h ‖f_h(x)‖. Source: Kobayashi et al. (2020), section 3.
    """
    by_key = weights.astype(np.float64).transpose(2, 1, 0)  # [head, query, key] → [key, query, head]
    squares = ((by_key @ products) * by_key).sum(axis=-1)  # [key, query]
    norms: Doubles = np.sqrt(squares.clip(0)).T
    return norms
