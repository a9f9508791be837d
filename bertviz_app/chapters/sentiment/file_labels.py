"""What a classifier says beside what a file says: accuracy, and who is taken for whom.

    accuracy = rows where both say the same / rows that were read and whose value stands for a label
    precision = right / said,   recall = right / so in the file,   F1 = their harmonic mean          for each label

The interval of the accuracy is Wilson's, at 95 %. Sources: E. B. Wilson, Probable Inference (1927); scikit-learn's `confusion_matrix` has
the same rows and columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import counted
from bertviz_app.chapters.sentiment.measures import Verdict
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.records.forward import Integers

MOST_LABELS = 30  # labels of a matrix that is drawn
Z = 1.959964  # of the normal distribution, for 95 %
# Ways to write the same label, beyond capitals.
SAME = (
    frozenset({"neg", "negative", "-1"}), frozenset({"pos", "positive"}), frozenset({"neu", "neutral"}), frozenset({"ham", "not spam"}),
    frozenset({"yes", "true"}), frozenset({"no", "false"}),
)  # fmt: skip

METHOD = (
    "*Accuracy* is the share of rows where the classifier says what the file says; rows that could not be read, and those whose value stands for "
    r"no label, are not counted. Its interval is Wilson's, at 95 %. *Precision* of a label: of the rows that the classifier gives it, the share that have it "
    "in the file. *Recall*: of the rows that have it in the file, the share that get it. *F1* is the harmonic mean of the two. "
    "Source: Wilson (1927); the same as scikit-learn’s `classification_report`."
)


@dataclass(frozen=True, eq=False)
class Agreement:
    """`counts` [label of the file, label of the classifier], in the order of `labels`; `n_uncounted` rows have no value that stands for a label."""

    labels: tuple[str, ...]
    counts: Integers
    n_uncounted: int

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float:
        """0 to 1; of no row at all, 0."""
        return float(np.trace(self.counts)) / max(1, self.n)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the accuracy, at 95 %."""
        n, p = max(1, self.n), self.accuracy
        middle, half = (p + Z**2 / (2 * n)), Z * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
        return max(0.0, float((middle - half) / (1 + Z**2 / n))), min(1.0, float((middle + half) / (1 + Z**2 / n)))


def matched(values: Sequence[str], labels: Sequence[str]) -> dict[str, str | None]:
    """For each value of a file the label that it most likely stands for, or None: the same word, a known way to write it, or its number.

    >>> matched(["neg", "Positive"], ["NEGATIVE", "POSITIVE"]), matched(["0", "1"], ["ham", "spam"]), matched(["4.0", "x"], ["4 stars", "5 stars"])
    ({'neg': 'NEGATIVE', 'Positive': 'POSITIVE'}, {'0': 'ham', '1': 'spam'}, {'4.0': '4 stars', 'x': None})
    """
    by_word = {value: next((label for label in labels if _same(value, label)), None) for value in values}
    if any(by_word.values()):
        return by_word
    numbers = {value: re.sub(r"\.0+$", "", value.strip()) for value in values}
    named = {digits[0]: label for label in labels if len(digits := re.findall(r"\d+", label)) == 1}
    if len(named) == len(labels):
        return {value: named.get(number) for value, number in numbers.items()}
    places = {str(place): label for place, label in enumerate(labels)}
    counts_from_0 = "0" in numbers.values() and set(numbers.values()) <= set(places)
    return {value: places[number] if counts_from_0 else None for value, number in numbers.items()}


def speaking_of(columns: Sequence[Sequence[str | None]], labels: Sequence[str]) -> int | None:
    """The first of some columns of which at least half of the values stand for one of the labels; None where there is none."""
    for place, column in enumerate(columns):
        known = [label is not None for label in matched(values_of(column), labels).values()]
        if known and sum(known) >= len(known) / 2:
            return place
    return None


def agreement(verdicts: Sequence[Verdict], stands_for: Mapping[str, str | None], labels: Sequence[str]) -> Agreement:
    """How often the classifier says what the file says, where each value of the file `stands_for` a label."""
    counts, uncounted = np.zeros((len(labels), len(labels)), dtype=np.int64), 0
    for verdict in verdicts:
        if verdict.reading is None:
            continue
        label = stands_for.get(verdict.row.label or "")
        if label is None:
            uncounted += 1
        else:
            counts[labels.index(label), verdict.reading.best] += 1
    return Agreement(tuple(labels), counts, uncounted)


