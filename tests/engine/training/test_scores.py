"""Scores, worked by hand."""

from __future__ import annotations

import pytest

from training.evaluate import allowed_spans
from training.scores import answer_exact, answer_f1, entity_f1, spans


def test_spans_begin_at_b_and_where_an_i_continues_nothing() -> None:
    assert spans(["B-PER", "I-PER", "B-PER", "O", "I-LOC", "I-ORG"]) == {
        (0, 2, "PER"),
        (2, 3, "PER"),
        (4, 5, "LOC"),
        (5, 6, "ORG"),
    }
    assert spans(["O", "O"]) == set()


def test_an_entity_counts_when_its_ends_and_its_type_are_right() -> None:
    gold = [["B-PER", "I-PER", "O", "B-LOC"]]
    predicted = [["B-PER", "I-PER", "O", "B-ORG"]]
    assert entity_f1(predicted, gold, ("PER", "ORG", "LOC")) == pytest.approx(0.5)  # 1 right of 2 said and 2 there
    assert entity_f1(predicted, gold, ("PER",)) == 1.0
    assert entity_f1([["O"]], [["O"]], ("PER",)) == 0.0


def test_answers_are_compared_without_case_articles_and_punctuation() -> None:
    assert answer_exact("The Eiffel Tower.", ["eiffel tower"])
    assert answer_f1("in Paris", ["Paris, France", "Paris"]) == pytest.approx(2 / 3)
    assert answer_f1("London", ["Paris"]) == 0.0


def test_an_answer_ends_where_it_starts_or_a_little_behind() -> None:
    assert allowed_spans(4, 2).astype(int).tolist() == [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1]]
