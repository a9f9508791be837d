"""Classifiers with any labels and any decoding: their numbers are those of plain transformers, of every family; and what nobody says is not guessed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny
import torch
import transformers

from bertviz_app import load
from bertviz_app.analysis import classes
from bertviz_app.analysis import head_snippet as head_code
from bertviz_app.analysis.head_snippet import Evidence
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.chapters.attribution import measures as attribution
from bertviz_app.chapters.attribution import snippet as attribution_code
from bertviz_app.chapters.interventions import head_effects, patching
from bertviz_app.chapters.interventions import measures as interventions
from bertviz_app.chapters.interventions import snippet as interventions_code
from bertviz_app.drawing import colors
from bertviz_app.engine.gradients import TargetFunction, integrated_gradients
from bertviz_app.engine.subjects import read_as
from bertviz_app.errors import BrokenCheckpoint, MissingHead
from bertviz_app.workspace.predictions import predictions

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

TEXT, PAIR = "the cat sat on the mat.", "the man went to the store."
LARGEST = 2e-6  # of a probability or a number, from plain transformers; seen over all families: 2e-7 (softmax), 1e-7 (sigmoid), 3e-7 (number)
KINDS = {
    "softmax": (("ham", "spam"), {}, lambda logits: logits.softmax(-1)),
    "sigmoid": (("joy", "anger", "fear"), {"problem_type": "multi_label_classification"}, lambda logits: logits.sigmoid()),
    "number": (("score",), {}, lambda logits: logits),
    "numbers": (("valence", "arousal"), {"problem_type": "regression"}, lambda logits: logits),
}


def edited(folder: Any, **changes: Any) -> Any:
    path = folder / "config.json"
    config = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({name: value for name, value in config.items() if value is not ...}))
    return folder


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_values_are_those_of_plain_transformers_in_every_family(tmp_path: Path, family: Any, kind: Any) -> None:
    labels, more, decode = KINDS[kind]
    folder = tiny.save(family, tmp_path / "own", labels=labels, **more)
    model = load(str(folder))
    assert model.info.labels == {"classes": labels} and model.info.classifier == "classes"
    forward = model.run(model.encode(TEXT, PAIR))
    reading = classes.read(model.info.task_heads["classes"], model.class_logits("classes", forward.class_vector))
    network = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    inputs = transformers.AutoTokenizer.from_pretrained(folder)(TEXT, PAIR, return_tensors="pt")
    with torch.inference_mode():
        theirs = decode(network(**inputs).logits[0]).numpy()  # type: ignore[no-untyped-call]
    assert np.abs(reading.values - theirs).max() < LARGEST and reading.decoding == kind.removesuffix("s")


@pytest.mark.parametrize("kind", ["softmax", "sigmoid", "numbers"])
def test_values_are_those_of_the_pipeline_for_text_classification(tmp_path: Path, kind: Any) -> None:
    labels, more, _ = KINDS[kind]
    folder = tiny.save("bert", tmp_path / "own", labels=labels, **more)
    pipeline = transformers.pipeline("text-classification", model=str(folder), device="cpu")
    theirs = {row["label"]: row["score"] for row in pipeline(TEXT, top_k=None)}
    model = load(str(folder))
    forward = model.run(model.encode(TEXT))
    reading = classes.read(model.info.task_heads["classes"], model.class_logits("classes", forward.class_vector))
    assert dict(zip(reading.labels, reading.values.tolist(), strict=True)) == pytest.approx(theirs, abs=LARGEST)


@pytest.mark.parametrize("kind", KINDS)
def test_the_python_of_the_page_and_of_interventions_gives_the_same_numbers(tmp_path: Path, kind: Any) -> None:
    labels, more, _ = KINDS[kind]
    model = load(str(tiny.save("bert", tmp_path / "own", labels=labels, **more)))
    encoding = model.encode(TEXT, PAIR)
    (one,) = predictions(model, encoding, model.run(encoding))
    assert one.title == {"softmax": "class", "sigmoid": "labels"}.get(kind, "number") and one.labels == labels
    for code in (
        head_code.classification(model.info, "classes", encoding, Evidence(0, [0])),
        interventions_code.python_code(model.info, encoding, interventions_code.Intervention(), one),
    ):
        scope: dict[str, Any] = {}
        exec(code, scope)
        assert one.values == pytest.approx(scope["values"].numpy(), abs=1e-5)


@pytest.mark.parametrize(
    ("changes", "n", "labels"),
    [
        ({"id2label": {"0": "a", "1": "b"}}, 3, ("a", "b", "LABEL_2")),
        ({"id2label": {"0": "a", "1": "b", "2": "c", "3": "d"}}, 3, ("a", "b", "c")),
        ({"id2label": {"0": "a", "1": "a", "2": "a"}}, 3, ("a (0)", "a (1)", "a (2)")),
        ({"id2label": ..., "label2id": ...}, 3, ("LABEL_0", "LABEL_1", "LABEL_2")),
        ({"id2label": {"0": 7, "1": True, "2": None}}, 3, ("7", "True", "LABEL_2")),
    ],
)
def test_odd_labels_are_shown_and_the_python_still_runs(tmp_path: Path, changes: Any, n: Any, labels: Any) -> None:
    folder = edited(tiny.save("bert", tmp_path / "odd", labels=("x", "y", "z")[:n]), **changes)
    model = load(str(folder))
    forward = model.run(model.encode(TEXT))
    assert model.info.labels["classes"] == labels
    logits = model.class_logits("classes", forward.class_vector)
    scope: dict[str, Any] = {}
    exec(head_code.classification(model.info, "classes", forward.encoding, Evidence(0, ())), scope)
    reading = classes.read(model.info.task_heads["classes"], logits)
    assert reading.values == pytest.approx(scope["values"].numpy(), abs=1e-5)


def test_a_head_with_a_hundred_thousand_labels_opens(tmp_path: Path) -> None:
    n = 100_000
    model = load(str(tiny.save("bert", tmp_path / "many", labels=tuple(f"label {i}" for i in range(n)))))
    forward = model.run(model.encode(TEXT))
    (one,) = predictions(model, forward.encoding, forward)
    assert len(one.values) == n and one.values.sum() == pytest.approx(1, abs=1e-4)


def test_what_a_person_says_changes_the_name_and_no_number(tmp_path: Path) -> None:
    model = load(str(tiny.save("bert", tmp_path / "own", labels=("bad", "good"))))
    said = read_as(model, "sentiment", told_by="visitor")
    assert set(said.info.labels) == {"sentiment"} and said.info.task_heads["sentiment"].told_by == "visitor"
    assert said.key != model.key and said.parts.network is model.parts.network
    forward = model.run(model.encode(TEXT))
    logits = [one.class_logits(task, forward.class_vector) for one, task in ((model, "classes"), (said, "sentiment"))]
    assert np.array_equal(*logits)
    with pytest.raises(MissingHead):
        said.class_logits("classes", forward.class_vector)
    assert set(model.info.labels) == {"classes"}


def test_the_settings_say_what_own_classifiers_are_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny.save("bert", tmp_path / "own", labels=("bad", "good"))
    monkeypatch.setenv("INSIDE_BERT_ABOUT", "other=pairs:own=sentiment")
    info = load(str(folder)).info
    assert set(info.labels) == {"sentiment"} and info.task_heads["sentiment"].told_by == "settings"


def test_of_several_classifiers_none_can_be_said_to_be_something_else(model: Model) -> None:
    assert model.info.classifier == "" and read_as(model, "classes", told_by="visitor") is model
    assert {task: head.told_by for task, head in model.info.task_heads.items() if not head.row.of_rows} == {
        "pairs": "folder",
        "sentiment": "folder",
    }


@pytest.mark.parametrize(
    ("architecture", "labels", "asked", "said"),
    [
        (
            "BertForSequenceClassification",
            ("ham", "spam"),
            "sentiment",
            "has a classifier with the labels “ham” and “spam”; nothing says that they are about sentiment.",
        ),
        ("BertForSequenceClassification", ("neg", "pos"), "pairs", "“neg” and “pos”; it is read as being about sentiment."),
        (
            "BertForMultipleChoice",
            (),
            "sentiment",
            "brings a head that this program does not read (“BertForMultipleChoice”)",
        ),
        ("BertForMaskedLM", (), "sentiment", "without a trained head for sentiment"),
    ],
)
def test_why_a_head_is_missing_is_true(
    tiny_checkpoint: Callable[..., Path], architecture: Any, labels: Any, asked: Any, said: Any
) -> None:
    info = load(str(tiny_checkpoint(architecture=architecture, labels=labels))).info
    assert said in info.why_not(asked)


def test_a_head_of_which_the_config_says_nothing_is_neither_guessed_nor_denied(tmp_path: Path) -> None:
    info = load(str(edited(tiny.save("bert", tmp_path / "own", labels=("ham", "spam")), architectures=...))).info
    assert not info.labels and "brings a head that this program does not read (“classifier”)" in info.why_not("sentiment")


def test_an_encoder_alone_has_nothing_that_is_not_read(tiny_checkpoint: Callable[..., Path]) -> None:
    assert load(str(tiny_checkpoint(architecture="BertModel"))).info.unread == ""
    assert load(str(tiny_checkpoint("masked", architecture="BertForMaskedLM"))).info.unread == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"id2label": {"a": "x", "b": "y"}},
        {"id2label": ["x", "y"]},
        {"id2label": 7},
        {"problem_type": "single_label_classification", "id2label": {"0": "x"}},
    ],
)
def test_a_config_that_transformers_cannot_read_ends_in_a_sentence(tmp_path: Path, changes: Any) -> None:
    with pytest.raises(BrokenCheckpoint, match=r"own/config\.json"):
        load(str(edited(tiny.save("bert", tmp_path / "own", labels=("x", "y")), **changes)))


@pytest.mark.parametrize("kind", ["softmax", "sigmoid", "number", "numbers"])
def test_every_label_and_number_can_be_attributed_and_the_python_gives_the_same(tmp_path: Path, kind: Any) -> None:
    """A label's log-odds, a number as it is: the ends are those that the head says, the parts add up, and Captum on plain transformers agrees."""
    labels, more, _ = KINDS[kind]
    model = load(str(tiny.save("bert", tmp_path / "own", labels=labels, **more)))
    encoding = model.encode(TEXT)
    (one,) = predictions(model, encoding, model.run(encoding))
    target = one.target(len(labels) - 1)
    found = integrated_gradients(TargetFunction(model, encoding, target), n_steps=64, batch_size=32)
    value = float(one.values[-1])
    assert found.whole == pytest.approx(math.log2(value / (1 - value)) if one.is_probability else value, abs=1e-4)
    assert found.total == pytest.approx(found.change, abs=1e-3) and found.unit == ("bits" if one.is_probability else "units")
    scope: dict[str, Any] = {}
    exec(str(attribution_code.python_code(model.info, encoding, target, [("integrated_gradients", "mask", 64)])), scope)
    assert np.abs(scope["found"]["integrated_gradients"].numpy() - found.values).max() < 1e-4
    said = attribution.notice(encoding, found, labels[-1], attribution.METHODS["integrated_gradients"])
    assert ("%" in said, "bits" in said) == (one.is_probability, one.is_probability)