def notice(found: Agreement) -> str:
    """The accuracy, how sure it is, what saying the commonest label always would give, and what is not counted."""
    rest = (
        f" {counted(found.n_uncounted, 'row')} {'has' if found.n_uncounted == 1 else 'have'} no value that stands for a label."
    )
    if not found.n:
        return f"Nothing can be compared:{rest.lower()}"
    low, high = found.interval
    right = int(np.trace(found.counts))
    often = found.counts.sum(axis=1)
    most = int(often.argmax())
    said = f"The classifier says what the file says in {right:,} of {counted(found.n, 'row')}: {plots.percent(found.accuracy)}"
    said += f" (95 % interval {plots.percent(low)} to {plots.percent(high)})."
    if np.count_nonzero(often) > 1:
        said += f" Always saying “{found.labels[most]}” would be right in {plots.percent(often[most] / found.n)}."
    return said + (rest if found.n_uncounted else "")


def confusion_figure(found: Agreement, theme: Theme) -> go.Figure:
    """The labels of the file as rows, those of the classifier as columns; colour is the share of the row, the numbers are rows of the file.

    Of many labels those that occur most.
    """
    often = found.counts.sum(axis=0) + found.counts.sum(axis=1)
    shown = sorted(np.argsort(-often, kind="stable")[:MOST_LABELS].tolist())
    counts = found.counts[np.ix_(shown, shown)]
    shares = counts / np.maximum(1, found.counts.sum(axis=1)[shown][:, None])
    names = [plots.label(_short(found.labels[label])) for label in shown]
    places, size = list(range(len(shown))), max(34, 72 - 4 * len(shown))
    chart = plots.figure(theme, height=170 + size * len(shown), title="Rows: the file’s labels. Columns: the classifier’s")
    chart.add_heatmap(
        z=shares, x=places, y=places, zmin=0, zmax=1, colorscale=theme.weights, text=counts, xgap=2, ygap=2,
        texttemplate="%{text:,}", textfont_size=15, customdata=[[[own, other] for other in names] for own in names],
        hovertemplate="file: %{customdata[0]}, classifier: %{customdata[1]}<br>%{text:,} rows, %{z:.1%} of those in the file<extra></extra>",
        colorbar={"title": {"text": "share of the row"}, **{k: v for k, v in plots.percent_axis(1).items() if k in ("tickvals", "ticktext", "tickformat")}},
    )  # fmt: skip
    chart.update_xaxes(tickvals=places, ticktext=names, showgrid=False)
    chart.update_yaxes(tickvals=places, ticktext=names, autorange="reversed", showgrid=False)
    return chart


def columns(found: Agreement) -> dict[str, list[object]]:
    """For each label: rows in the file, rows of the classifier, precision, recall and F1; None where there is nothing to divide by."""
    in_file, said, right = found.counts.sum(axis=1), found.counts.sum(axis=0), np.diagonal(found.counts)
    precision = [int(r) / int(n) if n else None for r, n in zip(right, said, strict=True)]
    recall = [int(r) / int(n) if n else None for r, n in zip(right, in_file, strict=True)]
    both = in_file + said
    f1 = [2 * int(r) / int(n) if n else None for r, n in zip(right, both, strict=True)]
    return {
        "label": list(found.labels), "rows in the file": in_file.tolist(), "rows of the classifier": said.tolist(), "right": right.tolist(),
        "precision": precision, "recall": recall, "F1": f1,
    }  # fmt: skip


def values_of(labels: Sequence[str | None]) -> list[str]:
    """The different values of a file's column of labels, the commonest first."""
    return [value for value, _ in Counter(value for value in labels if value).most_common()]


def _same(value: str, label: str) -> bool:
    one, other = (re.sub(r"(?<=\w)[\s_-]+(?=\w)", " ", text.strip().casefold()) for text in (value, label))
    return one == other or any(one in same and other in same for same in SAME)


def _short(text: str) -> str:
    return text if len(text) <= 18 else f"{text[:17]}…"
