"""Sentiment: from the pooled vector to a label and how sure the head is of it.

    logits = W · pooler_output + b          one number for each label of the checkpoint
    P(label) = exp(logit) / Σ exp(logits)   softmax: positive, and 1 in all

Source: Devlin et al., BERT: Pre-training of Deep Bidirectional Transformers (2019), section 4.1: a classification layer
on the final [CLS] vector. The names of the labels are the checkpoint's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app import plots
from bertviz_app.lenses.probability import softmax
from bertviz_app.plots import Theme
from bertviz_app.records import Floats, ModelInfo

MOST_BARS = 25  # texts drawn one by one; more are drawn as a distribution
MOST_CODE = 20  # texts written out in the Python code
N_BINS = 20

METHOD = (
    "The last layer's vector of [CLS] goes through the pooler (linear, tanh), then through the head: one more linear layer, with a "
    r"number for each label, the *logit*. Softmax: $P(k) = e^{z_k} / \sum_j e^{z_j}$. Source: Devlin et al. (2019), section 4.1."
)


@dataclass(frozen=True, eq=False)
class Reading:
    """What the head says of one text: `logits` and `probabilities` are [label], in the order of `labels`."""

    labels: tuple[str, ...]
    logits: Floats
    probabilities: Floats

    @property
    def best(self) -> int:
        """The index of the likeliest label."""
        return int(self.probabilities.argmax())

    @property
    def label(self) -> str:
        return self.labels[self.best]

    @property
    def score(self) -> float:
        """The probability of the likeliest label, 0 to 1."""
        return float(self.probabilities[self.best])


@dataclass(frozen=True, eq=False)
class Verdict:
    """One row of many texts. `reading` is None where the text cannot be read; `note` says why, or what was cut."""

    text: str
    reading: Reading | None
    note: str = ""


def read(labels: Sequence[str], logits: Floats) -> Reading:
    """Softmax of a head's logits [label]. Raises `ValueError` when labels and logits differ in number.

    >>> read(("NEGATIVE", "POSITIVE"), np.float32([0.0, np.log(3)])).score
    0.75
    """
    if logits.shape != (len(labels),):
        raise ValueError(f"{len(labels)} labels need as many logits, not the shape {logits.shape}")
    return Reading(tuple(labels), logits, softmax(logits))


def notice(reading: Reading) -> str:
    """How sure the head is, and of what."""
    order = np.argsort(-reading.probabilities, kind="stable")
    first, chance = reading.label, plots.percent(reading.score)
    if len(order) == 1:
        return f"This head knows one label only, {first}: its {chance} says nothing."
    second = reading.labels[order[1]]
    gap = float(reading.logits[order[0]] - reading.logits[order[1]])
    if gap < 0.5:
        return f"The head is close to undecided: {first} leads with {chance}, its logit only {gap:.2f} above that of {second}."
    times = f"{np.exp(gap):,.{0 if gap > 2.3 else 1}f}"
    return f"{first[:1].upper()}{first[1:]} with {chance}: its logit is {gap:.2f} above that of {second}, which makes it {times} times as likely."


def summary(verdicts: Sequence[Verdict]) -> str:
    """How many texts got which label, which was the closest call, and how many could not be read."""
    read_ones = [(row, verdict.reading) for row, verdict in enumerate(verdicts, start=1) if verdict.reading]
    if not read_ones:
        return f"None of the {len(verdicts)} texts could be read; the table says why."
    counts = {label: sum(reading.label == label for _, reading in read_ones) for label in read_ones[0][1].labels}
    shares = ", ".join(f"{label} {count:,}" for label, count in counts.items())
    row, closest = min(read_ones, key=lambda pair: pair[1].score)
    least = f"The least certain is row {row:,}, {closest.label} with {plots.percent(closest.score)}."
    unread = len(verdicts) - len(read_ones)
    rest = f" {unread:,} could not be read; the table says why." if unread else ""
    return f"Of {len(read_ones):,} texts: {shares}. {least}{rest}"


def reading_figure(reading: Reading, theme: Theme) -> go.Figure:
    """One bar for each label, in the checkpoint's order; the likeliest in the accent colour."""
    n = len(reading.labels)
    chart = plots.figure(theme, height=90 + 54 * n, title="How likely each label is")
    chart.add_bar(
        x=reading.probabilities,
        y=np.arange(n),
        orientation="h",
        width=0.62,
        marker_color=[theme.accent if label == reading.best else theme.muted for label in range(n)],
        text=[plots.percent(p) for p in reading.probabilities],
        textposition="outside",
        textfont_size=18,
        cliponaxis=False,
        customdata=np.stack([reading.probabilities, reading.logits], axis=-1),
        hovertemplate="%{y}: %{customdata[0]:.4f}, logit %{customdata[1]:.3f}<extra></extra>",
        showlegend=False,
    )
    chart.update_yaxes(tickvals=list(range(n)), ticktext=[plots.label(name) for name in reading.labels], autorange="reversed")
    chart.update_yaxes(tickfont_size=17, showgrid=False, zeroline=False)
    return _probability_axis(chart, "probability")


