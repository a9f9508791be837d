"""The Python beside the table of many texts gives that table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from snippets import gives

from bertviz_app import load
from bertviz_app.analysis.classes import read
from bertviz_app.chapters.sentiment import measures as sentiment
from bertviz_app.chapters.sentiment import snippet as sentiment_code
from bertviz_app.chapters.sentiment.measures import Verdict
from bertviz_app.uploads.texts import TextRow

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

TEXTS = ("a fine film , it 's good .", "the cat sat", "i love the cat !")


def verdicts_of(model: Model, task: Any, rows: Any) -> list[Verdict]:
    def reading(row: Any) -> Any:
        vector = model.run(model.encode(row.text, row.second)).class_vector
        return read(model.info.task_heads[task], model.class_logits(task, vector))

    return [Verdict(row, None if row.problem else reading(row), row.problem) for row in rows]


def test_typed_lines_and_one_that_cannot_be_read(model: Model) -> None:
    rows = [TextRow(number, text) for number, text in enumerate(TEXTS, start=1)] + [TextRow(7, "", "empty cell")]
    verdicts = verdicts_of(model, "sentiment", rows)
    gives(sentiment_code.python_code(model.info, "sentiment", verdicts, ("text",)), sentiment.columns(verdicts))


def test_pairs_of_a_file_whose_columns_have_our_names(model: Model) -> None:
    rows = [
        TextRow(number, first, cells=(first, second), second=second)
        for number, (first, second) in enumerate([(TEXTS[0], TEXTS[1]), (TEXTS[1], TEXTS[2])], start=2)
    ]
    verdicts, headings = verdicts_of(model, "pairs", rows), ("premise", "label")
    gives(sentiment_code.python_code(model.info, "pairs", verdicts, headings), sentiment.columns(verdicts, headings))


@pytest.mark.parametrize("problem_type", ["multi_label_classification", "regression", "single_label_classification"])
def test_every_way_to_decode_a_head(tiny_checkpoint: Callable[..., Path], problem_type: Any) -> None:
    names = ("anger", "fear", "joy")
    model = load(str(tiny_checkpoint(architecture="BertForSequenceClassification", labels=names, problem_type=problem_type)))
    (task,) = model.info.task_heads
    verdicts = verdicts_of(model, task, [TextRow(1, "i love ai !"), TextRow(2, "the cat")])
    gives(sentiment_code.python_code(model.info, task, verdicts, ("text",)), sentiment.columns(verdicts))


def test_what_is_not_written_out_is_said(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentiment_code, "MOST_WRITTEN", 30)
    verdicts = verdicts_of(model, "sentiment", [TextRow(number, "the cat sat") for number in range(1, 6)])
    code = sentiment_code.python_code(model.info, "sentiment", verdicts, ("text",))
    assert "# the first 2 of 5" in code
    gives(code, sentiment.columns(verdicts[:2]))
