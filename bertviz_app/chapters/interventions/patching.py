"""Activation patching: where, in layers and positions, does the difference between two sentences sit?

    LD       = logit(a) − logit(b)                       a is what sentence A asks for, b what sentence B does
    restored = (LD_patched − LD_B) / (LD_A − LD_B)       0: B's prediction as it was; 1: that of A

Sources: Meng et al., Locating and editing factual associations in GPT (2022), section 2; S. Heimersheim and N. Nanda, How to use and interpret activation
patching (2024), section 4, for the normalised logit difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import decimal, leader, named_among
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import numbered
from bertviz_app.records.forward import Encoding, Floats

MOST_TOKENS = 48  # a pass for each of them and each layer
MOST_TALL = 20  # rows that are taller than a name needs
LEAST = 0.01  # a smaller difference of logits is none
TOP = 5

METHOD = (
    "Sentence B is read again and again; each time, one vector between two layers is replaced by the one that sentence A has in the same place. "
    r"What comes back of A’s prediction is measured by the difference of two logits: $(LD_{\text{patched}} - LD_B) / (LD_A - LD_B)$ with $LD = z_a - z_b$ "
    "(of a head that gives a number, $LD$ is the number): 0 % is B’s prediction as it was, 100 % that of A; below 0 and above 1 it overshoots. In the last layer only the vector that the prediction is read from counts. "
    "A place that restores much is enough to carry the difference; that it is the only one does not follow. "
    "Rows are tokens: each piece of a word has a vector of its own, and what two of them restore does not add up to what both would. "
    "Sources: Meng et al. (2022), section 2; Heimersheim and Nanda (2024), section 4."
)


@dataclass(frozen=True)
class Contrast:
    """The two outputs whose logits are compared, `a` of sentence A and `b` of sentence B, and the difference in each plain pass.

    Of a head that gives a number `b` is None: the number itself is compared.
    """

    a: int
    b: int | None
    of_a: float
    of_b: float

    @property
    def span(self) -> float:
        """LD_A − LD_B."""
        return self.of_a - self.of_b

    def difference(self, prediction: Prediction) -> float:
        """LD of a prediction."""
        return float(prediction.logits[self.a]) - (0.0 if self.b is None else float(prediction.logits[self.b]))

    def restored(self, differences: Floats) -> Floats:
        """The share of the way from B's prediction to A's, for any array of LD."""
        result: Floats = (differences - self.of_b) / self.span
        return result


def contrast(of_a: Prediction, of_b: Prediction) -> Contrast:
    """The first choice of A against the first choice of B; where they agree, the two of the likeliest whose logits differ most.

    >>> one, other = (Prediction("sentiment", "", np.array(row)) for row in ([2.0, 1.0, 0.0], [1.0, 4.0, 0.0]))
    >>> contrast(one, other)
    Contrast(a=0, b=1, of_a=1.0, of_b=-3.0)
    """
    a, b = of_a.best, of_b.best if of_b.is_probability and len(of_b.logits) > 1 else None
    if a == b:
        likely = np.unique([np.argsort(-one.logits)[:TOP] for one in (of_a, of_b)])
        gain = (of_a.logits - of_b.logits)[likely]
        a, b = int(likely[gain.argmax()]), int(likely[gain.argmin()])
    one = Contrast(a, b, 0, 0)
    return Contrast(a, b, one.difference(of_a), one.difference(of_b))


def common(of_a: Sequence[Prediction], of_b: Sequence[Prediction]) -> list[tuple[Prediction, Prediction]]:
    """The predictions that both sentences ask for in the same place, with outputs that can be set against each other."""
    there = {one.place: one for one in of_b}
    return [(one, there[one.place]) for one in of_a if one.place in there]


def before_notice(pair: tuple[Prediction, Prediction], contrasted: Contrast, name: Callable[[int], str]) -> str:
    """What to notice before anything is patched: what each sentence asks for, and which two outputs are compared."""
    if contrasted.b is None:
        of_a, of_b = (one.said(contrasted.a) for one in pair)
        return f"“{name(contrasted.a)}” is {of_a} for A and {of_b} for B. Which vectors of A would turn B’s into that of A?"
    a, b = ((name(one.best), one.said(one.best)) for one in pair)
    if a[0] != b[0]:
        return (
            f"A gets “{a[0]}” ({a[1]}), B gets “{b[0]}” ({b[1]}). Which vectors of A would turn B’s prediction into that of A?"
        )
    first, second = name(contrasted.a), name(contrasted.b)
    return (
        f"Both get “{a[0]}” (A {a[1]}, B {b[1]}). They differ most in “{first}” against “{second}”: "
        "which vectors of A bring that difference into B?"
    )


def unequal(n_a: int, n_b: int) -> str:
    """Why two sentences of different length cannot be patched, and what to do.

    >>> unequal(6, 5)[-73:]
    'same number: make sentence A one token shorter, or sentence B one longer.'
    """
    gap, longer, shorter = abs(n_a - n_b), *(("A", "B") if n_a > n_b else ("B", "A"))
    amount = ("one token", "one") if gap == 1 else (f"{gap} tokens", str(gap))
    return (
        f"Sentence A has {n_a} tokens and sentence B has {n_b}. A vector is put into the same place of the other sentence, so both need the "
        f"same number: make sentence {longer} {amount[0]} shorter, or sentence {shorter} {amount[1]} longer."
    )


def places(encoding: Encoding, donor: Encoding) -> list[str]:
    """A name for each position: the token of B, and where A has another one, "A → B"."""
    return [b if a == b else f"{a} → {b}" for a, b in zip(donor.tokens, encoding.tokens, strict=True)]


def state_name(state: int) -> str:
    """ "embeddings", or the layer counted from 1."""
    return str(state) if state else "embeddings"


def notice(restored: Floats, names: Sequence[str], contrasted: tuple[str, str]) -> str:
    """What to notice: restored [state, position], the two outputs (the second empty for a number); where the difference sits at the bottom, and when it moves to where it is read."""
    carriers = restored.argmax(axis=1)
    first, last = int(carriers[0]), int(carriers[-1])
    elsewhere = np.flatnonzero(carriers != last)
    difference = f"between “{contrasted[0]}” and “{contrasted[1]}”" if contrasted[1] else f"in “{contrasted[0]}”"
    said = (
        f"Of the difference {difference}, A’s vector at {named_among(names, first)} alone "
        f"brings back {share(restored[0, first])} at the embeddings"
    )
    if not len(elsewhere):
        return f"{said}. The prediction is read from that very place, and no other place ever brings back more."
    moved = int(elsewhere[-1]) + 1
    if moved > 1:
        said += f" and {share(restored[moved - 1, first])} after layer {moved - 1}"
    place, back = named_among(names, last), share(restored[moved, last])
    most = "brings back most" if leader(restored[moved], share) is not None else "brings back as much as any"
    return f"{said}. From layer {moved} on, {place}, where the prediction is read, {most}: {back} after layer {moved}."


def columns(restored: Floats, names: Sequence[str]) -> dict[str, list[object]]:
    """One row a position, one column a state."""
    return numbered(names) | {state_name(state): row.tolist() for state, row in enumerate(restored)}


def patching_figure(restored: Floats, names: Sequence[str], theme: Theme) -> go.Figure:
    """Layers across, positions down: long names have room at the left, and a phone has it too."""
    n_states, n = restored.shape
    chart = plots.figure(theme, height=n * (30 if n <= MOST_TALL else 20) + 190, title="What one vector of A brings back")
    limit = max(1.0, float(np.abs(restored).max()))
    labels = [
        [f"{plots.label(name)}, {'layer ' * bool(s)}{state_name(s)}: {share(restored[s, p])}" for s in range(n_states)]
        for p, name in enumerate(names)
    ]
    ticks = [-1, 0, 1] if theme.narrow else [-1, -0.5, 0, 0.5, 1]
    bar = {"unit": "restored", "tickvals": ticks, "ticktext": [share(tick) for tick in ticks]}
    chart.add_trace(
        plots.heatmap(restored.T, theme, signed=True, limit=limit, colorbar=bar, xgap=2, ygap=2, hovertext=labels, hovertemplate="%{hovertext}<extra></extra>")
    )  # fmt: skip
    plain = {"showgrid": False, "zeroline": False, "fixedrange": True, "showline": False, "tickangle": 0}
    layers = ["emb.", *(str(state) for state in range(1, n_states))]
    chart.update_xaxes(plain, title_text="after layer", tickvals=list(range(n_states)), ticktext=layers)
    every = {"tickvals": list(range(n)), "ticktext": [plots.label(name) for name in names]}  # a row has room for its name
    chart.update_yaxes(plots.token_axis(names) | plain | every, range=[n - 0.5, -0.5], autotickangles=None)
    return chart


def share(value: float) -> str:
    """A share that may lie below 0 or above 1: "77 %", "−4 %"."""
    return f"{decimal(100 * float(value), 0)} %"
