"""Heads of every task: found, applied to the rows they read, and equal to what plain transformers computes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import heads
import numpy as np
import pytest
import torch
import transformers
from snippets import gives, same

from bertviz_app import load
from bertviz_app.analysis import classes, deciding_tokens
from bertviz_app.analysis import head_snippet as head_code
from bertviz_app.analysis.head_snippet import Evidence
from bertviz_app.analysis.words import groups_of, summed, units, words_as_written
from bertviz_app.chapters.tasks import answers, entities
from bertviz_app.chapters.tasks import answers_snippet as answers_code
from bertviz_app.chapters.tasks import snippet as tasks_code
from bertviz_app.chapters.tasks.no_answer import Rule
from bertviz_app.drawing.numbering import numbered
from bertviz_app.errors import BrokenCheckpoint, MissingHead
from bertviz_app.families.tasks import TASKS, Reads
from bertviz_app.workspace.predictions import predictions

TEXT, PAIR = "Ann of Bonn love the cat.", "the cat sat on the mat, a dog ran away."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return heads.save(tmp_path_factory.mktemp("heads") / "tiny")


@pytest.fixture(scope="module")
def tiny(folder: Any) -> Any:
    return load(str(folder))


def ran(code: str) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    exec(code, scope)
    return scope


def test_every_head_is_found_with_its_labels_and_its_home(tiny: Any, folder: Any) -> None:
    expected = {task: labels or ("start", "end") for task, (_, labels) in heads.HEADS.items()}
    assert {task: tiny.info.labels[task] for task in expected} == expected
    assert tiny.info.home("pairs") == f"{folder}/pairs" and tiny.info.home("next_sentence") == str(folder)
    assert not tiny.info.abstains


@pytest.mark.parametrize("task", heads.HEADS)
def test_equal_to_plain_transformers(tiny: Any, folder: Any, task: Any) -> None:
    forward = tiny.run(tiny.encode(TEXT, PAIR))
    network = getattr(transformers, heads.HEADS[task][0]).from_pretrained(folder / task).eval()
    inputs = transformers.AutoTokenizer.from_pretrained(folder)(TEXT, PAIR, return_tensors="pt")
    with torch.inference_mode():
        output = network(**inputs)
    if TASKS[task].reads is Reads.SPAN:
        expected = torch.stack([output.start_logits, output.end_logits], dim=-1)[0].numpy()
    else:
        expected = output.logits[0].numpy()
    rows = TASKS[task].of_rows
    ours = tiny.token_logits(task, forward.hidden_states[-1]) if rows else tiny.class_logits(task, forward.class_vector)
    assert np.abs(ours - expected).max() < 1e-5


def test_a_head_of_rows_does_not_read_the_class_vector_and_the_other_way_round(tiny: Any) -> None:
    with pytest.raises(MissingHead, match="entities"):
        tiny.class_logits("entities", np.zeros(16, dtype=np.float32))
    with pytest.raises(MissingHead, match="pairs"):
        tiny.token_logits("pairs", np.zeros((1, 16), dtype=np.float32))


@pytest.mark.parametrize("task", ["entities", "answers"])
def test_a_checkpoint_of_its_own_without_a_pooler_keeps_its_head(folder: Any, tmp_path: Path, task: Any) -> None:
    whole = tmp_path / "mine-squad2"
    getattr(transformers, heads.HEADS[task][0]).from_pretrained(folder / task).save_pretrained(whole)
    transformers.AutoTokenizer.from_pretrained(folder).save_pretrained(whole)
    model = load(str(whole))
    assert set(model.info.labels) == {task} and model.info.home(task) == str(whole)
    # Only its name tells that it was trained with questions that have no answer.
    assert model.info.abstains == (task == "answers")


def test_a_head_whose_tensors_are_missing_does_not_exist(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = heads.save(tmp_path / "half", tasks=("entities", "answers"))
    for task in ("entities", "answers"):
        path = folder / task / "model.safetensors"
        save_file({n: t for n, t in load_file(path).items() if n.startswith("bert.")}, path, metadata={"format": "pt"})
    assert not {"entities", "answers"} & set(load(str(folder)).info.labels)


def test_a_head_of_another_width_is_a_sentence(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = heads.save(tmp_path / "wide", tasks=("entities",))
    path = folder / "entities" / "model.safetensors"
    save_file(load_file(path) | {"classifier.weight": torch.zeros(5, 8)}, path, metadata={"format": "pt"})
    with pytest.raises(BrokenCheckpoint, match="it reads 8 numbers, the encoder gives 16"):
        load(str(folder))


@pytest.mark.parametrize(
    ("labels", "task"),
    [
        (("entailment", "neutral", "contradiction"), "pairs"),
        (("CONTRADICTION", "NEUTRAL", "ENTAILMENT"), "pairs"),
        (("not_equivalent", "equivalent"), "pairs"),
        (("not_duplicate", "duplicate"), "pairs"),
        (("negative", "neutral", "positive"), "sentiment"),
        (("POSITIVE", "NEGATIVE"), "sentiment"),
        (("1 star", "2 stars", "3 stars", "4 stars", "5 stars"), "sentiment"),
        (("joy", "anger", "fear"), "classes"),
        (("ham", "spam"), "classes"),
        (("position", "negligible"), "classes"),
        (("duplicate", "other"), "classes"),
        (("not duplicate", "unsure"), "classes"),
        (("1 star", "2 stars"), "classes"),
        (("LABEL_0", "LABEL_1"), "classes"),
        (("yes", "no"), "classes"),
        (("0", "1"), "classes"),
    ],
)
def test_what_a_classifier_is_for_is_read_from_its_labels(tiny_checkpoint: Callable[..., Path], labels: Any, task: Any) -> None:
    info = load(str(tiny_checkpoint(architecture="BertForSequenceClassification", labels=labels))).info
    assert info.labels == {task: labels}
    assert info.task_heads[task].told_by == ("" if task == "classes" else "labels")


@pytest.mark.parametrize("pair", [None, PAIR])
def test_the_python_of_entities_gives_the_same_numbers(tiny: Any, pair: Any) -> None:
    forward = tiny.run(tiny.encode(TEXT, pair))
    words = words_as_written(forward.encoding)
    logits = tiny.token_logits("entities", forward.hidden_states[-1][[word.position for word in words]])
    reading = entities.read(words, tiny.info.labels["entities"], logits)
    scope = gives(
        tasks_code.entities_code(tiny.info, forward.encoding, reading, Evidence(1, [words[0].position])),
        entities.columns(reading),
    )
    assert reading.probabilities == pytest.approx(scope["probabilities"].numpy(), abs=1e-5)
    attention = deciding_tokens.attention_from(forward, 1, [words[0].position])
    assert attention == pytest.approx(scope["attention"].numpy(), abs=1e-5)


@pytest.mark.parametrize("task", ["pairs", "sentiment"])
def test_the_python_of_a_class_gives_the_same_numbers(tiny: Any, task: Any) -> None:
    forward = tiny.run(tiny.encode(TEXT, PAIR))
    reading = classes.read(tiny.info.task_heads[task], tiny.class_logits(task, forward.class_vector))
    scope = ran(head_code.classification(tiny.info, task, forward.encoding, Evidence(0, [0])))
    assert reading.values == pytest.approx(scope["values"].numpy(), abs=1e-5)
    assert deciding_tokens.attention_from(forward, 0, [0]) == pytest.approx(scope["attention"].numpy(), abs=1e-5)


def test_the_python_adds_the_attention_of_each_word_up(tiny: Any) -> None:
    encoding = tiny.encode("Ann don't love the state-of-the-art cat.", PAIR)
    groups = groups_of(units(encoding))
    scope = ran(head_code.classification(tiny.info, "pairs", encoding, Evidence(0, [0], groups.tolist())))
    ours = summed(deciding_tokens.attention_from(tiny.run(encoding), 0, [0]), groups)
    names = [unit.text for unit in units(encoding)]
    same(scope["evidence"], numbered(names, unit="word") | {"attention": ours})
    assert len(ours) < encoding.n_tokens and ours == pytest.approx(scope["attention_of_words"].numpy(), abs=1e-5)


@pytest.mark.parametrize("abstains", [False, True])
@pytest.mark.parametrize(
    ("question", "passage"), [("Who sat?", PAIR), ("who? " * 12, PAIR), ("Who sat?", (PAIR + " it rain. ") * 12)]
)
def test_the_python_of_answers_gives_the_same_numbers(tiny: Any, question: Any, passage: Any, abstains: Any) -> None:
    from dataclasses import replace

    info = replace(tiny.info, abstains=abstains)
    parts = answers.windows(tiny.encode(question, passage, whole=True), max_tokens=info.max_tokens)
    forwards = [tiny.run(part.encoding) for part in parts]
    reading = answers.read(parts, [tiny.token_logits("answers", f.hidden_states[-1]) for f in forwards], abstains=abstains)
    row, position = reading.window[reading.best.first], reading.position[reading.best.first]
    rule = Rule(by_score=abstains, threshold=0.25)
    code = answers_code.answers_code(info, parts, reading, Evidence(1, [position]), rule)
    scope = gives(code, answers.columns(reading))
    passage_table = numbered(reading.tokens) | {"P(start)": reading.start, "P(end)": reading.end}
    same(scope["every_token"], passage_table)
    looked = forwards[row]
    same(
        scope["evidence"],
        numbered(looked.encoding.tokens) | {"attention": deciding_tokens.attention_from(looked, 1, [position])},
    )
    assert bool(scope["given"]) == reading.gives_answer(rule.threshold)
    assert (len(parts) > 1) == (len(passage) > 200)
    assert reading.start == pytest.approx(scope["start"].numpy()[: scope["n"]], abs=1e-5)
    assert reading.end == pytest.approx(scope["end"].numpy()[: scope["n"]], abs=1e-5)
    assert (reading.best.first, reading.best.last) == (scope["first"], scope["last"])
    assert reading.best.probability == pytest.approx(float(scope["probability"]), abs=1e-6)
    whole = answers.passage_offsets(parts)
    assert (whole[scope["begins"], 0], whole[scope["ends"], 1]) == (reading.best.start, reading.best.end)
    before, after = (
        whole[scope["begins"] - 1] if scope["begins"] else (-1, -1),
        [*whole.tolist(), [10**9, 0]][scope["ends"] + 1],
    )
    assert before[1] <= reading.best.start and after[0] >= reading.best.end
    if abstains:
        assert reading.no_answer == pytest.approx(float(scope["start"][-1] * scope["end"][-1]), abs=1e-6)
        assert reading.margin == pytest.approx(float(scope["margin"]), abs=1e-4)
    attention = deciding_tokens.attention_from(forwards[row], 1, [position])
    assert attention == pytest.approx(scope["attention"].numpy(), abs=1e-5)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A checkpoint with two heads of a row beside each other, for three rows, and a folder with a head that is not read."""
    folder = heads.save(tmp_path_factory.mktemp("twice"), tasks=("entities", "answers"))
    for name, labels in {"mail": ("ham", "spam"), "parcels": ("late", "broken", "lost")}.items():
        save_classifier(folder, name, labels)
    shutil.copytree(folder / "entities", folder / "of_places")
    shutil.copytree(folder / "answers", folder / "of_poems")
    shutil.copytree(folder / "mail", folder / "choices")
    config = json.loads((folder / "choices" / "config.json").read_text())
    (folder / "choices" / "config.json").write_text(json.dumps(config | {"architectures": ["BertForMultipleChoice"]}))
    return load(str(folder))


