"""What a head does, as numbers: how broadly it looks, how far, and at what. A row of `MEASURES` is all that a measure is.

    entropy   H = mean over queries of −Σ_k p log₂ p      bits: 0 looks at one token, log₂ n at all n alike
    distance  D = mean over queries of Σ_k p |query − key|  in tokens
    share     mean over queries of the weight on a place ([CLS], the next token, …), 0 to 1

Sources: Clark et al., What Does BERT Look At? (2019), section 3 (entropy, places); Vig and Belinkov, Analyzing the Structure of
Attention (2019), for the distance.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis.phrases import lowered
from bertviz_app.chapters.kinds_of_heads.kinds import THRESHOLD, shares_above_chance
from bertviz_app.drawing.plots import percent
from bertviz_app.families.spelling import SpecialTokens
from bertviz_app.records.forward import Encoding, Floats, ForwardPass

OfHeads = Callable[[Floats, Encoding], Floats]  # weights [layer, head, query, key] → [layer, head]


@dataclass(frozen=True)
class Measure:
    """One number for each head: `key` in code, `name` on the screen.

    of         how it is computed, in `unit`
    python     the same in PyTorch, of `w` [layer, head, query, key] and what the page's Python has before it; behind a # stands a remark
    most       its law: it lies between 0 and this, in a text of n tokens
    formula    how it is computed, for the page; empty where the name says it
    unit       behind the number; "%" for a share from 0 to 1
    over       which tokens it is a mean over, where not all
    says_most  whether the most that it can be is said beside the highest
    """

    key: str
    name: str
    of: OfHeads
    python: str
    most: Callable[[float], float] = lambda _: 1.0
    formula: str = ""
    unit: str = "%"
    over: str = ""
    says_most: bool = False

    @property
    def inline(self) -> str:
        """The name within a sentence."""
        return lowered(self.name)

    @property
    def is_share(self) -> bool:
        return self.unit == "%"

    @property
    def title(self) -> str:
        """Of its column in a table."""
        return self.inline if self.is_share else f"{self.inline} ({self.unit})"

    def said(self, value: float) -> str:
        """A value as people read it: "2.31 bits", "41 %"."""
        return percent(value) if self.is_share else f"{value:.2f} {self.unit}"


def entropy(weights: Floats) -> Floats:
    """The entropy of each row of weights, in bits: [..., query, key] → [..., query], from 0 to log₂ n.

    >>> entropy(np.array([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]])).tolist()
    [1.5, 0.0]

    Source: Clark et al. (2019), section 3.3.
    """
    logarithms = np.log2(weights, out=np.zeros_like(weights), where=weights > 0)
    bits: Floats = -(weights * logarithms).sum(axis=-1)
    return np.maximum(bits, 0)  # −0, and what rounding leaves below it


def _entropy(weights: Floats, _: Encoding) -> Floats:
    return np.stack([entropy(layer).mean(axis=-1) for layer in weights])  # a layer at a time: logarithms take memory


def _distance(weights: Floats, encoding: Encoding) -> Floats:
    places = np.arange(encoding.n_tokens)
    mean: Floats = (weights * np.abs(places[:, None] - places).astype(np.float32)).sum(axis=-1).mean(axis=-1)
    return mean


def _on(*kinds: str) -> OfHeads:
    """The share on the special tokens of these kinds."""

    def share(weights: Floats, encoding: Encoding) -> Floats:
        places = [place for kind in kinds for place in encoding.positions(kind)]
        return _weight_on(weights, places)

    return share


def _punctuation(weights: Floats, encoding: Encoding) -> Floats:
    return _weight_on(weights, [place for place in range(encoding.n_tokens) if _is_punctuation(encoding, place)])


def _beside(offset: int) -> OfHeads:
    """The share on the token so many places to the right, over the tokens that have one."""

    def share(weights: Floats, _: Encoding) -> Floats:
        mean: Floats = weights.diagonal(offset, axis1=2, axis2=3).mean(axis=-1)
        return mean

    return share


def _weight_on(weights: Floats, places: Sequence[int]) -> Floats:
    mean: Floats = weights[..., places].sum(axis=-1).mean(axis=-1)
    return mean


def _is_punctuation(encoding: Encoding, position: int) -> bool:
    text = encoding.source_text(position).strip()
    return not encoding.is_special[position] and bool(text) and all(unicodedata.category(c).startswith("P") for c in text)


_HAVE_ONE = "the tokens that have one"

MEASURES = (
    Measure(
        "entropy",
        "Entropy",
        _entropy,
        "-torch.xlogy(w, w).sum(-1).mean(-1) / torch.log(torch.tensor(2.0))  # bits",
        most=math.log2,
        formula=r"$-\sum_k p_k \log_2 p_k$ of each token's weights, in bits, the mean over the tokens; between 0 and $\log_2 n$.",
        unit="bits",
        says_most=True,
    ),
    Measure(
        "distance",
        "Mean distance",
        _distance,
        "(w * distance).sum(-1).mean(-1)",
        most=lambda n: n - 1,
        formula=r"$\sum_k p_k\,|i - k|$, in tokens.",
        unit="tokens",
    ),
    Measure("cls", "Share on [CLS]", _on("cls"), "w[..., cls].sum(-1).mean(-1)"),
    Measure("sep", "Share on [SEP]", _on("sep"), "w[..., sep].sum(-1).mean(-1)"),
    Measure(
        "punctuation",
        "Share on punctuation",
        _punctuation,
        "w[..., marks].sum(-1).mean(-1)",
        formula="Punctuation: tokens made of nothing but punctuation marks.",
    ),
    Measure("previous", "Share on the previous token", _beside(-1), "w.diagonal(-1, -2, -1).mean(-1)", over=_HAVE_ONE),
    Measure("next", "Share on the next token", _beside(1), "w.diagonal(1, -2, -1).mean(-1)", over=_HAVE_ONE),
    Measure("itself", "Share on the token itself", _beside(0), "w.diagonal(0, -2, -1).mean(-1)"),
)


@dataclass(frozen=True, eq=False)
class HeadMeasures:
    """What each head does in one text, or on average over several.

    values  [measure, layer, head]   in the order and the units of `MEASURES`; shares from 0 to 1
    above   [rule, layer, head]      how far the shares of vertical, diagonal, both and block lie above chance; at most 1
    n_tokens                         on average
    special                          how the model writes its special tokens
    """

    values: Floats
    above: Floats
    n_tokens: float
    special: SpecialTokens = field(default_factory=SpecialTokens)

    def of(self, measure: Measure) -> Floats:
        """[layer, head] One measure."""
        found: Floats = self.values[MEASURES.index(measure)]
        return found

    @property
    def kinds(self) -> NDArray[np.int64]:
        """[layer, head] an index into `KINDS`: the first rule that holds."""
        holds = np.concatenate([self.above >= THRESHOLD, np.ones_like(self.above[:1], dtype=bool)])
        return holds.argmax(axis=0)


def measured(forward: ForwardPass) -> HeadMeasures:
    """All measures of all heads in one text."""
    weights, encoding = forward.attentions, forward.encoding
    values = np.stack([measure.of(weights, encoding) for measure in MEASURES])
    return HeadMeasures(values, shares_above_chance(weights, encoding), encoding.n_tokens, forward.model.special)


def mean_of(several: Sequence[HeadMeasures]) -> HeadMeasures:
    """The mean over several texts, each counting once."""
    return HeadMeasures(
        np.mean([one.values for one in several], axis=0),
        np.mean([one.above for one in several], axis=0),
        float(np.mean([one.n_tokens for one in several])),
        several[0].special,
    )
