"""Many texts at once: what a classifier says of each, and of all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.classes import Classification
from bertviz_app.analysis.phrases import counted, decimal, trailer
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.uploads.texts import TextRow

MOST_BARS = 25  # texts drawn one by one; more are drawn as a distribution
MOST_COLUMNS = 40  # labels that have a column of their own
MOST_NAMED = 6  # labels that a sentence counts
N_BINS = 20


@dataclass(frozen=True, eq=False)
class Verdict:
    """One row of many texts. `reading` is None where the text cannot be read; `note` says why, or what was cut."""

    row: TextRow
    reading: Classification | None
    note: str = ""


def summary(verdicts: Sequence[Verdict]) -> str:
    """How many texts got which label, which was the closest call, and how many could not be read."""
    read_ones = [(verdict.row.number, verdict.reading) for verdict in verdicts if verdict.reading]
    if not read_ones:
        return f"None of {counted(len(verdicts), 'text')} could be read; the table says why."
    unread = len(verdicts) - len(read_ones)
    rest = f" {unread:,} could not be read; the table says why." if unread else ""
    readings = [reading for _, reading in read_ones]
    if not readings[0].is_probability:
        values = sorted(reading.score for reading in readings)
        middle = float(np.median(values))
        return f"The answers to {counted(len(values), 'text')} lie between {decimal(values[0])} and {decimal(values[-1])}, with the median {decimal(middle)}.{rest}"
    counts = _counts(readings)
    named = ", ".join(f"{label} {count:,}" for label, count in list(counts.items())[:MOST_NAMED])
    more = f" and {len(counts) - MOST_NAMED} more labels" if len(counts) > MOST_NAMED else ""
    return f"Of {counted(len(readings), 'text')}: {named}{more}.{_closest(read_ones)}{rest}"


def _closest(read_ones: Sequence[tuple[int, Classification]]) -> str:
    """The text that the head is least sure of, where one is."""
    least = trailer([reading.score for _, reading in read_ones], plots.percent)
    if least is None or read_ones[0][1].decoding != "softmax":
        return ""
    row, reading = read_ones[least]
    return f" The least certain is row {row:,}, {reading.label} with {plots.percent(reading.score)}."


def _counts(readings: Sequence[Classification]) -> dict[str, int]:
    """How many texts have each label, in the checkpoint's order if they are few, else the commonest first."""
    labels = readings[0].labels
    held = Counter(label for reading in readings for label in reading.holding)
    order = range(len(labels)) if len(labels) <= MOST_NAMED else [label for label, _ in held.most_common()]
    return {labels[label]: held[label] for label in order}


def verdicts_figure(verdicts: Sequence[Verdict], theme: Theme) -> go.Figure:
    """The texts that could be read, one bar each; beyond `MOST_BARS` a distribution, or how many have each label.

    Of two labels the bar is the probability of the last, of more that of the likeliest, of a number the number. Raises `ValueError` when none
    could be read.
    """
    rows = [(verdict.row, verdict.reading) for verdict in verdicts if verdict.reading]
    if not rows:
        raise ValueError("no text could be read: there is nothing to draw")
    first = rows[0][1]
    is_of_two = first.decoding == "softmax" and len(first.labels) == 2
    if len(rows) > MOST_BARS:
        readings = [reading for _, reading in rows]
        return (
            _distribution_figure(readings, theme) if is_of_two or not first.is_probability else _labels_figure(readings, theme)
        )
    return _bars_figure(rows, theme, of_last=is_of_two)


def _bars_figure(rows: list[tuple[TextRow, Classification]], theme: Theme, *, of_last: bool) -> go.Figure:
    first, last = rows[0][1], rows[0][1].labels[-1]
    of = -1 if of_last else None
    rows = sorted(rows, key=lambda pair: -float(pair[1].values[-1 if of_last else pair[1].best]))
    places = np.arange(len(rows))
    values = np.array([reading.score if of is None else reading.values[of] for _, reading in rows])
    title = f"Each text's probability of {plots.label(last)}" if of_last else "What the head says of each text"
    chart = plots.figure(theme, height=120 + 50 * len(rows), title=title)
    chart.add_bar(
        x=values,
        y=places,
        orientation="h",
        width=0.4,
        marker_color=[theme.accent if not of_last or reading.label == last else theme.muted for _, reading in rows],
        text=[plots.percent(value) if of_last else _answer(reading) for value, (_, reading) in zip(values, rows, strict=True)],
        textposition="outside",
        cliponaxis=False,
        customdata=[[row.number, _short(row.both, 160), plots.label(reading.label), reading.score] for row, reading in rows],
        hovertemplate="row %{customdata[0]}: %{customdata[1]}<br>%{customdata[2]} %{customdata[3]:.4f}<extra></extra>",
        showlegend=False,
    )
    # Each text stands above its bar, where a phone has room for it.
    names = [_short(row.both, 42) for row, _ in rows]
    chart.add_scatter(x=0 * values, y=places - 0.4, text=names, mode="text", textposition="middle right", hoverinfo="skip")
    chart.update_yaxes(visible=False, range=[len(rows) - 0.6, -0.8]).update_layout(showlegend=False)
    if not first.is_probability:
        return chart.update_xaxes(showgrid=False, title_text="on the head's own scale")
    return _probability_axis(
        chart, f"in colour: {plots.label(last)} is the likeliest" if of_last else "probability of the likeliest label"
    )