def verdicts_figure(verdicts: Sequence[Verdict], theme: Theme) -> go.Figure:
    """The texts that could be read, sorted by the probability of the last label; a distribution beyond `MOST_BARS`.

    Raises `ValueError` when none could be read.
    """
    rows = [(row, verdict.text, verdict.reading) for row, verdict in enumerate(verdicts, start=1) if verdict.reading]
    if not rows:
        raise ValueError("no text could be read: there is nothing to draw")
    if len(rows) > MOST_BARS:
        return _distribution_figure([reading for *_, reading in rows], theme)
    rows.sort(key=lambda row: -float(row[2].probabilities[-1]))
    last = rows[0][2].labels[-1]
    places = np.arange(len(rows))
    chances = np.array([reading.probabilities[-1] for *_, reading in rows])
    chart = plots.figure(theme, height=120 + 50 * len(rows), title=f"Each text's probability of {plots.label(last)}")
    chart.add_bar(
        x=chances,
        y=places,
        orientation="h",
        width=0.4,
        marker_color=[theme.accent if reading.label == last else theme.muted for *_, reading in rows],
        text=[plots.percent(chance) for chance in chances],
        textposition="outside",
        cliponaxis=False,
        customdata=[[row, _short(text, 160), plots.label(reading.label), reading.score] for row, text, reading in rows],
        hovertemplate="row %{customdata[0]}: %{customdata[1]}<br>%{customdata[2]} %{customdata[3]:.4f}<extra></extra>",
        showlegend=False,
    )
    # Each text stands above its bar, where a phone has room for it.
    names = [_short(text, 42) for _, text, _ in rows]
    chart.add_scatter(x=0 * chances, y=places - 0.4, text=names, mode="text", textposition="middle right", hoverinfo="skip")
    chart.update_yaxes(visible=False, range=[len(rows) - 0.6, -0.8]).update_layout(showlegend=False)
    return _probability_axis(chart, f"in colour: {plots.label(last)} is the likeliest")


def columns(verdicts: Sequence[Verdict], *, longest: int | None = None) -> dict[str, list[object]]:
    """The result as a table: row, text, label, score, the probability of each label, note. `longest` shortens the texts."""
    labels = next((verdict.reading.labels for verdict in verdicts if verdict.reading), ())
    table: dict[str, list[object]] = {
        "row": list(range(1, len(verdicts) + 1)),
        "text": [_cut(verdict.text, longest) for verdict in verdicts],
        "label": [verdict.reading.label if verdict.reading else None for verdict in verdicts],
        "score": [_rounded(verdict.reading, None) for verdict in verdicts],
    }
    for index, label in enumerate(labels):
        table[f"P({label})"] = [_rounded(verdict.reading, index) for verdict in verdicts]
    return table | {"note": [verdict.note for verdict in verdicts]}


def python_code(info: ModelInfo, text: str, pair: str | None = None) -> str:
    """Plain transformers code for one text: `probabilities` is [label]."""
    typed = repr(text) if pair is None else f"{text!r}, {pair!r}"
    return f"""{_loading(info)}
inputs = tokenizer({typed}, truncation=True, max_length={info.max_tokens}, return_tensors="pt")
with torch.inference_mode():
    logits = model(**inputs).logits[0]
probabilities = logits.softmax(dim=-1)
for index, probability in enumerate(probabilities):
    print(model.config.id2label[index], f"{{probability:.4f}}")
"""


def python_code_for_many(info: ModelInfo, texts: Sequence[str]) -> str:
    """The same for several texts as one batch: `probabilities` is [text, label]. Only the first `MOST_CODE` are written out."""
    some = "" if len(texts) <= MOST_CODE else f"  # the first {MOST_CODE} of {len(texts)}"
    lines = "".join(f"    {text!r},\n" for text in texts[:MOST_CODE])
    return f"""{_loading(info)}
texts = [{some}
{lines}]
inputs = tokenizer(texts, padding=True, truncation=True, max_length={info.max_tokens}, return_tensors="pt")
with torch.inference_mode():
    probabilities = model(**inputs).logits.softmax(dim=-1)
for text, row in zip(texts, probabilities):
    print(model.config.id2label[int(row.argmax())], f"{{row.max():.4f}}", text)
"""


def head_source(info: ModelInfo) -> str:
    """What plain transformers is given to load encoder and head; the embedded head lies in a folder of its own, beside its encoder."""
    return f"{info.source}/sentiment" if info.source == "bertviz_app/embedded" else info.source


def _loading(info: ModelInfo) -> str:
    return f"""import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({info.source!r})
model = AutoModelForSequenceClassification.from_pretrained({head_source(info)!r}).eval()
"""


def _distribution_figure(readings: Sequence[Reading], theme: Theme) -> go.Figure:
    last = plots.label(readings[0].labels[-1])
    counts, edges = np.histogram([reading.probabilities[-1] for reading in readings], bins=N_BINS, range=(0, 1))
    chart = plots.figure(theme, height=380, title=f"How sure the head is of {last}, over {len(readings):,} texts")
    chart.add_bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        width=0.92 / N_BINS,
        marker_color=[theme.accent if left >= 0.5 else theme.muted for left in edges[:-1]],
        customdata=np.round(100 * np.stack([edges[:-1], edges[1:]], axis=-1)),
        hovertemplate="%{customdata[0]} to %{customdata[1]} %: %{y} texts<extra></extra>",
        showlegend=False,
    )
    chart.update_yaxes(title_text="texts", rangemode="tozero")
    return _probability_axis(chart, f"probability of {last}").update_xaxes(range=[0, 1.03])


def _probability_axis(chart: go.Figure, title: str) -> go.Figure:
    return chart.update_xaxes(range=[0, 1.2], showgrid=False, tickangle=0, title_text=title, **plots.percent_axis(1))


def _rounded(reading: Reading | None, index: int | None) -> float | None:
    if reading is None:
        return None
    return round(reading.score if index is None else float(reading.probabilities[index]), 6)


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else text[: longest - 1] + "…"


def _short(text: str, longest: int) -> str:
    return plots.label(_cut(" ".join(text.split()), longest))
