"""Kinds of heads, in words: how everything is computed, what to notice, and all heads as a table."""

from __future__ import annotations

import numpy as np

from bertviz_app.analysis.phrases import counted, leader, listed, trailer
from bertviz_app.chapters.kinds_of_heads.kinds import KINDS, THRESHOLD
from bertviz_app.chapters.kinds_of_heads.measures import MEASURES, HeadMeasures, Measure
from bertviz_app.drawing.numbering import head_name
from bertviz_app.drawing.plots import shown
from bertviz_app.families.spelling import SpecialTokens
from bertviz_app.records.forward import Floats

METHOD = (
    " ".join(f"*{one.name}*: {one.formula}" for one in MEASURES if not one.is_share)
    + " *Shares*: the weight on a place, the mean over the tokens that have such a place. "
    + " ".join(one.formula for one in MEASURES if one.is_share and one.formula)
    + " Sources: Clark et al. (2019), section 3; Vig and Belinkov (2019).\n\n"
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
    values = mine.of(measure)

    def said(index: int) -> str:
        name, value = _head(values, index)
        return f"in {name}, {measure.said(value)}"

    ends = [
        f"{how} {said(at)}{most if how == 'highest' else ''}"
        for how, at in (
            ("highest", leader(values, measure.said)),
            ("lowest", trailer(values, measure.said)),
        )
        for most in (f" of at most {measure.most(mine.n_tokens):.2f}" if measure.says_most else "",)
        if at is not None
    ]
    between = f"between {measure.said(float(values.min()))} and {measure.said(float(values.max()))}"
    extremes = f"is {listed(ends)}" if ends else f"lies {between} in all heads"
    first, last = (measure.said(float(row.mean())) for row in (values[0], values[-1]))
    means = f"; the mean of layer 1 is {first}, that of layer {shown(len(values) - 1)} {last}" if len(values) > 1 else ""
    over = f" (over {measure.over})" if measure.over else ""
    sentence = f"{measure.name}{over} {extremes}{means}."
    if sample is None:
        return sentence
    theirs = sample.of(measure)
    furthest = leader(np.abs(values - theirs), measure.said)
    if furthest is None:
        return sentence
    name, here = _head(values, furthest)
    there = measure.said(float(theirs.ravel()[furthest]))
    return f"{sentence} Furthest from the sample: {name}, {measure.said(here)} here and {there} there."


def columns(measures: HeadMeasures, special: SpecialTokens) -> dict[str, list[object]]:
    """All heads as a table, layers and heads counted from 1; special tokens as the model writes them."""
    n_layers, n_heads = measures.kinds.shape
    table: dict[str, list[object]] = {
        "layer": [shown(layer) for layer in range(n_layers) for _ in range(n_heads)],
        "head": [shown(head) for _ in range(n_layers) for head in range(n_heads)],
        "kind": [KINDS[kind] for kind in measures.kinds.ravel()],
    }
    return table | {
        special.spelled(measure.title): values.ravel().tolist()
        for measure, values in zip(MEASURES, measures.values, strict=True)
    }


def _head(values: Floats, index: int) -> tuple[str, float]:
    layer, head = np.unravel_index(index, values.shape)
    name = head_name(int(layer), int(head))
    return name[0].lower() + name[1:], float(values[layer, head])
