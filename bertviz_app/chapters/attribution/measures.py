"""Attribution: one number of a prediction, divided among the tokens of the input.

    F(x)                     = log2 (P / (1 − P)), in bits, of one answer; x are the word embeddings x_t of the tokens, b those of the baseline
    gradient × input         = ∇F(x)_t · x_t
    integrated gradients     = (x_t − b_t) · ∫₀¹ ∇F(b + a (x − b))_t da;          Σ_t = F(x) − F(b)
    occlusion                = F(x) − F(x with b_t in the place of x_t)
    attention × gradient     = row of R − I of the token that is read, see `attributions.attention_relevance`

The first two are summed over the numbers of a token's vector: one signed value a token, [position].
Sources: Shrikumar et al., Learning important features through propagating activation differences (2017), section 2.2;
Sundararajan et al., Axiomatic attribution for deep networks (2017), sections 3 and 5; Zeiler and Fergus, Visualizing and understanding
convolutional networks (2014), section 4.2; Chefer et al., Generic attention-model explainability (2021), section 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import counted, leader, listed, raised, signed, token_name
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import numbered
from bertviz_app.records.attributions import Attribution, Baseline, MethodKey, probability
from bertviz_app.records.forward import Encoding, Floats, Integers

MOST_BARS = 16  # tokens that get a bar: the strongest
LEAST = 0.005  # bits: what is smaller is written as nothing
BAR = 30  # pixels


@dataclass(frozen=True)
class AttributionMethod:
    """One way to divide a prediction among tokens.

    adds_up       the parts add up to what the words change: the method is complete
    work          what it makes many passes for: "steps" from the baseline to the input, or "tokens"; empty where one pass does
    short         its name on two short lines, for a phone
    unit          of its values; empty where only their order and their shares mean something
    """

    key: MethodKey
    name: str
    short: str
    text: str
    adds_up: bool = False
    work: Literal["", "steps", "tokens"] = ""
    unit: str = "bits"

    @property
    def has_baseline(self) -> bool:
        """Whether it compares the input with one where words were taken away."""
        return bool(self.work)


METHODS: Mapping[MethodKey, AttributionMethod] = {
    method.key: method
    for method in (
        AttributionMethod(
            "integrated_gradients",
            "Integrated gradients",
            "Integr.<br>grad.",
            r"**Integrated gradients**, $(x_t - b_t) \cdot \int_0^1 \nabla F(b + a\,(x - b))_t\, da$: the slopes along the straight way from the baseline $b$ to the input, "
            "averaged. The parts add up to the difference that the words make: this is checked for every input and shown. The integral is a sum over a number of steps "
            "(Gauss–Legendre). Source: Sundararajan et al. (2017), sections 3 and 5.",
            adds_up=True,
            work="steps",
        ),
        AttributionMethod(
            "gradient_x_input",
            "Gradient × input",
            "Grad.<br>× input",
            r"**Gradient × input**, $\nabla F(x)_t \cdot x_t$: how steeply the prediction rises along each token’s own word embedding, times that embedding. One pass and "
            "its gradient. It looks at the slope at this input alone, so that the parts need not add up to anything. Source: Shrikumar et al. (2017), section 2.2.",
        ),
        AttributionMethod(
            "occlusion",
            "Occlusion",
            "Occlu-<br>sion",
            r"**Occlusion**, $F(x) - F(x \text{ with } b_t \text{ for } x_t)$: each token alone is replaced by the baseline’s, a pass for each, and the answer’s loss is that token’s "
            "part. It shows what would happen without the token; where two tokens say the same, neither is missed, and the parts need not add up to anything. "
            "Source: Zeiler and Fergus (2014), section 4.2.",
            work="tokens",
        ),
        AttributionMethod(
            "attention_x_gradient",
            "Attention × gradient",
            "Atten.<br>× grad.",
            r"**Attention × gradient**: the weights $A$ of all heads times the slope of the answer towards them, the negative ones left out, averaged over heads, "
            r"$\bar A = \mathbb{E}_h[(\nabla A \odot A)^+]$, and followed through the layers, $R \leftarrow R + \bar A R$ from $R = I$ on. Shown is the row of the token that the head reads, less "
            "what it had of itself at the start. There is no sign: a large part says that the answer relies on this token through attention, not which way, and it has no "
            "unit. Source: Chefer et al. (2021), section 3, equations 5 and 6.",
            unit="",
        ),
    )
}
# What a method that makes many passes asks, before it is started.
ASKS: Mapping[str, str] = {
    "steps": "This method follows the gradient of the answer from the baseline to this input, step by step.",
    "tokens": "This method replaces one token at a time and measures what the answer loses.",
}
OCCLUDED_WORDS = "A word’s part is the sum of its pieces’ parts, and each piece was replaced alone: replacing the whole word at once may cost the answer more, or less."
BASELINE_NAMES: Mapping[Baseline, str] = {"mask": "blanks", "pad": "padding"}

METHOD = (
    r"What is divided is the log-odds of one answer, $F = \log_2 \frac{P}{1 - P}$, in bits: 0 is even, one bit more doubles the odds (of a head that gives a number, the number itself, in units of its own scale). The word embeddings of the tokens are its "
    "input; places and sentences (position and segment embeddings) stay as they are. Each method gives every number of a token’s vector a share, and a token has the sum of "
    "them.\n\n{methods}\n\n**The baseline** is the same input with a blank in place of every word: that is how this kind of model was trained to read “there is a word "
    "here, and you are not told which”. Padding is the other choice: in training it was never read, so that it says less, and the model may say anything about it "
    "(Sturmfels et al. 2020 show how much depends on this choice). Special tokens and the blanks that are to be filled stay: their part is 0.\n\n"
    "An attribution says what this model’s number depends on. It does not say that the model is right, or that it reasons as we do. Computed with Captum."
)


def method_text() -> str:
    """How all methods are computed."""
    return METHOD.replace("{methods}", "\n\n".join(method.text for method in METHODS.values()))


def bits(value: float) -> str:
    """A signed number of bits as it is said.

    >>> bits(-0.416), bits(0.001)
    ('−0.42', '0.00')
    """
    return signed(value)


def parts(found: Attribution, method: AttributionMethod) -> Floats:
    """[position] What is shown of a method: bits, or, where there is no unit, each token's share of all."""
    total = found.total or 1.0
    return found.values if method.unit else (found.values / total).astype(np.float32)


