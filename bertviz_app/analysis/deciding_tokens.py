"""Which tokens a prediction looks at: the attention of the token, or the tokens, that it is read from.

    a(key) = mean over heads h and deciding positions q of A[layer, h, q, key]          sums to 1 over the keys

Attention says where information could come from, not what the answer rests on: S. Jain and B. Wallace, Attention is not Explanation (2019).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bertviz_app.analysis.phrases import listed, token_name
from bertviz_app.drawing import plots
from bertviz_app.records.forward import Encoding, Floats, ForwardPass

METHOD = (
    "The shades are the attention of one layer, averaged over its heads, from the token that the prediction is read from (or, for a mean of "
    "tokens, averaged over them) to every token. Below the last layer the deciding token has not yet gathered everything it will know. Attention says "
    "where information could flow, not what the answer rests on: S. Jain and B. Wallace, Attention is not Explanation (2019)."
)


def attention_from(forward: ForwardPass, layer: int, positions: Sequence[int]) -> Floats:
    """The mean attention of some positions in one layer, over all heads: [key]; sums to 1.

    Raises `ValueError` when there is no position.
    """
    if not len(positions):
        raise ValueError("no token decides here")
    # [head, query, key] → [head, deciding query, key] → [key]
    attention: Floats = forward.attentions[layer][:, list(positions)].mean(axis=(0, 1))
    return attention


def sentence(encoding: Encoding, attention: Floats, layer: int, who: str) -> str:
    """Where `who` looks most: the three tokens of the text, of more than three, and how much goes to tokens that stand for no text."""
    words = np.flatnonzero(~encoding.is_special)
    ranked = words[np.argsort(-attention[words], kind="stable")]
    best, next_best = ranked[:3], ranked[3:4]
    named = listed([f"{token_name(encoding, int(p))} ({plots.percent(attention[p])})" for p in best])
    ends = [plots.percent(attention[p]) for p in (*best[-1:], *next_best)]
    most = "most at" if len(next_best) and ends[0] != ends[1] else "at"
    said = f"In layer {plots.shown(layer)}, {who} looks {most} {named}"
    if not encoding.is_special.any():
        return f"{said}."
    return f"{said}; {plots.percent(float(attention[encoding.is_special].sum()))} goes to tokens that stand for no text."
