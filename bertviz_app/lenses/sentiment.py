"""Many texts at once: what a classifier says of each, and of all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app import plots
from bertviz_app.lenses.classes import Reading
from bertviz_app.plots import Theme

MOST_BARS = 25  # texts drawn one by one; more are drawn as a distribution
N_BINS = 20


@dataclass(frozen=True, eq=False)
class Verdict:
    """One row of many texts. `reading` is None where the text cannot be read; `note` says why, or what was cut."""

    text: str
    reading: Reading | None
    note: str = ""


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


def verdicts_figure(verdicts: Sequence[Verdict], theme: Theme) -> go.Figure:
    """The texts that could be read, sorted by the probability of the last label; a distribution beyond `MOST_BARS`.

    Raises `ValueError` when none could be read.
    """
    rows = [(row, verdict.text, verdict.reading) for row, verdict in enumerate(verdicts, start=1) if verdict.reading]
    if not rows:
        raise ValueError("no text could be read: there is nothing to draw")
    if len(rows) > MOST_BARS:
        return _distribution_figure([reading for *_, reading in rows], theme)
    rows.sort(key=lambda row: -float(row[2].values[-1]))
    last = rows[0][2].labels[-1]
    places = np.arange(len(rows))
    chances = np.array([reading.values[-1] for *_, reading in rows])
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


def _distribution_figure(readings: Sequence[Reading], theme: Theme) -> go.Figure:
    last = plots.label(readings[0].labels[-1])
    counts, edges = np.histogram([reading.values[-1] for reading in readings], bins=N_BINS, range=(0, 1))
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
    return round(reading.score if index is None else float(reading.values[index]), 6)


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else text[: longest - 1] + "…"


def _short(text: str, longest: int) -> str:
    return plots.label(_cut(" ".join(text.split()), longest))