def said(part: float, method: AttributionMethod) -> str:
    """One part as it is written: "+0.42" bits, "12 %"."""
    return bits(part) if method.unit else plots.percent(part)


def strongest(values: Floats) -> list[int]:
    """Up to `MOST_BARS` positions of those that are not 0, the largest first and the most negative last."""
    kept = [int(at) for at in np.argsort(-np.abs(values), kind="stable")[:MOST_BARS] if values[at]]
    return sorted(kept, key=lambda at: -float(values[at]))


def notice(encoding: Encoding, found: Attribution, name: str, method: AttributionMethod) -> str:
    """What to notice: the tokens that speak most for the answer and against it; of a method without signs, where it leans."""
    begun = f"“{name}” has {plots.percent(probability(found.whole))} (log-odds {bits(found.whole)} bits). "
    if found.unit != "bits":
        begun = f"“{name}” is {plots.number(found.whole)}. "
    values = parts(found, method)
    if not method.unit:
        most = leader(values, plots.percent)
        if most is None:
            return f"{begun}Through attention, it relies on no single token most."
        return f"{begun}Through attention, it relies most on {token_name(encoding, most)}: {said(values[most], method)} of all that it relies on."
    if np.abs(values).max() < LEAST:
        return f"{begun}No {encoding.unit}’s part in that reaches 0.01 {found.unit}."
    sides = [
        _side(encoding, values, np.flatnonzero(sign * values > LEAST), speaks) for sign, speaks in ((1, "for"), (-1, "against"))
    ]
    return f"{begun}{raised('; '.join(sides))}."


