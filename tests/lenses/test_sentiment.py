from __future__ import annotations

import math

import numpy as np
import pytest

from bertviz_app import plots
from bertviz_app.lenses import sentiment as lens
from bertviz_app.lenses.classes import Reading, read
from bertviz_app.lenses.sentiment import Verdict
from bertviz_app.tasks import TaskFacts


def reading(negative: float, positive: float) -> Reading:
    return read(TaskFacts("sentiment", ("NEGATIVE", "POSITIVE")), np.array([negative, positive], dtype=np.float32))


def verdicts(n: int) -> list[Verdict]:
    return [Verdict(f"text {i}", reading(0, 4 * math.sin(i)), "") for i in range(n)]


def test_few_texts_are_sorted_and_named_as_text():
    some = [*verdicts(5), Verdict("<b>$x$</b>", reading(9, 0)), Verdict("", None, "This row is empty.")]
    figure = lens.verdicts_figure(some, plots.LIGHT)
    chances = list(figure.data[0].x)
    assert len(chances) == 6 and chances == sorted(chances, reverse=True)
    assert figure.data[1].text[-1] == "&lt;b&gt;&#36;x&#36;&lt;/b&gt;"


def test_many_texts_become_a_distribution_that_counts_each_once():
    figure = lens.verdicts_figure([*verdicts(200), Verdict("", None, "empty")], plots.LIGHT)
    assert sum(figure.data[0].y) == 200
    assert len(figure.to_json()) < 20_000


def test_nothing_readable_cannot_be_drawn_but_is_said():
    nothing = [Verdict("", None, "This row is empty.")]
    with pytest.raises(ValueError, match="nothing to draw"):
        lens.verdicts_figure(nothing, plots.LIGHT)
    assert "None of the 1 texts" in lens.summary(nothing)


def test_the_summary_counts_and_names_the_closest_call():
    some = [
        Verdict("a", reading(0, 5)),
        Verdict("b", None, "empty"),
        Verdict("c", reading(0.1, 0)),
        Verdict("d", reading(0, 2)),
    ]
    said = lens.summary(some)
    assert "NEGATIVE 1, POSITIVE 2" in said
    assert "row 3, NEGATIVE with 52 %" in said
    assert "1 could not be read" in said


def test_the_table_keeps_unread_rows_with_their_reason_and_whole_texts_unless_told():
    table = lens.columns([Verdict("long " * 20, reading(0, math.log(3))), Verdict("", None, "This row is empty.")])
    assert list(table) == ["row", "text", "label", "score", "P(NEGATIVE)", "P(POSITIVE)", "note"]
    assert table["score"] == [0.75, None] and table["P(NEGATIVE)"] == [0.25, None]
    assert table["note"] == ["", "This row is empty."] and table["text"][0] == "long " * 20
    shortened = lens.columns([Verdict("long " * 20, None)], longest=10)["text"][0]
    assert shortened == "long long…"
