"""Attribution: one number of a prediction, divided among the tokens of the input.

    F(x)                     = log2 (P / (1 − P)), in bits, of one answer; x are the word embeddings x_t of the tokens, b those of the baseline
    gradient × input         = ∇F(x)_t · x_t
    integrated gradients     = (x_t − b_t) · ∫₀¹ ∇F(b + a (x − b))_t da;          Σ_t = F(x) − F(b)

Each is summed over the numbers of a token's vector: one signed value a token, [position].
Sources: Shrikumar et al., Learning important features through propagating activation differences (2017), section 2.2;
Sundararajan et al., Axiomatic attribution for deep networks (2017), sections 3 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app import plots
from bertviz_app.attributions import Attribution, probability
from bertviz_app.plots import Theme
from bertviz_app.records import Encoding, Floats

MOST_BARS = 16  # tokens that get a bar: the strongest
BAR = 30  # pixels


@dataclass(frozen=True)
class Method:
    """One way to divide a prediction among tokens.

    adds_up       the parts add up to what the words change: the method is complete
    has_baseline  it compares the input with one where every word was taken away
    n_gradients   passes with their gradient; with one, it is done at once
    """

    key: str
    name: str
    text: str
    adds_up: bool = False
    has_baseline: bool = False
    n_gradients: int = 1


METHODS = {
    method.key: method
    for method in (
        Method(
            "gradient_x_input",
            "Gradient × input",
            r"**Gradient × input**, $\nabla F(x)_t \cdot x_t$: how steeply the prediction rises along each token’s own word embedding, times that embedding. One pass and "
            "its gradient. It looks at the slope at this input alone, so that the parts need not add up to anything. Source: Shrikumar et al. (2017), section 2.2.",
        ),
        Method(
            "integrated_gradients",
            "Integrated gradients",
            r"**Integrated gradients**, $(x_t - b_t) \cdot \int_0^1 \nabla F(b + a\,(x - b))_t\, da$: the slopes along the straight way from the baseline $b$ to the input, "
            "averaged. The parts add up to the difference that the words make: this is checked for every input and shown. The integral is a sum over a number of steps "
            "(Gauss–Legendre). Source: Sundararajan et al. (2017), sections 3 and 5.",
            adds_up=True,
            has_baseline=True,
            n_gradients=64,
        ),
    )
}
BASELINE_NAMES = {"mask": "blanks", "pad": "padding"}

METHOD = (
    r"What is divided is the log-odds of one answer, $F = \log_2 \frac{P}{1 - P}$, in bits: 0 is even, one bit more doubles the odds. The word embeddings of the tokens are its "
    "input; places and sentences (position and segment embeddings) stay as they are. Each method gives every number of a token’s vector a share, and a token has the sum of "
    "them.\n\n{methods}\n\n**The baseline** is the same input with a blank in the place of every word: that is how this kind of model was trained to read “there is a word "
    "here, and you are not told which”. Padding is the other choice: in training it was never read, so that it says less, and the model may say anything about it "
    "(Sturmfels et al. 2020 show how much hangs on this choice). Special tokens and the blanks that are to be filled stay: their part is 0.\n\n"
    "An attribution says what this model’s number hangs on. It does not say that the model is right, or that it reasons as we do. Computed with Captum."
)


def method_text() -> str:
    """How all methods are computed."""
    return METHOD.replace("{methods}", "\n\n".join(method.text for method in METHODS.values()))


def bits(value: float) -> str:
    """A signed number of bits as it is said.

    >>> bits(-0.416), bits(0.001)
    ('−0.42', '0.00')
    """
    return f"{value:+.2f}".replace("-", "−").replace("+0.00", "0.00").replace("−0.00", "0.00")


def strongest(values: Floats) -> list[int]:
    """Up to `MOST_BARS` positions of those that are not 0, the largest first and the most negative last."""
    kept = [int(at) for at in np.argsort(-np.abs(values), kind="stable")[:MOST_BARS] if values[at]]
    return sorted(kept, key=lambda at: -float(values[at]))


def notice(encoding: Encoding, found: Attribution, name: str) -> str:
    """What to notice: the tokens that speak most for the answer and against it."""
    said = f"“{name}” has {plots.percent(probability(found.whole))} ({bits(found.whole)} bits). "
    values = found.values
    most, least = int(values.argmax()), int(values.argmin())
    if np.abs(values).max() < 0.005:
        return said + "No token has a part in that: there is none that could be taken away."
    parts = []
    if values[most] > 0.005:
        parts.append(f"{_token(encoding, most)} speaks for it most ({bits(values[most])})")
    if values[least] < -0.005:
        parts.append(f"{_token(encoding, least)} most against it ({bits(values[least])})")
    if len(parts) == 1:
        parts.append("none against it" if values[most] > 0.005 else "none for it")
    return f"{said}{parts[0]}, {parts[1]}."


def completeness(method: Method, found: Attribution, baseline: str) -> str:
    """What the parts add up to, and what they should."""
    total = f"The parts add up to {bits(found.total)} bits"
    if not method.adds_up:
        return f"{total}; the answer has {bits(found.whole)}. By this method they need not be the same."
    ends = f"from {bits(found.blank)} with {BASELINE_NAMES[baseline]} in the place of all words to {bits(found.whole)} with the words"
    said = f"{total} of {bits(found.change)}, {ends}."
    gap = abs(found.total - found.change)
    return said if gap <= 0.01 + 0.02 * abs(found.change) else f"{said} The gap is {gap:.2f} bits: take more steps."


def columns(encoding: Encoding, found: Attribution) -> dict[str, list[object]]:
    """A row a token, in order."""
    return {
        "number": list(range(1, encoding.n_tokens + 1)),
        "token": list(encoding.tokens),
        "bits": found.values.tolist(),
    }


def bars_figure(encoding: Encoding, found: Attribution, theme: Theme, *, title: str) -> go.Figure:
    """A bar for each of the strongest tokens: to the right those that speak for the answer, to the left those against it."""
    places = strongest(found.values)
    values = found.values[places]
    names = [f"{encoding.tokens[at]} {plots.shown(at)}" for at in places]
    chart = plots.figure(theme, height=110 + BAR * max(3, len(places)), title=title)
    low, high = theme.signed[0][1], theme.signed[-1][1]
    chart.add_bar(
        x=values,
        y=list(range(len(places))),
        orientation="h",
        marker_color=[high if value > 0 else low for value in values],
        text=[bits(value) for value in values],
        textposition="outside",
        textfont={"size": 14},
        constraintext="none",
        cliponaxis=False,
        hovertext=[f"{plots.label(name)}: {value:+.4f} bits" for name, value in zip(names, values, strict=True)],
        hoverinfo="text",
    )
    low_end, high_end = min(0.0, float(values.min(initial=0))), max(0.0, float(values.max(initial=0)))
    room = (0.28 if theme.narrow else 0.08) * (high_end - low_end or 1)  # for the numbers
    ends = [low_end - room * (low_end < 0), high_end + room]
    chart.update_xaxes(range=ends, title_text="bits", showgrid=False)
    words = {"tickvals": list(range(len(places))), "ticktext": [plots.label(name) for name in names]}
    chart.update_yaxes(words, tickfont_family=plots.MONOSPACE, autorange="reversed", showgrid=False, zeroline=False)
    return chart.update_layout(bargap=0.3)


def _token(encoding: Encoding, position: int) -> str:
    return (
        f"“{encoding.tokens[position]}”"
        if encoding.tokens.count(encoding.tokens[position]) == 1
        else f"“{encoding.tokens[position]}” (token {position + 1})"
    )