def test_what_a_head_does_for_a_number_is_a_difference_not_bits(tmp_path: Path) -> None:
    before, after = (
        Prediction("classes", "number", np.float32([value]), ("score",), decoding="number") for value in (3.0, 2.5)
    )
    assert head_effects.effect(before, after) == pytest.approx(-0.5)
    said = head_effects.notice_of_a_number(np.float32([[-0.5, 0.0], [0.25, 0.0]]), "score", 3.0)
    assert said == "“score” is 3.00. It falls furthest without head 1.1, to 2.50; it rises furthest without head 2.1, to 3.25."
    assert "No single head" in head_effects.notice_of_a_number(np.zeros((2, 2), dtype=np.float32), "score", 3.0)
    change = interventions.change(before, after, str)
    assert (change.said(3.0), change.is_probability, change.shift) == ("3.00", False, 0.5)
    figure = interventions.changes_figure([change], colors.LIGHT)
    assert (
        "%" not in "".join(figure.data[0].text) and figure.layout.xaxis.range[1] >= 3 and figure.layout.xaxis.ticktext is None
    )


def test_between_two_numbers_the_number_itself_is_patched() -> None:
    of_a, of_b = (Prediction("classes", "number", np.float32([value]), ("score",), decoding="number") for value in (1.0, 3.0))
    contrast = patching.contrast(of_a, of_b)
    assert (contrast.b, contrast.span) == (None, -2.0) and contrast.restored(np.array([3.0, 1.0, 2.0])).tolist() == [0, 1, 0.5]
    assert "“score” is 1.00 for A and 3.00 for B" in patching.before_notice((of_a, of_b), contrast, lambda output: "score")