def save_classifier(folder: Any, name: Any, labels: Any) -> None:
    config = transformers.AutoConfig.from_pretrained(folder)
    config.id2label, config.label2id = dict(enumerate(labels)), {label: i for i, label in enumerate(labels)}
    network = transformers.BertForSequenceClassification(config)
    network.bert.load_state_dict(transformers.BertModel.from_pretrained(folder).state_dict())
    network.save_pretrained(folder / name)


def test_two_heads_of_a_row_are_both_read_and_what_is_not_is_named(twice: Any) -> None:
    info = twice.info
    assert {key: info.labels[key] for key in ("classes", "classes (“parcels”)")} == {
        "classes": ("ham", "spam"), "classes (“parcels”)": ("late", "broken", "lost"),
    }  # fmt: skip
    assert {"entities", "entities (“of_places”)", "answers", "answers (“of_poems”)"} < set(info.task_heads)
    assert info.unread == "“choices/”" and "2 classifiers" in info.why_not("sentiment")
    assert info.home("classes (“parcels”)").endswith("/parcels")


@pytest.mark.parametrize("key", ["classes", "classes (“parcels”)"])
def test_each_of_two_classifiers_is_equal_to_plain_transformers(twice: Any, key: Any) -> None:
    forward = twice.run(twice.encode(TEXT, PAIR))
    code = head_code.classification(twice.info, key, forward.encoding, head_code.Evidence(0, ()))
    reading = classes.read(twice.info.task_heads[key], twice.class_logits(key, forward.class_vector))
    assert np.abs(ran(code)["values"].numpy() - reading.values).max() < 1e-5


def test_each_head_is_a_prediction_with_a_title_of_its_own(twice: Any) -> None:
    encoding = twice.encode(TEXT, PAIR)
    found = predictions(twice, encoding, twice.run(encoding))
    titles = {one.title for one in found}
    assert {"class", "class (“parcels”)", "where the answer starts", "where the answer starts (“of_poems”)"} < titles
    assert len({(one.title, one.about) for one in found}) == len(found)
