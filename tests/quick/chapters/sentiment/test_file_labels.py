from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from bertviz_app.analysis.classes import read
from bertviz_app.chapters.sentiment import file_labels as lens
from bertviz_app.chapters.sentiment import snippet as code
from bertviz_app.chapters.sentiment.measures import Verdict, columns
from bertviz_app.drawing import colors
from bertviz_app.drawing.tables import csv_text
from bertviz_app.families.tasks import TaskFacts
from bertviz_app.uploads.texts import TextRow

LABELS = ("NEGATIVE", "NEUTRAL", "POSITIVE")
HEAD = TaskFacts("sentiment", LABELS)


def verdict(label: str | None, said: int | None) -> Verdict:
    reading = None if said is None else read(HEAD, np.eye(3, dtype=np.float32)[said] * 4)
    return Verdict(TextRow(1, "text", "", ("text", label or ""), label), reading)


@pytest.fixture(scope="module")
def some() -> list[Verdict]:
    random = np.random.default_rng(0)
    pairs = [(int(a), int(a if random.random() < 0.7 else b)) for a, b in random.integers(0, 3, size=(200, 2))]
    return [*(verdict(LABELS[a], b) for a, b in pairs), verdict(None, 1), verdict("odd", 1), verdict("POSITIVE", None)]


@pytest.mark.parametrize(
    ("values", "labels", "stands_for"),
    [
        (["NEGATIVE", "POSITIVE"], LABELS, ["NEGATIVE", "POSITIVE"]),
        (["neg", "pos", "neu", "mixed"], LABELS, ["NEGATIVE", "POSITIVE", "NEUTRAL", None]),
        (["not_spam", "Spam"], ("not spam", "spam"), ["not spam", "spam"]),
        (["0", "1"], ("ham", "spam"), ["ham", "spam"]),
        (["0.0", "1.0"], ("ham", "spam"), ["ham", "spam"]),
        (["0", "4"], ("NEGATIVE", "POSITIVE"), [None, None]),
        (["1", "2"], ("NEGATIVE", "POSITIVE"), [None, None]),
        (["-1", "1"], ("NEGATIVE", "POSITIVE"), ["NEGATIVE", None]),
        (["1", "5", "9"], tuple(f"{n} stars" for n in range(1, 6)), ["1 stars", "5 stars", None]),
        (["2"], ("LABEL_0", "LABEL_1", "LABEL_2"), ["LABEL_2"]),
        (["5", "1"], ("NEGATIVE", "POSITIVE"), [None, None]),
    ],
)
def test_a_value_stands_for_a_label_by_a_rule_or_for_none(values: Any, labels: Any, stands_for: Any) -> None:
    assert list(lens.matched(values, labels).values()) == stands_for


def test_a_column_speaks_of_the_labels_when_half_of_its_values_do() -> None:
    rating, polarity = ["5", "1", "3"], ["pos", "neg", "unsure", None]
    assert lens.speaking_of([rating, polarity], LABELS) == 1 and lens.speaking_of([rating], LABELS) is None
    assert lens.speaking_of([], LABELS) is None and lens.speaking_of([[None]], LABELS) is None


def test_the_numbers_are_those_of_scikit_learn(some: Any) -> None:
    found = lens.agreement(some, lens.matched(lens.values_of([one.row.label for one in some]), LABELS), LABELS)
    counted = [one for one in some if one.reading and one.row.label in LABELS]
    true, said = [one.row.label for one in counted], [one.reading.label for one in counted]
    assert (found.counts == confusion_matrix(true, said, labels=LABELS)).all() and (found.n, found.n_uncounted) == (200, 2)
    assert found.accuracy == pytest.approx(accuracy_score(true, said))
    table = lens.columns(found)
    for name, theirs in zip(
        ("precision", "recall", "F1"), precision_recall_fscore_support(true, said, labels=LABELS), strict=False
    ):
        assert table[name] == pytest.approx(theirs.tolist())


def test_the_interval_by_hand() -> None:
    found = lens.Agreement(("a", "b"), np.array([[8, 2], [0, 0]]), 0)
    # Wilson: p = 0.8, n = 10, z = 1.96 → 0.490 to 0.943
    assert found.interval == pytest.approx((0.490, 0.943), abs=1e-3)
    assert lens.Agreement(("a",), np.array([[5]]), 0).interval[1] == 1.0


def test_what_is_said() -> None:
    found = lens.Agreement(("a", "b"), np.array([[3, 1], [0, 4]]), 1)
    said = lens.notice(found)
    assert (
        "in 7 of 8 rows: 88 %" in said
        and "Always saying “a” would be right in 50 %." in said
        and said.endswith("1 row has no value that stands for a label.")
    )
    assert "Always" not in lens.notice(lens.Agreement(("a", "b"), np.array([[3, 1], [0, 0]]), 0))
    assert lens.notice(lens.Agreement(("a",), np.array([[0]]), 3)).startswith("Nothing can be compared: 3 rows have")


def test_nothing_to_divide_by_is_none() -> None:
    table = lens.columns(lens.Agreement(("a", "b"), np.array([[2, 0], [0, 0]]), 0))
    assert table["precision"] == [1.0, None] and table["recall"] == [1.0, None] and table["F1"] == [1.0, None]


def test_the_picture_holds_the_counts_and_text_as_text() -> None:
    figure = lens.confusion_figure(lens.Agreement(("<b>", "b"), np.array([[3, 1], [0, 4]]), 0), colors.LIGHT)
    assert figure.data[0].text.tolist() == [[3, 1], [0, 4]] and figure.data[0].z.tolist() == [[0.75, 0.25], [0, 1]]
    assert figure.layout.xaxis.ticktext[0] == "&lt;b&gt;"
    many = lens.Agreement(tuple(f"label {n}" for n in range(100)), np.eye(100, dtype=np.int64), 0)
    assert len(lens.confusion_figure(many, colors.DARK).data[0].z) == lens.MOST_LABELS


def test_the_python_gives_the_same_matrix(some: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    expected = lens.matched(lens.values_of([one.row.label for one in some]), LABELS)
    (tmp_path / "texts.csv").write_text(csv_text(columns(some, ("text", "gold"), expected=expected)), encoding="utf-8-sig")
    printed: list[object] = []
    exec(code.file_labels_code("texts.csv", LABELS), {"print": printed.append})
    assert (printed[0] == lens.agreement(some, expected, LABELS).counts).all()
