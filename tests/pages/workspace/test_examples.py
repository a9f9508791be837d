"""What the examples promise, asked of the embedded model: those it gets right, and those that stand under "Where it fails"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.chapters.next_sentence import ordering as order_lens
from bertviz_app.chapters.next_sentence import view_ordering as ordering
from bertviz_app.chapters.next_sentence.measures import is_next
from bertviz_app.chapters.tasks import answers as answer_lens
from bertviz_app.chapters.tasks import view_answers as answers
from bertviz_app.workspace import examples
from bertviz_app.workspace.examples import EXAMPLES, RIGHT, WRONG

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

# What a reader of the example would call right: words for the blanks in their order, or the label of a head.
BLANKS = {
    "A blank to fill": ("door",),
    "Two blanks": ("door", "bed"),
    "It repeats a word: the queen is missing": ("queen",),
    "It repeats a word: the opposite is missing": ("cold",),
}
LABELS = {
    "A plain sentence": ("sentiment", "POSITIVE"),
    "Short and loud": ("sentiment", "POSITIVE"),
    "B contradicts A": ("pairs", "contradiction"),
    "B follows from A": ("pairs", "entailment"),
    "Two that belong together": ("next_sentence", "is next"),
    "Two that do not": ("next_sentence", "not next"),
    "“Never better” sounds negative to it": ("sentiment", "POSITIVE"),
}


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.label in BLANKS | LABELS], ids=lambda one: one.label)
def test_an_example_stands_in_its_group(model: Model, example: Any) -> None:
    forward = model.run(model.encode(example.text, example.pair or None))
    if example.label in BLANKS:
        logits = model.vocabulary_logits(forward.hidden_states[-1][forward.encoding.positions("mask")])
        said: object = tuple(model.reader.token(int(row.argmax())) for row in logits)
        right = said == BLANKS[example.label]
    else:
        task, label = LABELS[example.label]
        right = model.info.labels[task][int(model.class_logits(task, forward.class_vector).argmax())] == label
    assert right == (example.group == RIGHT)


def test_every_failure_is_asked_about_and_every_label_is_an_example() -> None:
    labels = {one.label for one in EXAMPLES}
    assert set(BLANKS) | set(LABELS) <= labels and len(labels) == len(EXAMPLES)
    assert {one.label for one in EXAMPLES if one.group == WRONG} <= set(BLANKS) | set(LABELS)


def test_the_first_sentence_has_a_word_in_pieces(model: Model) -> None:
    assert "piece" in model.encode(examples.FIRST).kinds


def test_the_question_is_answered_and_surely(model: Model) -> None:
    encoding = model.encode(answers.QUESTION, answers.PASSAGE, whole=True)
    parts = answer_lens.windows(encoding, max_tokens=model.info.max_tokens)
    logits = [model.token_logits("answers", model.run(part.encoding).hidden_states[-1]) for part in parts]
    best = answer_lens.read(parts, logits).best
    assert best.text == "1843" and best.probability > 0.9


def test_the_story_is_put_into_its_order(model: Model) -> None:
    n = len(ordering.STORY)
    matrix = np.zeros((n, n), dtype=np.float32)
    for i, first in enumerate(ordering.STORY):
        for j, second in enumerate(ordering.STORY):
            if i != j:
                forward = model.run(model.encode(first, second))
                matrix[i, j] = is_next(model.class_logits("next_sentence", forward.class_vector))
    told = [ordering.STORY[place] for place in order_lens.best_chain(matrix).order]
    assert told == ["The captain saw an island.", "He sent a boat to the shore.", "The men came back with fresh water."]
