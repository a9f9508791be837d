from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from laws import broken_laws
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from bertviz_app.analysis import classes as lens
from bertviz_app.analysis import head_snippet as head_code
from bertviz_app.analysis.head_snippet import Evidence
from bertviz_app.drawing import colors, plots
from bertviz_app.families.tasks import TaskFacts

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

TEXTS = ("I love AI!", "A dull film.", "Not bad at all.", "word " * 600)
EMOTIONS = ("joy", "anger", "fear")


def reading(*logits: float, labels: tuple[str, ...] = ("ham", "spam"), decoding: str = "softmax") -> lens.Classification:
    return lens.read(TaskFacts("classes", labels, decoding), np.array(logits, dtype=np.float32))


def read_by_model(model: Model, text: Any, pair: Any = None) -> Any:
    forward = model.run(model.encode(text, pair))
    return lens.read(model.info.task_heads["sentiment"], model.class_logits("sentiment", forward.pooler_output))


@pytest.fixture(scope="module")
def plain() -> Any:
    """The reference: the checkpoint as plain transformers opens it."""
    return (
        AutoTokenizer.from_pretrained("bertviz_app/embedded"),
        AutoModelForSequenceClassification.from_pretrained("bertviz_app/embedded/sentiment").eval(),
    )


def test_by_hand_one_to_three() -> None:
    result = reading(0.0, math.log(3))
    assert result.values == pytest.approx([0.25, 0.75], abs=1e-7)
    assert (result.label, result.said(0)) == ("spam", "25 %") and result.score == pytest.approx(0.75)


@pytest.mark.parametrize("logits", [(0, 0), (-1000, 1000), (88, 89), (-3.5, 2)])
def test_a_softmax_is_positive_sums_to_one_and_keeps_the_order(logits: Any) -> None:
    result = reading(*logits)
    assert result.values.sum() == pytest.approx(1, abs=1e-6) and (result.values >= 0).all()
    assert result.best == int(logits[1] > logits[0])


def test_labels_decided_for_themselves_do_not_know_each_other() -> None:
    result = reading(math.log(3), 0, -math.log(3), labels=EMOTIONS, decoding="sigmoid")
    assert result.values == pytest.approx([0.75, 0.5, 0.25]) and result.holding == [0, 1] and result.label == "joy, anger"
    alone = reading(math.log(3), 99, 99, labels=EMOTIONS, decoding="sigmoid")
    assert alone.values[0] == result.values[0]
    assert reading(-1, -2, -3, labels=EMOTIONS, decoding="sigmoid").label == "none"


def test_a_number_stays_what_it_is() -> None:
    result = reading(-3.25, labels=("LABEL_0",), decoding="number")
    assert result.values == result.logits == -3.25 and (result.label, result.holding) == ("−3.25", [])
    assert not result.is_probability and "%" not in lens.notice(result) and "−3.25" in lens.notice(result)


def test_labels_and_logits_must_fit() -> None:
    with pytest.raises(ValueError, match="2 labels"):
        reading(0, 0, 0)


@pytest.mark.parametrize("text", TEXTS)
def test_equal_to_plain_transformers(model: Model, plain: Any, text: Any) -> None:
    tokenizer, reference = plain
    with torch.inference_mode():
        logits = reference(**tokenizer(text, truncation=True, max_length=512, return_tensors="pt")).logits[0]
    result = read_by_model(model, text)
    assert np.abs(result.values - logits.softmax(-1).numpy()).max() < 1e-5
    assert result.labels == tuple(reference.config.id2label.values())


