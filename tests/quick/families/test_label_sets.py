"""Names of outputs: whole known sets, and id2label as people have it."""

from __future__ import annotations

from typing import Any

import pytest

from bertviz_app.families.label_sets import listed, read_labels, subject_of
from bertviz_app.families.tasks import SUBJECTS, TASKS


@pytest.mark.parametrize(
    ("labels", "subject"),
    [
        (("NEGATIVE", "POSITIVE"), "sentiment"),
        (("Positive", "Neutral", "Negative"), "sentiment"),
        (("1 star", "2 stars", "3 stars", "4 stars", "5 stars"), "sentiment"),
        (("very_negative", "negative", "neutral", "positive", "very_positive"), "sentiment"),
        (("ENTAILMENT", "NEUTRAL", "CONTRADICTION"), "pairs"),
        (("not_equivalent", "equivalent"), "pairs"),
        (("not-duplicate", "duplicate"), "pairs"),
        (("position", "negligible"), "classes"),
        (("not duplicate",), "classes"),
        (("not duplicate", "maybe"), "classes"),
        (("positive",), "classes"),
        (("positive", "negative", "spam"), "classes"),
        (("negative", "Negative"), "classes"),
        (("1 star", "2 stars"), "classes"),
        (("LABEL_0", "LABEL_1"), "classes"),
        (("joy", "anger"), "classes"),
        ((), "classes"),
    ],
)
def test_only_whole_known_sets_say_what_a_classifier_is_about(labels: Any, subject: Any) -> None:
    assert subject_of(labels) == subject


def test_the_list_is_closed_and_every_row_of_it_is_recognised() -> None:
    rows = [(tuple(row.split(" | ")), task) for task in TASKS.values() for row in task.label_sets]
    assert rows and len({(task.architecture, frozenset(labels)) for labels, task in rows}) == len(rows)
    for labels, task in rows:
        upper = [label.upper() for label in labels]
        assert subject_of(labels, task.architecture) == task.key == subject_of(upper, task.architecture)


def test_of_each_architecture_one_row_is_general_and_all_read_the_same() -> None:
    for architecture in {task.architecture for task in TASKS.values()}:
        rows = [task for task in TASKS.values() if task.architecture == architecture]
        assert [task.general for task in rows].count(True) == 1
        assert len({(task.reads, task.tensors, task.outputs) for task in rows}) == 1
    assert {task.key for task in TASKS.values() if task.subject} == set(SUBJECTS)


@pytest.mark.parametrize(
    ("id2label", "n", "names", "remark"),
    [
        ({"0": "ham", "1": "spam"}, 2, ("ham", "spam"), ""),
        ({0: "ham", 1: "spam"}, 2, ("ham", "spam"), ""),
        (["ham", "spam"], 2, ("ham", "spam"), ""),
        (None, 3, ("LABEL_0", "LABEL_1", "LABEL_2"), ""),
        ({}, 1, ("LABEL_0",), ""),
        ("nonsense", 1, ("LABEL_0",), ""),
        ({"0": "ham"}, 3, ("ham", "LABEL_1", "LABEL_2"), "names 1 label, the head has 3 outputs: the rest is called by number"),
        (
            {"0": "a", "1": "b", "2": "c"},
            2,
            ("a", "b"),
            "names 3 labels, the head has 2 outputs: the names beyond are not used",
        ),
        ({"0": "other", "1": "other", "2": "news"}, 3, ("other (0)", "other (1)", "news"), "same name"),
        ({"0": "a (1)", "1": "a", "2": "a"}, 3, ("a (1) (0)", "a (1)", "a (2)"), "same name"),
        ({"0": 0, "1": 1.5}, 2, ("0", "1.5"), ""),
        ({"0": None, "1": ["x", 2]}, 2, ("LABEL_0", "['x', 2]"), "names 1 label"),
        ({"0": "  ", "1": "two\nlines"}, 2, ("LABEL_0", "two lines"), "names 1 label"),
        ({"a": "ham", "-1": "spam", "0": "news"}, 1, ("news",), ""),
        ({"0": "x" * 500}, 1, ("x" * 79 + "…",), ""),
    ],
)
def test_labels_are_read_as_people_write_them(id2label: Any, n: Any, names: Any, remark: Any) -> None:
    found = read_labels(id2label, n)
    assert found.names == names and remark in found.remark and bool(remark) == bool(found.remark)
    assert len(set(found.names)) == n


def test_a_list_in_a_sentence_says_how_many_more_there_are() -> None:
    assert listed(("a",)) == "“a”" and listed(("a", "b")) == "“a” and “b”"
    assert listed(tuple("abcdefgh")) == "“a”, “b”, “c”, “d”, “e”, “f” and 2 more"
