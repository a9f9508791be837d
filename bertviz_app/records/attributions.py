"""What can be explained, and what an explanation is: one number of a prediction, divided among the tokens of the input.

    bits = log2 (P / (1 − P))       the log-odds of an answer: 0 is even, +1 bit doubles the odds

Log-odds are the same number for every kind of head (for a yes-or-no output they are its logit), do not level off where a probability
nears 1, and do not change when all logits of a head rise together, which no softmax would notice. A regression has no odds: its number itself is divided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bertviz_app.families.decodings import DecodingKey
from bertviz_app.records.forward import Encoding, Floats
from bertviz_app.records.labels import in_a_line

MethodKey = Literal["integrated_gradients", "gradient_x_input", "occlusion", "attention_x_gradient"]
Baseline = Literal["mask", "pad"]  # the token that takes the place of a word


class Way(NamedTuple):
    """How an attribution is asked for: the method, what takes the place of words, and, of integrated gradients, the number of steps."""

    method: MethodKey
    baseline: Baseline = "mask"
    n_steps: int = 0


@dataclass(frozen=True)
class Target:
    """One output of one head: plain values, so that what was computed for it can be kept.

    task        a key of `ModelInfo.objectives` or of `ModelInfo.labels`
    output      the column of its logits: a label, a token id, 0 and 1 for start and end; for replaced tokens 1 is "replaced"
    position    of the row that is read; None for a head over the whole input
    candidates  where an answer may start or end: the softmax is over these positions
    decoding    a key of `decodings.DECODINGS`: against what the output is set
    """

    task: str
    output: int
    position: int | None = None
    candidates: tuple[int, ...] = ()
    decoding: DecodingKey = "softmax"

    @property
    def reads(self) -> int:
        """The position whose vector the head reads; a head over the whole input reads the first token's."""
        return self.position or 0


@dataclass(frozen=True, eq=False)
class Attribution:
    """What one method gives each token, in bits, or, where the answer is a number, in units of its own scale.

    values   [position]   positive: this token speaks for the answer
    whole    the log-odds of the answer, or the number, with the input as it is
    blank    the same with the baseline in the place of every word
    """

    values: Floats
    whole: float
    blank: float
    unit: str = "bits"
    __repr__ = in_a_line

    def __post_init__(self) -> None:
        values = np.array(self.values, dtype=np.float32)
        if values.ndim != 1 or not np.isfinite([*values, self.whole, self.blank]).all():
            raise ValueError("an attribution is one finite number for each token")
        values.setflags(write=False)
        object.__setattr__(self, "values", values)

    @property
    def total(self) -> float:
        """What the parts add up to."""
        return float(self.values.sum(dtype=np.float64))

    @property
    def change(self) -> float:
        """What the words change: the parts of a complete method add up to this."""
        return self.whole - self.blank


def replaceable(encoding: Encoding) -> NDArray[np.bool_]:
    """[position] True for what a baseline takes away: words and pieces, not the special tokens, nor the blanks that are to be filled."""
    return ~encoding.is_special & np.array([kind != "mask" for kind in encoding.kinds])


def attention_relevance(attentions: Floats, gradients: Floats) -> NDArray[np.float64]:
    """Attention × gradient, followed through the layers: both [layer, head, query, key] → [query, key], all of it 0 or more.

    Ā = mean over the heads of max(0, ∂bits/∂A · A), for each layer;   R = I, then layer by layer R ← R + Ā R;   what is returned is R − I.

    Source: Chefer et al., Generic attention-model explainability (2021), section 3, equations 5 and 6.
    """
    relevance = np.eye(attentions.shape[-1])
    for weights, slopes in zip(attentions, gradients, strict=True):
        # [head, query, key] → [query, key]
        relevance += np.maximum(weights * slopes, 0).mean(axis=0, dtype=np.float64) @ relevance
    return relevance - np.eye(len(relevance))


def probabilities(bits: NDArray[Any]) -> NDArray[np.float64]:
    """Log-odds in bits → probabilities, of any shape."""
    # The same as 1 / (1 + 2^−bits), but no power can overflow.
    result: NDArray[np.float64] = 0.5 * (1 + np.tanh(0.5 * np.log(2) * np.asarray(bits, dtype=np.float64)))
    return result


def probability(bits: float) -> float:
    """One of them.

    >>> probability(0.0), probability(2.0)
    (0.5, 0.8)
    """
    return float(probabilities(np.array(bits)))
