"""Classes: what a head over the whole input says, by its own labels, whatever they are about.

    logits = W · vector + b                 one number for each label of the checkpoint
    values                                  softmax, sigmoid, or the numbers themselves: `decodings.DECODINGS`

Source: Devlin et al., BERT: Pre-training of Deep Bidirectional Transformers (2019), section 4.1: a classification layer
on the final [CLS] vector.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import leader
from bertviz_app.analysis.probability import decoded
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.families.decodings import DECODINGS, DecodingKey
from bertviz_app.families.label_sets import listed
from bertviz_app.families.tasks import SUBJECTS, TaskFacts
from bertviz_app.records.forward import Floats

MOST_BARS = 20  # labels that are drawn: all of them, or the likeliest
MOST_ROWS = 1_000  # labels in the table
LINE = 0.5  # a label that is decided for itself holds from here on: its logit is 0
SCALE = "on the scale of the examples that this head was trained with, not a probability"


@dataclass(frozen=True, eq=False)
class Classification:
    """What the head says of one text: `logits` and `values` are [label], in the order of `labels`; `decoding` is a key of `decodings.DECODINGS`."""

    labels: tuple[str, ...]
    logits: Floats
    values: Floats
    decoding: DecodingKey = "softmax"

    @property
    def is_probability(self) -> bool:
        """Whether the values are probabilities; otherwise numbers on a scale of the head's own."""
        return DECODINGS[self.decoding].is_probability

    @property
    def order(self) -> list[int]:
        """The labels, the largest value first."""
        found: list[int] = np.argsort(-self.values, kind="stable").tolist()
        return found

    @property
    def best(self) -> int:
        """The index of the largest value."""
        return int(self.values.argmax())

    @property
    def score(self) -> float:
        """The largest value: a probability, 0 to 1, or a number."""
        return float(self.values[self.best])

    @property
    def holding(self) -> list[int]:
        """The labels that hold: the likeliest of a softmax, all from `LINE` on of a sigmoid, the largest value first; of a number, none."""
        if self.decoding == "softmax":
            return [self.best]
        return [label for label in self.order if self.values[label] >= LINE] if self.decoding == "sigmoid" else []

    @property
    def label(self) -> str:
        """The labels that hold as one text; of a number, the number."""
        if not self.is_probability:
            return self.said(self.best)
        return ", ".join(self.labels[label] for label in self.holding) or "none"

    def said(self, label: int) -> str:
        """One value as people read it: "83 %", "−3.21"."""
        value = float(self.values[label])
        return plots.percent(value) if self.is_probability else plots.number(value)


def read(head: TaskFacts, logits: Floats) -> Classification:
    """A head's logits [label], decoded as it asks for. Raises `ValueError` when labels and logits differ in number.

    >>> read(TaskFacts("classes", ("ham", "spam")), np.float32([0.0, np.log(3)])).score
    0.75
    """
    if logits.shape != (len(head.labels),):
        raise ValueError(f"{len(head.labels)} labels need as many logits, not the shape {logits.shape}")
    return Classification(tuple(head.labels), logits, decoded(logits, head.decoding), head.decoding)


def notice(reading: Classification) -> str:
    """How sure the head is, and of what."""
    return {"softmax": _one_of_many, "sigmoid": _each_for_itself, "number": _numbers}[reading.decoding](reading)


def _one_of_many(reading: Classification) -> str:
    if len(reading.labels) == 1:
        return f"This head knows one label only, “{reading.label}”: its {reading.said(0)} says nothing."
    first, second = reading.order[:2]
    chance, names = reading.said(first), [f"“{reading.labels[label]}”" for label in (first, second)]
    gap = float(reading.logits[first] - reading.logits[second])
    if gap == 0:
        tied = listed([reading.labels[label] for label in reading.order if reading.logits[label] == reading.logits[first]])
        return f"The head is undecided: {tied} have {chance} each."
    if gap < 0.5:
        return f"The head is close to undecided: {names[0]} leads with {chance}, its logit only {gap:.2f} above that of {names[1]}."
    times = "over a million" if gap > np.log(1e6) else f"{np.exp(gap):,.{0 if gap > 2.3 else 1}f}"
    return f"{names[0]} has {chance}: its logit is {gap:.2f} above that of {names[1]}, which makes it {times} times as likely."


def _each_for_itself(reading: Classification) -> str:
    n, holding = len(reading.labels), reading.holding
    if n == 1:
        return f"“{reading.labels[0]}” has {reading.said(0)}: this head decides about one label, yes or no."
    law = "Each label is decided for itself: the bars need not add up to 100 %."
    if not holding:
        nearest = leader(reading.values, plots.percent)
        said = (
            f"none has more than {reading.said(reading.best)}"
            if nearest is None
            else f"“{reading.labels[nearest]}” comes nearest with {reading.said(nearest)}"
        )
        return f"Of {n:,} labels, none reaches 50 %; {said}. {law}"
    named = ", ".join(f"“{reading.labels[label]}” ({reading.said(label)})" for label in holding[:5])
    more = f" and {len(holding) - 5:,} more" if len(holding) > 5 else ""
    return f"{len(holding):,} of {n:,} labels {'has' if len(holding) == 1 else 'have'} 50 % or more: {named}{more}. {law}"