def _side(encoding: Encoding, values: Floats, places: Integers, speaks: str) -> str:
    """Which token speaks most for the answer, or against it: values [position]; `places` are the tokens on this side."""
    named = [f"{token_name(encoding, at)} ({bits(values[at])})" for at in places[:2]]
    if not len(places):
        return f"no token speaks {speaks} it"
    if len(places) <= 2:
        return f"{'only ' if len(places) == 1 else ''}{listed(named)} {'speaks' if len(places) == 1 else 'speak'} {speaks} it"
    most = leader(np.abs(values[places]), bits)
    if most is None:
        return (
            f"{len(places)} tokens speak {speaks} it, none by more than {bits(values[places][np.abs(values[places]).argmax()])}"
        )
    return f"{token_name(encoding, int(places[most]))} speaks {speaks} it most ({bits(values[places[most]])})"


def completeness(method: AttributionMethod, found: Attribution, stand_in: str) -> str:
    """What the parts add up to, and what they should; `stand_in` is the token that takes the place of words."""
    if not method.unit:
        return "With this method the parts have neither sign nor unit: each is shown as a share of the total."
    total = f"The parts add up to {bits(found.total)} {found.unit}"
    if not method.adds_up:
        how = f"{stand_in} took the place of each token in turn. " if method.work == "tokens" else ""
        return f"{how}{total}; the answer has {bits(found.whole)}. With this method the two need not agree."
    ends = f"from {bits(found.blank)} with {stand_in} in place of every word to {bits(found.whole)} with the words"
    checked = f"{total} of {bits(found.change)}, {ends}."
    gap = abs(found.total - found.change)
    return (
        checked if gap <= 0.01 + 0.02 * abs(found.change) else f"{checked} The gap is {gap:.2f} {found.unit}: take more steps."
    )


def columns(encoding: Encoding, found: Attribution, method: AttributionMethod) -> dict[str, list[object]]:
    """A row a token, in order."""
    return numbered(encoding.tokens, unit=encoding.unit) | {title(found, method): found.values.tolist()}


def title(found: Attribution, method: AttributionMethod) -> str:
    """Of the column of values: their unit, where they have one."""
    return found.unit if method.unit else "relevance"


def bars_figure(encoding: Encoding, found: Attribution, theme: Theme, *, title: str, method: AttributionMethod) -> go.Figure:
    """A bar for each of the strongest tokens, and one for all others together, so that the bars add up to what is said they do:
    to the right those that speak for the answer, to the left those against it.
    """
    all_parts = parts(found, method)
    places = strongest(all_parts)
    values = all_parts[places]
    names = [f"{encoding.tokens[at]} {plots.shown(at)}" for at in places]
    n_others = int(np.count_nonzero(all_parts)) - len(places)
    if n_others:
        others = float(all_parts.sum(dtype=np.float64) - values.sum(dtype=np.float64))
        values, names = np.append(values, np.float32(others)), [*names, counted(n_others, "other")]
    chart = plots.figure(theme, height=110 + BAR * max(3, len(names)), title=title)
    low, high = theme.signed[0][1], theme.signed[-1][1]
    chart.add_bar(
        x=values,
        y=list(range(len(names))),
        orientation="h",
        marker_color=[high if value > 0 else low for value in values],
        text=[said(value, method) for value in values],
        textposition="outside",
        textfont={"size": 14},
        constraintext="none",
        cliponaxis=False,
        hovertext=[
            f"{plots.label(name)}: {f'{signed(value, 4)} {found.unit}' if method.unit else plots.percent(value)}"
            for name, value in zip(names, values, strict=True)
        ],
        hoverinfo="text",
    )
    low_end, high_end = min(0.0, float(values.min(initial=0))), max(0.0, float(values.max(initial=0)))
    room = (0.28 if theme.narrow else 0.08) * (high_end - low_end or 1)  # for the numbers
    ends = [low_end - room * (low_end < 0), high_end + room]
    chart.update_xaxes(range=ends, title_text=found.unit if method.unit else "share of all", showgrid=False)
    if not method.unit:
        chart.update_xaxes(plots.percent_axis(ends[1]))
    words = {"tickvals": list(range(len(names))), "ticktext": [plots.label(name) for name in names]}
    chart.update_yaxes(words, tickfont_family=plots.MONOSPACE, autorange="reversed", showgrid=False, zeroline=False)
    return chart.update_layout(bargap=0.3)
