from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from bertviz_app import plots
from bertviz_app.lenses import sentiment as lens
from bertviz_app.lenses.sentiment import Verdict

TEXTS = ("I love AI!", "A dull film.", "Not bad at all.", "word " * 600)


def reading(negative: float, positive: float) -> lens.Reading:
    return lens.read(("NEGATIVE", "POSITIVE"), np.array([negative, positive], dtype=np.float32))


def read_by_model(model, text, pair=None):
    forward = model.run(model.encode(text, pair))
    return lens.read(model.info.labels["sentiment"], model.class_logits("sentiment", forward.pooler_output))


@pytest.fixture(scope="module")
def plain():
    """The reference: the checkpoint as plain transformers opens it."""
    return (
        AutoTokenizer.from_pretrained("bertviz_app/embedded"),
        AutoModelForSequenceClassification.from_pretrained("bertviz_app/embedded/sentiment").eval(),
    )


def test_by_hand_one_to_three():
    result = reading(0.0, math.log(3))
    assert result.probabilities == pytest.approx([0.25, 0.75], abs=1e-7)
    assert (result.label, result.score) == ("POSITIVE", pytest.approx(0.75))


@pytest.mark.parametrize("logits", [(0, 0), (-1000, 1000), (88, 89), (-3.5, 2)])
def test_probabilities_are_positive_and_sum_to_one_and_keep_the_order(logits):
    result = reading(*logits)
    assert result.probabilities.sum() == pytest.approx(1, abs=1e-6)
    assert (result.probabilities >= 0).all()
    assert result.best == int(logits[1] > logits[0])


def test_labels_and_logits_must_fit():
    with pytest.raises(ValueError, match="2 labels"):
        lens.read(("a", "b"), np.zeros(3, dtype=np.float32))


@pytest.mark.parametrize("text", TEXTS)
def test_equal_to_plain_transformers(model, plain, text):
    tokenizer, reference = plain
    with torch.inference_mode():
        logits = reference(**tokenizer(text, truncation=True, max_length=512, return_tensors="pt")).logits[0]
    result = read_by_model(model, text)
    assert np.abs(result.probabilities - logits.softmax(-1).numpy()).max() < 1e-5
    assert result.labels == tuple(reference.config.id2label.values())


@pytest.mark.parametrize(
    ("text", "pair"), [("I love AI!", None), ("It's \"fine\" \\ ''' \n </script>", None), ("A good start.", "A bad end.")]
)
def test_the_python_code_gives_the_same_numbers(model, text, pair):
    names: dict[str, object] = {}
    exec(lens.python_code(model.info, text, pair), names)
    assert np.abs(names["probabilities"].numpy() - read_by_model(model, text, pair).probabilities).max() < 1e-5


def test_the_python_code_for_many_gives_the_same_numbers(model):
    names: dict[str, object] = {}
    exec(lens.python_code_for_many(model.info, TEXTS[:3]), names)
    expected = np.stack([read_by_model(model, text).probabilities for text in TEXTS[:3]])
    assert np.abs(names["probabilities"].numpy() - expected).max() < 1e-5


def test_the_python_code_for_many_writes_out_twenty_and_says_so(model):
    code = lens.python_code_for_many(model.info, [f"text {i}" for i in range(50)])
    assert "'text 19'" in code and "'text 20'" not in code and "the first 20 of 50" in code


def test_the_notice_is_computed():
    assert "POSITIVE with 75 %" in lens.notice(reading(0, math.log(3)))
    assert "1.10 above that of NEGATIVE, which makes it 3.0 times as likely" in lens.notice(reading(0, math.log(3)))
    assert "close to undecided: NEGATIVE" in lens.notice(reading(0.2, 0.1))
    assert "one label only" in lens.notice(lens.read(("score",), np.zeros(1, dtype=np.float32)))


def test_the_figure_shows_the_numbers_of_the_reading_in_the_order_of_the_labels():
    result = reading(0, math.log(3))
    figure = lens.reading_figure(result, plots.DARK)
    assert figure.data[0].x == pytest.approx(result.probabilities)
    assert list(figure.layout.yaxis.ticktext) == ["NEGATIVE", "POSITIVE"]
    assert list(figure.data[0].marker.color) == [plots.DARK.muted, plots.DARK.accent]


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