def _numbers(reading: Classification) -> str:
    if len(reading.labels) == 1:
        return f"The answer is {reading.said(0)}: a number {SCALE}."
    named = ", ".join(f"“{reading.labels[label]}” {reading.said(label)}" for label in range(min(5, len(reading.labels))))
    more = f" and {len(reading.labels) - 5:,} more" if len(reading.labels) > 5 else ""
    return f"{len(reading.labels):,} numbers: {named}{more}. Each is {SCALE}."


def about(head: TaskFacts) -> str:
    """Who says what this head is about, and what was odd about its labels; empty where there is nothing to say."""
    says = {
        "labels": f"That this classifier is about {SUBJECTS.get(head.task)} is a guess from its labels, {listed(head.labels)}.",
        "settings": f"Whoever runs this server says that this classifier is about {SUBJECTS.get(head.task)}.",
        "visitor": f"You chose to read this classifier as being about {SUBJECTS.get(head.task)}.",
    }
    unnamed = "" if head.is_named else "Its config gives the outputs no names: what each stands for is not known here."
    return " ".join(part for part in (says.get(head.told_by, ""), unnamed, head.remark) if part)


def method(head: TaskFacts) -> str:
    """How the values come about."""
    return (
        "The last layer’s vector of the first token (where the checkpoint has a pooler, what that makes of it) goes through the head’s linear layers, "
        f"which end in a number for each label, the *logit*. {DECODINGS[head.decoding].method} Source: Devlin et al. (2019), section 4.1."
    )


def drawn(reading: Classification, most: int = MOST_BARS) -> list[int]:
    """The labels that are drawn: all in the checkpoint's order, or, of more than `most`, those with the largest values, largest first."""
    return list(range(len(reading.labels))) if len(reading.labels) <= most else reading.order[:most]


def left_out(reading: Classification, most: int = MOST_BARS) -> str:
    """What the figure does not show; empty where it shows all."""
    n = len(reading.labels)
    rows = "" if n <= MOST_ROWS else f" The table has the first {MOST_ROWS:,}."
    return f"Showing the {most} {_largest(reading)} of {n:,} labels.{rows}" if n > most else ""


def own_range(values: Floats) -> list[float]:
    """The ends of an axis for numbers of an unknown scale: from 0, at least as far as 1, with room for what is written beside the bars.

    >>> own_range(np.array([4.0])), own_range(np.array([-0.5]))
    ([0.0, 5.0], [-1.25, 0.0])
    """
    low, high = float(values.min()), float(values.max())
    return [1.25 * min(low, -1.0) if low < 0 else 0.0, 1.25 * max(high, 1.0) if high > 0 or low == 0 else 0.0]


def reading_figure(reading: Classification, theme: Theme, *, most: int = MOST_BARS) -> go.Figure:
    """One bar for each label that is `drawn`; those that hold in the accent colour."""
    labels = drawn(reading, most)
    values, n = reading.values[labels], len(labels)
    chart = plots.figure(theme, height=90 + (54 if n <= 10 else 34) * max(n, 2), title=_title(reading, most))
    chart.add_bar(
        x=values,
        y=np.arange(n),
        orientation="h",
        width=0.62,
        marker_color=[
            theme.accent if label in reading.holding or not reading.is_probability else theme.muted for label in labels
        ],
        text=[reading.said(label) for label in labels],
        textposition="outside",
        textfont_size=18,
        cliponaxis=False,
        customdata=np.stack([values, reading.logits[labels]], axis=-1),
        hovertemplate="%{y}: %{customdata[0]:.4f}, logit %{customdata[1]:.3f}<extra></extra>",
        showlegend=False,
    )
    names = [plots.label(_short(reading.labels[label], 22 if theme.narrow else 48)) for label in labels]
    chart.update_yaxes(tickvals=list(range(n)), ticktext=names, autorange="reversed")
    chart.update_yaxes(tickfont_size=17, showgrid=False, zeroline=False)
    if reading.is_probability:
        top = (
            1.0 if n == len(reading.labels) else max(0.05, reading.score)
        )  # of very many labels the likeliest may still be small
        return chart.update_xaxes(
            range=[0, 1.2 * top], showgrid=False, tickangle=0, title_text="probability", **plots.percent_axis(top)
        )
    return chart.update_xaxes(
        range=own_range(values),
        showgrid=False,
        zeroline=True,
        tickangle=0,
        nticks=5,
        title_text="value, on the head’s own scale",
    )


def columns(reading: Classification) -> dict[str, list[object]]:
    """A row a label, in the checkpoint's order; of more than `MOST_ROWS` those with the largest values."""
    labels = drawn(reading, MOST_ROWS)
    return {
        "label": [reading.labels[label] for label in labels],
        "logit": reading.logits[labels].tolist(),
        DECODINGS[reading.decoding].quantity: reading.values[labels].tolist(),
    }


def _title(reading: Classification, most: int) -> str:
    if len(reading.labels) > most:
        return f"The {most} {_largest(reading)} of {len(reading.labels):,} labels"
    return {
        "softmax": "How likely each label is",
        "sigmoid": "How likely each label is, for itself",
        "number": "What the head gives",
    }[reading.decoding]


def _largest(reading: Classification) -> str:
    return "likeliest" if reading.is_probability else "largest"


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
