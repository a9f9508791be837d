"""What kind of head is this: how broadly it looks, how far, at what, and which of five pictures it makes.

    entropy   H = mean over queries of −Σ_k p log₂ p      bits: 0 looks at one token, log₂ n at all n alike
    distance  D = mean over queries of Σ_k p |query − key|  in tokens
    share     mean over queries of the weight on a place ([CLS], the next token, …), 0 to 1

The five pictures (vertical, diagonal, both mixed, block, heterogeneous) were told apart by eye in the paper, and then by a network
trained on that. Here a rule tells them apart, which anybody can check. It asks how far a share lies above chance:

    above chance = (share − chance) / (1 − chance)        0: as a head that looks at all tokens alike; 1: all weight is there

Sources: Clark et al., What Does BERT Look At? (2019), section 3 (entropy, places); Vig and Belinkov, Analyzing the Structure of
Attention (2019), for the distance; Kovaleva et al., Revealing the Dark Secrets of BERT (2019), section 4.1 (the five kinds).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis.phrases import counted, leader, listed, lowered, trailer
from bertviz_app.drawing.numbering import head_name
from bertviz_app.drawing.plots import percent, shown
from bertviz_app.families.spelling import SpecialTokens
from bertviz_app.records.forward import Encoding, Floats, ForwardPass

THRESHOLD = (
    0.5  # above chance: more than half of the way from a head that looks at all tokens alike to one that looks nowhere else
)


@dataclass(frozen=True)
class Measure:
    """One number for each head: `name` on the screen, `unit` behind the number ("%" for a share), `over` which tokens it is a mean."""

    key: str
    name: str
    unit: str = "%"
    over: str = ""

    @property
    def inline(self) -> str:
        """The name within a sentence."""
        return lowered(self.name)


MEASURES = (
    Measure("entropy", "Entropy", "bits"),
    Measure("distance", "Mean distance", "tokens"),
    Measure("cls", "Share on [CLS]"),
    Measure("sep", "Share on [SEP]"),
    Measure("punctuation", "Share on punctuation"),
    Measure("previous", "Share on the previous token", over="the tokens that have one"),
    Measure("next", "Share on the next token", over="the tokens that have one"),
    Measure("itself", "Share on the token itself"),
)
TITLES = tuple(f"{one.inline} ({one.unit})" if one.unit != "%" else one.inline for one in MEASURES)  # of a table's columns
KINDS = ("vertical", "diagonal", "vertical + diagonal", "block", "heterogeneous")
LETTERS = ("V", "D", "VD", "B", "")

METHOD = (
    r"*Entropy*: $-\sum_k p_k \log_2 p_k$ of each token's weights, in bits, the mean over the tokens; between 0 and $\log_2 n$. "
    r"*Mean distance*: $\sum_k p_k\,|i - k|$, in tokens. *Shares*: the weight on a place, the mean over the tokens that have such a place. "
    "Punctuation: tokens made of nothing but punctuation marks. Sources: Clark et al. (2019), section 3; Vig and Belinkov (2019).\n\n"
    "*Kinds*, after Kovaleva et al. (2019), section 4.1, who annotated 400 pictures by eye and trained a network on them. These rules are "
    "ours. For all tokens but the special ones ([CLS], [SEP], and [PAD] where it was typed), a share is compared with chance, that is, with a head that looks at all tokens "
    r"alike: $(\text{share} - \text{chance}) / (1 - \text{chance})$. The first rule that holds decides, each with the threshold "
    f"{THRESHOLD:g}. **Vertical**: the share on special tokens. **Diagonal**: the share on the token before, itself and the token after, "
    "special tokens not counted. **Vertical + diagonal**: both together. **Block**, for a pair: of the weight on ordinary tokens, the share "
    "that stays within the sentence. **Heterogeneous**: none of these. In a short text chance is high and the kinds are uncertain.\n\n"
    "The *sample* is twenty passages of two plain sentences, bundled with this program: each sentence alone, or, beside a pair, "
    "the passages as pairs. Numbers are the mean over the texts; a kind is that of the mean shares above chance. Entropy and distance grow with the "
    "length of a text, so a difference may be one of length."
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

    @property
    def kinds(self) -> NDArray[np.int64]:
        """[layer, head] an index into `KINDS`: the first rule that holds."""
        holds = np.concatenate([self.above >= THRESHOLD, np.ones_like(self.above[:1], dtype=bool)])
        return holds.argmax(axis=0)


def measured(forward: ForwardPass) -> HeadMeasures:
    """All measures of all heads in one text."""
    weights, encoding = forward.attentions, forward.encoding
    places = np.arange(encoding.n_tokens)
    distances = np.abs(places[:, None] - places).astype(np.float32)
    marks = np.array([_is_punctuation(encoding, position) for position in range(encoding.n_tokens)])
    values = [
        np.stack([entropy(layer).mean(axis=-1) for layer in weights]),  # a layer at a time: logarithms take memory
        (weights * distances).sum(axis=-1).mean(axis=-1),
        *(weights[..., encoding.positions(kind)].sum(axis=-1).mean(axis=-1) for kind in ("cls", "sep")),
        weights[..., marks].sum(axis=-1).mean(axis=-1),
        *(weights.diagonal(offset, axis1=2, axis2=3).mean(axis=-1) for offset in (-1, 1, 0)),
    ]
    return HeadMeasures(np.stack(values), _above_chance(weights, encoding), encoding.n_tokens, forward.model.special)


def entropy(weights: Floats) -> Floats:
    """The entropy of each row of weights, in bits: [..., query, key] → [..., query], from 0 to log₂ n.

    >>> entropy(np.array([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]])).tolist()
    [1.5, 0.0]

    Source: Clark et al. (2019), section 3.3.
    """
    logarithms = np.log2(weights, out=np.zeros_like(weights), where=weights > 0)
    bits: Floats = -(weights * logarithms).sum(axis=-1)
    return np.maximum(bits, 0)  # −0, and what rounding leaves below it


def mean_of(several: Sequence[HeadMeasures]) -> HeadMeasures:
    """The mean over several texts, each counting once."""
    return HeadMeasures(
        np.mean([one.values for one in several], axis=0),
        np.mean([one.above for one in several], axis=0),
        float(np.mean([one.n_tokens for one in several])),
        several[0].special,
    )


def above_chance(share: Floats, chance: float) -> Floats:
    """0 where a share is what chance gives, 1 where it is all there is.

    >>> above_chance(np.array([0.25, 1.0]), 0.25).tolist()
    [0.0, 1.0]
    """
    scaled: Floats = (share - chance) / (1 - chance) if chance < 1 else np.zeros_like(share)
    return scaled


def number(value: float, measure: Measure) -> str:
    """A measure as people read it: "2.31 bits", "41 %"."""
    return percent(value) if measure.unit == "%" else f"{value:.2f} {measure.unit}"


def kinds_sentence(mine: HeadMeasures, sample: HeadMeasures | None) -> str:
    """What to notice of the kinds: how many heads are of each that there are, and how many change with the text."""
    n, counts = mine.kinds.size, np.bincount(mine.kinds.ravel(), minlength=len(KINDS))
    each = [f"{count} {'is' if count == 1 else 'are'} {name}" for name, count in zip(KINDS, counts, strict=True) if count]
    said = f"Of {counted(n, 'head')} in this text, {listed(each)}"
    if counts.max() == n > 1:
        said = f"All {n} heads are {KINDS[counts.argmax()]} in this text"
    if sample is None:
        return f"{said}."
    changed = int((mine.kinds != sample.kinds).sum())
    return f"{said}; {changed or 'none'} {'is' if changed == 1 else 'are'} of another kind over the sample."


def measure_sentence(mine: HeadMeasures, measure: Measure, sample: HeadMeasures | None) -> str:
    """What to notice of one measure: its extremes, the first layer against the last, and where the text differs most."""
    values = mine.values[MEASURES.index(measure)]

    def said(index: int) -> str:
        name, value = _head(values, index)
        return f"in {name}, {number(value, measure)}"

    ends = [
        f"{how} {said(at)}{most if how == 'highest' else ''}"
        for how, at in (
            ("highest", leader(values, lambda v: number(v, measure))),
            ("lowest", trailer(values, lambda v: number(v, measure))),
        )
        for most in (f" of at most {np.log2(mine.n_tokens):.2f}" if measure.key == "entropy" else "",)
        if at is not None
    ]
    between = f"between {number(float(values.min()), measure)} and {number(float(values.max()), measure)}"
    extremes = f"is {listed(ends)}" if ends else f"lies {between} in all heads"
    first, last = (number(float(row.mean()), measure) for row in (values[0], values[-1]))
    means = f"; the mean of layer 1 is {first}, that of layer {shown(len(values) - 1)} {last}" if len(values) > 1 else ""
    over = f" (over {measure.over})" if measure.over else ""
    sentence = f"{measure.name}{over} {extremes}{means}."
    if sample is None:
        return sentence
    theirs = sample.values[MEASURES.index(measure)]
    furthest = leader(np.abs(values - theirs), lambda v: number(v, measure))
    if furthest is None:
        return sentence
    name, here = _head(values, furthest)
    there = number(float(theirs.ravel()[furthest]), measure)
    return f"{sentence} Furthest from the sample: {name}, {number(here, measure)} here and {there} there."


def columns(measures: HeadMeasures, special: SpecialTokens) -> dict[str, list[object]]:
    """All heads as a table, layers and heads counted from 1; special tokens as the model writes them."""
    n_layers, n_heads = measures.kinds.shape
    table: dict[str, list[object]] = {
        "layer": [shown(layer) for layer in range(n_layers) for _ in range(n_heads)],
        "head": [shown(head) for _ in range(n_layers) for head in range(n_heads)],
        "kind": [KINDS[kind] for kind in measures.kinds.ravel()],
    }
    return table | {
        special.spelled(title): values.ravel().tolist() for title, values in zip(TITLES, measures.values, strict=True)
    }


def _head(values: Floats, index: int) -> tuple[str, float]:
    layer, head = np.unravel_index(index, values.shape)
    name = head_name(int(layer), int(head))
    return name[0].lower() + name[1:], float(values[layer, head])


def _above_chance(weights: Floats, encoding: Encoding) -> Floats:
    """[rule, layer, head]: vertical, diagonal, both, block, over the queries that are ordinary tokens."""
    special, segments = encoding.is_special, encoding.segment_ids
    places = np.arange(encoding.n_tokens)
    near = (np.abs(places[:, None] - places) <= 1) & ~special  # [query, key]
    vertical = np.broadcast_to(special, near.shape)
    scores = []
    for region in (vertical, near, vertical | near):
        scores.append(above_chance(_share(weights, region, special), float(region[~special].mean())))
    if encoding.pair is None:
        return np.stack([*scores, np.zeros_like(scores[0])])
    ordinary = np.broadcast_to(~special, near.shape)
    own = ordinary & (segments[:, None] == segments)
    on_ordinary = _share(weights, ordinary, special)
    inside = np.divide(_share(weights, own, special), on_ordinary, out=np.zeros_like(on_ordinary), where=on_ordinary > 0)
    chance = float(own[~special].sum() / ordinary[~special].sum())
    return np.stack([*scores, above_chance(inside, chance)])


def _share(weights: Floats, region: NDArray[np.bool_], special: NDArray[np.bool_]) -> Floats:
    """[layer, head, query, key] → [layer, head]: the weight inside of a region [query, key], the mean over ordinary queries."""
    inside: Floats = np.where(region, weights, 0)[:, :, ~special].sum(axis=-1).mean(axis=-1)
    return inside


def _is_punctuation(encoding: Encoding, position: int) -> bool:
    text = encoding.source_text(position).strip()
    return not encoding.is_special[position] and bool(text) and all(unicodedata.category(c).startswith("P") for c in text)