@pytest.mark.parametrize(
    ("text", "pair"), [("I love AI!", None), ("It's \"fine\" \\ ''' \n </script>", None), ("A good start.", "A bad end.")]
)
def test_the_python_code_gives_the_same_numbers(model: Model, text: Any, pair: Any) -> None:
    names: dict[str, object] = {}
    exec(head_code.classification(model.info, "sentiment", model.encode(text, pair), Evidence(0, ())), names)
    assert np.abs(names["values"].numpy() - read_by_model(model, text, pair).values).max() < 1e-5


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (
            reading(0, math.log(3)),
            "“spam” has 75 %: its logit is 1.10 above that of “ham”, which makes it 3.0 times as likely.",
        ),
        (reading(0.2, 0.1), "close to undecided: “ham” leads with 52 %"),
        (reading(1, 1), "The head is undecided: “ham” and “spam” have 50 % each."),
        (reading(-900, 900), "over a million times as likely"),
        (reading(0, labels=("score",)), "one label only"),
        (
            reading(2, -1, 3, labels=EMOTIONS, decoding="sigmoid"),
            "2 of 3 labels have 50 % or more: “fear” (95 %), “joy” (88 %). Each",
        ),
        (reading(2, -1, -3, labels=EMOTIONS, decoding="sigmoid"), "1 of 3 labels has 50 % or more: “joy” (88 %). Each"),
        (
            reading(-2, -1, -3, labels=EMOTIONS, decoding="sigmoid"),
            "Of 3 labels, none reaches 50 %; “anger” comes nearest with 27 %.",
        ),
        (reading(2, labels=("toxic",), decoding="sigmoid"), "“toxic” has 88 %: this head decides about one label, yes or no."),
        (reading(4.5, labels=("score",), decoding="number"), "The answer is 4.50: a number on the scale"),
        (reading(1, 2, labels=("valence", "arousal"), decoding="number"), "2 numbers: “valence” 1.00, “arousal” 2.00."),
    ],
)
def test_the_notice_is_computed(result: Any, said: Any) -> None:
    assert said in lens.notice(result)


def test_the_figure_shows_the_numbers_of_the_reading_in_the_order_of_the_labels() -> None:
    result = reading(0, math.log(3))
    figure = lens.reading_figure(result, colors.DARK)
    assert figure.data[0].x == pytest.approx(result.values) and list(figure.layout.yaxis.ticktext) == ["ham", "spam"]
    assert list(figure.data[0].marker.color) == [colors.DARK.muted, colors.DARK.accent]
    assert list(figure.layout.xaxis.range) == [0, 1.2]


@pytest.mark.parametrize("value", [4.5, -0.25, 1e6, 0.0])
def test_a_number_has_an_axis_of_its_own_and_no_share(value: Any) -> None:
    figure = lens.reading_figure(reading(value, labels=("score",), decoding="number"), colors.LIGHT)
    low, high = figure.layout.xaxis.range
    assert low <= min(0, value) and high >= max(0, value) and low < high
    assert "%" not in figure.data[0].text[0] and figure.layout.xaxis.ticktext is None


def test_of_a_hundred_thousand_labels_twenty_are_shown_and_that_is_said() -> None:
    n = 100_000
    result = reading(*np.linspace(0, 9, n), labels=tuple(f"label {i}" for i in range(n)))
    figure = lens.reading_figure(result, colors.LIGHT)
    assert len(figure.data[0].x) == 20 and figure.layout.yaxis.ticktext[0] == f"label {n - 1}"
    assert figure.layout.title.text == "The 20 likeliest of 100,000 labels"
    assert lens.left_out(result) == "Showing the 20 likeliest of 100,000 labels. The table has the first 1,000."
    assert len(lens.columns(result)["label"]) == 1_000 and len(figure.to_json()) < 20_000
    assert lens.left_out(reading(0, 1)) == ""


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            TaskFacts("sentiment", ("NEG", "POS"), told_by="labels"),
            "about sentiment is a guess from its labels, “NEG” and “POS”.",
        ),
        (TaskFacts("sentiment", ("a", "b"), told_by="settings"), "Whoever runs this server says"),
        (TaskFacts("pairs", ("a", "b"), told_by="visitor"), "You chose to read this classifier as being about what a second"),
        (TaskFacts("classes", ("LABEL_0", "LABEL_1"), is_named=False), "no names"),
        (TaskFacts("sentiment", ("NEG", "POS"), told_by="folder"), ""),
    ],
)
def test_who_says_what_a_head_is_about_is_said(facts: Any, said: Any) -> None:
    assert said in lens.about(facts) and (said or not lens.about(facts))


@pytest.mark.parametrize("decoding", ["softmax", "sigmoid", "number"])
@pytest.mark.parametrize("n", [1, 2, 3, 7, 30])
def test_every_sentence_keeps_the_laws_with_ties_and_without(decoding: Any, n: Any) -> None:
    random = np.random.default_rng(n)
    labels = tuple(f"label {i}" for i in range(n))
    for logits in (
        random.normal(size=n),
        np.round(random.normal(size=n)) - 2,
        np.zeros(n),
        -np.ones(n),
        80 * random.normal(size=n),
    ):
        result = reading(*logits, labels=labels, decoding=decoding)
        said = lens.notice(result)
        assert not broken_laws(said), said
        if decoding == "sigmoid" and n > 1:
            written = sorted(result.values.tolist())
            stands_out = n > 2 and plots.percent(written[-1]) != plots.percent(written[-2])
            assert ("comes nearest" in said) == (stands_out and not result.holding), said
