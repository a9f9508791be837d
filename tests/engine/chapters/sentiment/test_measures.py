from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from bertviz_app.analysis.classes import Classification, read
from bertviz_app.chapters.sentiment import measures as lens
from bertviz_app.chapters.sentiment.measures import Verdict
from bertviz_app.drawing import colors
from bertviz_app.families.tasks import TaskFacts
from bertviz_app.uploads.texts import TextRow


def reading(negative: float, positive: float) -> Classification:
    return read(TaskFacts("sentiment", ("NEGATIVE", "POSITIVE")), np.array([negative, positive], dtype=np.float32))


def row(text: str, said: Classification | None, note: str = "", *, number: int = 1) -> Verdict:
    return Verdict(TextRow(number, text), said, note)


def verdicts(n: int) -> list[Verdict]:
    return [Verdict(TextRow(i + 1, f"text {i}"), reading(0, 4 * math.sin(i)), "") for i in range(n)]


def test_few_texts_are_sorted_and_named_as_text() -> None:
    some = [*verdicts(5), row("<b>$x$</b>", reading(9, 0)), row("", None, "empty cell")]
    figure = lens.verdicts_figure(some, colors.LIGHT)
    chances = list(figure.data[0].x)
    assert len(chances) == 6 and chances == sorted(chances, reverse=True)
    assert figure.data[1].text[-1] == "&lt;b&gt;&#36;x&#36;&lt;/b&gt;"


def test_many_texts_become_a_distribution_that_counts_each_once() -> None:
    figure = lens.verdicts_figure([*verdicts(200), row("", None, "empty")], colors.LIGHT)
    assert sum(figure.data[0].y) == 200
    assert len(figure.to_json()) < 20_000


def test_nothing_readable_cannot_be_drawn_but_is_said() -> None:
    nothing = [row("", None, "empty cell")]
    with pytest.raises(ValueError, match="nothing to draw"):
        lens.verdicts_figure(nothing, colors.LIGHT)
    assert "None of 1 text could" in lens.summary(nothing)


def test_the_summary_counts_and_names_the_closest_call() -> None:
    some = [
        row("a", reading(0, 5)),
        row("b", None, "empty", number=7),
        row("c", reading(0.1, 0), number=8),
        row("d", reading(0, 2)),
    ]
    said = lens.summary(some)
    assert "NEGATIVE 1, POSITIVE 2" in said
    assert "row 8, NEGATIVE with 52 %" in said
    assert "1 could not be read" in said


def test_the_table_keeps_unread_rows_with_their_reason_and_whole_texts_unless_told() -> None:
    table = lens.columns([row("long " * 20, reading(0, math.log(3))), row("", None, "empty cell")])
    assert list(table) == ["row", "text", "label", "score", "P(NEGATIVE)", "P(POSITIVE)", "note"]
    assert table["score"] == [0.75, None] and table["P(NEGATIVE)"] == [0.25, None]
    assert table["note"] == ["", "empty cell"] and table["text"][0] == "long " * 20
    shortened = lens.columns([row("long " * 20, None)], longest=10)["text"][0]
    assert shortened == "long long…"


def test_the_file_s_own_columns_come_along_and_ours_give_way_to_their_names() -> None:
    some = [
        Verdict(TextRow(3, "fine", "", ("7", "fine", "pos"), "pos"), reading(0, 1)),
        Verdict(TextRow(5, "", "empty cell", ("8", "", ""), None), None, "empty cell"),
    ]
    table = lens.columns(some, ("id", "text", "label"), expected={"pos": "POSITIVE"})
    assert list(table) == [
        "row",
        "id",
        "text",
        "label",
        "expected",
        "model: label",
        "score",
        "P(NEGATIVE)",
        "P(POSITIVE)",
        "note",
    ]
    assert table["row"] == [3, 5] and table["id"] == ["7", "8"] and table["label"] == ["pos", ""]
    assert table["expected"] == ["POSITIVE", None] and table["model: label"] == ["POSITIVE", None]


def by(decoding: str, labels: tuple[str, ...], n: int) -> list[Verdict]:
    random = np.random.default_rng(0)
    head = TaskFacts("classes", labels, decoding)
    return [row(f"text {i}", read(head, random.normal(size=len(labels)).astype(np.float32) * 3), number=i) for i in range(n)]


@pytest.mark.parametrize("n", [1, 5, 60])
@pytest.mark.parametrize(
    ("decoding", "labels"),
    [
        ("softmax", ("a", "b")),
        ("softmax", ("x", "y", "z")),
        ("softmax", tuple("abcdefghij")),
        ("sigmoid", ("joy", "fear", "love")),
        ("number", ("score",)),
    ],
)
def test_every_kind_of_head_is_summed_up_and_drawn(decoding: Any, labels: Any, n: Any) -> None:
    some = by(decoding, labels, n)
    said, figure = lens.summary(some), lens.verdicts_figure(some, colors.LIGHT)
    assert f"{n} text" in said and figure.data
    if decoding == "number":
        assert "%" not in said and "median" in said and "percent" not in str(figure.layout.xaxis.title.text)
    if decoding == "softmax" and n == 60 and len(labels) < 7:
        assert sum(int(count) for count in re.findall(r" (\d+)[,.]", said.split(": ", 1)[1].split(". ")[0] + ".")) == n
    table = lens.columns(some)
    assert ("P(score)" in table) is False and len(table["row"]) == n