def _answer(reading: Classification) -> str:
    return plots.label(
        f"{reading.labels[reading.best]} {reading.said(reading.best)}" if reading.is_probability else reading.label
    )


def columns(
    verdicts: Sequence[Verdict],
    headings: Sequence[str] = (),
    *,
    expected: Mapping[str, str | None] | None = None,
    longest: int | None = None,
) -> dict[str, list[object]]:
    """The result as a table: the number of the row, the columns of the file (or the text), label, score, the value of each label (of no more than `MOST_COLUMNS`), note.

    A column of ours whose name the file has already is called "model: …". `expected`: what each value of the file's labels stands for; then a
    column says so. `longest` shortens the texts.
    """
    first = next((verdict.reading for verdict in verdicts if verdict.reading), None)
    readings = [verdict.reading for verdict in verdicts]
    given: dict[str, list[object]] = {
        heading: [_cut(verdict.row.cells[place], longest) for verdict in verdicts] for place, heading in enumerate(headings)
    } or {"text": [_cut(verdict.row.text, longest) for verdict in verdicts]}
    ours: dict[str, list[object]] = {}
    if expected is not None:
        ours["expected"] = [expected.get(verdict.row.label or "") for verdict in verdicts]
    ours |= {
        "label": [reading.label if reading else None for reading in readings],
        "score": [_rounded(reading, None) for reading in readings],
    }
    for index, label in enumerate(first.labels if first and len(first.labels) <= MOST_COLUMNS else ()):
        ours[f"P({label})" if first and first.is_probability else label] = [_rounded(reading, index) for reading in readings]
    ours["note"] = [verdict.note for verdict in verdicts]
    named = {(f"model: {name}" if name in given or name == "row" else name): cells for name, cells in ours.items()}
    numbers: list[object] = [verdict.row.number for verdict in verdicts]
    return {("row" if "row" not in given else "row of the file"): numbers} | given | named


def _labels_figure(readings: Sequence[Classification], theme: Theme) -> go.Figure:
    """How many texts have each label, the commonest first."""
    counts = sorted(_counts(readings).items(), key=lambda pair: -pair[1])[:MOST_BARS]
    places = np.arange(len(counts))
    chart = plots.figure(theme, height=110 + 34 * len(counts), title=f"How many of {len(readings):,} texts have each label")
    chart.add_bar(
        x=[count for _, count in counts], y=places, orientation="h", width=0.6, marker_color=theme.accent, cliponaxis=False,
        text=[f"{count:,}" for _, count in counts], textposition="outside", hovertemplate="%{y}: %{x:,} texts<extra></extra>", showlegend=False,
    )  # fmt: skip
    chart.update_yaxes(
        tickvals=places, ticktext=[_short(label, 30) for label, _ in counts], autorange="reversed", showgrid=False
    )
    return chart.update_xaxes(title_text="texts", rangemode="tozero", showgrid=False)


def _distribution_figure(readings: Sequence[Classification], theme: Theme) -> go.Figure:
    last, is_probability = plots.label(readings[0].labels[-1]), readings[0].is_probability
    values = np.array([reading.values[-1] for reading in readings])
    counts, edges = np.histogram(values, bins=N_BINS, range=(0, 1) if is_probability else None)
    what = f"How sure the head is of {last}" if is_probability else "The answers"
    chart = plots.figure(theme, height=380, title=f"{what}, over {len(readings):,} texts")
    scale = 100 if is_probability else 1
    chart.add_bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        width=0.92 * np.diff(edges),
        marker_color=[theme.muted if is_probability and left < 0.5 else theme.accent for left in edges[:-1]],
        customdata=np.round(scale * np.stack([edges[:-1], edges[1:]], axis=-1), 0 if is_probability else 3),
        hovertemplate=f"%{{customdata[0]}} to %{{customdata[1]}}{' %' if is_probability else ''}: %{{y}} texts<extra></extra>",
        showlegend=False,
    )
    chart.update_yaxes(title_text="texts", rangemode="tozero")
    if not is_probability:
        return chart.update_xaxes(showgrid=False, title_text="on the head's own scale")
    return _probability_axis(chart, f"probability of {last}").update_xaxes(range=[0, 1.03])


def _probability_axis(chart: go.Figure, title: str) -> go.Figure:
    return chart.update_xaxes(range=[0, 1.2], showgrid=False, tickangle=0, title_text=title, **plots.percent_axis(1))


def _rounded(reading: Classification | None, index: int | None) -> float | None:
    if reading is None:
        return None
    return round(reading.score if index is None else float(reading.values[index]), 6)


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else text[: longest - 1] + "…"


def _short(text: str, longest: int) -> str:
    return plots.label(_cut(" ".join(text.split()), longest))
