from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import heads
import numpy as np
import pytest
from choosing import listed
from streamlit.testing.v1 import AppTest
from visiting import ROOT, stay

from bertviz_app.analysis import classes
from bertviz_app.analysis.words import words_as_written
from bertviz_app.chapters.tasks import entities
from bertviz_app.chapters.tasks.view import VIEWS
from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.families.tasks import TASKS as ROWS
from bertviz_app.workspace.markup import plain

TASKS = tuple(VIEWS)
OFFERED = {name for checkpoint in CATALOG.values() for name in checkpoint.tasks}
HEADED = {row.view: row.name for row in ROWS.values() if row.name in OFFERED}
BAD_INPUT = {
    "right to left": "أحب هذا الفيلم",
    "unseen": "good\u200b film\u200f\x00\x07",
    "script": "<script>alert(1)</script> </p></mark>",
    "markdown": "**bold** [link](http://x) `code` | # $x^2$ :smile:",
    "typed specials": "who [SEP] sat [CLS] [PAD]",
    "fifty masks": "[MASK] " * 50,
    "a long word": "a" * 10_000,
    "long": "the cat sat on the mat. " * 700,
    "emoji": "😀👩\u200d👩\u200d👧 Ann 😀",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return heads.save(tmp_path_factory.mktemp("tasks") / "headed")


@pytest.fixture
def tasks(open_page: Callable[..., AppTest], folder: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Opens a task on a tiny checkpoint that has all the heads."""

    def run(task: str, *, text: Any = None, pair: Any = None, **texts: Any) -> Any:
        monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
        given = {key: value for key, value in {"text": text, "pair": pair, **texts}.items() if value is not None}
        return open_page("tasks", state={"task": task, "model": folder.name, "texts": given})

    return run


def shown(app: Any) -> str:
    elements = (*app.markdown, *app.caption, *app.error, *app.info, *app.warning)
    return "\n".join(element.value for element in elements).replace("\\", "")


@pytest.mark.parametrize("task", TASKS)
def test_every_task_shows_its_prediction_what_it_looks_at_and_its_code(tasks: Any, task: Any) -> None:
    app = tasks(task)
    assert not app.error and "What to notice." in shown(app)
    assert "Which tokens it looks at" in [header.value for header in app.header] and "In layer 2," in shown(app)
    assert "AutoTokenizer" in app.code[0].value and any("attention" in frame.value for frame in app.dataframe)


@pytest.mark.parametrize("task", TASKS)
def test_the_layer_is_the_visitor_s(tasks: Any, task: Any) -> None:
    app = tasks(task)
    app.slider(key="attention_layer").set_value(1).run()
    assert not app.exception and "In layer 1," in shown(app)


@pytest.mark.parametrize(
    "said, layer",
    [({"looks_layer": "1"}, 1), ({"looks_layer": "1", "attention_layer": "2"}, 2), ({"looks_layer": "one"}, 2)],
)
def test_a_link_by_the_former_name_of_a_choice_opens_what_it_says(
    folder: Any, monkeypatch: pytest.MonkeyPatch, said: dict[str, str], layer: int
) -> None:
    """The layer of the tokens that decide. What the address says by today's name goes before."""
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=180).switch_page("pages/tasks.py")
    for name, value in {"model": folder.name, "task": TASKS[0], **said}.items():
        app.query_params[name] = value
    for _ in range(2):
        app.run()
        assert not app.exception and not app.warning and f"In layer {layer}," in shown(app)
        assert app.slider(key="attention_layer").value == layer and "looks_layer" not in app.query_params
    app.slider(key="attention_layer").set_value(3 - layer).run()
    assert f"In layer {3 - layer}," in shown(app)


def test_entities_are_those_of_the_model(tasks: Any, folder: Any) -> None:
    from bertviz_app import load

    app, model = tasks("Named entities", text="Ann of Bonn love the cat."), load(str(folder))
    forward = model.run(model.encode("Ann of Bonn love the cat."))
    words = words_as_written(forward.encoding)
    logits = model.token_logits("entities", forward.hidden_states[-1][[word.position for word in words]])
    reading = entities.read(words, model.info.labels["entities"], logits)
    assert plain(entities.notice(reading)).replace("\\", "") in shown(app)
    table = next(frame.value for frame in app.dataframe if "word" in frame.value)
    assert list(table["word"]) == ["Ann", "of", "Bonn", "love", "the", "cat", "."]
    assert np.array(table.iloc[:, 3:]) == pytest.approx(reading.probabilities, abs=1e-5)


@pytest.mark.parametrize(("task", "key"), [("Sentence pairs", "pairs"), ("Sentiment", "sentiment")])
def test_classes_are_those_of_the_model(tasks: Any, folder: Any, task: Any, key: Any) -> None:
    from bertviz_app import load

    app, model = tasks(task, text="the cat sat.", pair="a dog ran."), load(str(folder))
    forward = model.run(model.encode("the cat sat.", "a dog ran."))
    reading = classes.read(model.info.task_heads[key], model.class_logits(key, forward.class_vector))
    table = next(frame.value for frame in app.dataframe if "logit" in frame.value)
    assert list(table["probability"]) == pytest.approx(reading.values.tolist(), abs=1e-6)


def test_a_relation_needs_a_second_sentence(tasks: Any) -> None:
    app = tasks("Sentence pairs", text="the cat sat.")
    assert "needs two sentences" in shown(app) and not app.get("plotly_chart")


def test_an_answer_lies_in_the_passage_and_a_long_passage_is_read_in_windows(tasks: Any) -> None:
    passage = "the cat sat on the mat. a dog ran away. " * 20
    app = tasks("Question answering", question="who sat?", passage=passage)
    answers = next(frame.value for frame in app.dataframe if "answer" in frame.value)
    assert all(answer in passage for answer in answers["answer"]) and answers["probability"].is_monotonic_decreasing
    assert "windows of up to 64 tokens" in shown(app) and "always picks an answer" in shown(app)


def test_no_answer_is_a_threshold_that_the_visitor_chooses(tasks: Any) -> None:
    app = tasks("Question answering", question="who sat?", passage="the cat sat on the mat.")
    assert "No answer is given" not in shown(app)
    app.slider(key="answer_below").set_value(99).run()
    assert "less than the 99\N{NO-BREAK SPACE}% that you ask for" in shown(app)
    app.segmented_control(key="judged").set_value("Score").run()
    app.slider(key="answer_margin").set_value(-10.0).run()
    assert "that of no answer, which has" in shown(app)
    app.slider(key="answer_margin").set_value(10.0).run()
    assert "you ask for more than 10.00 above it" in shown(app) and "scores[n]" in app.code[0].value


@pytest.mark.parametrize(
    ("box", "text"), [("question", " "), ("passage", " \n"), ("passage", "\u200b"), ("article", ""), ("similar", "\n")]
)
def test_an_empty_box_is_a_sentence(tasks: Any, box: Any, text: Any) -> None:
    task = {"article": "Summary", "similar": "Similarity"}.get(box, "Question answering")
    app = tasks(task, **{box: text})
    assert len(app.error) == 1 and re.search("nothing to read|Type a sentence first", app.error[0].value)


@pytest.mark.parametrize("task", TASKS)
def test_any_text_gets_an_answer_and_is_never_markup(tasks: Any, task: Any) -> None:
    app, wrong = tasks(task), {}
    for name, text in BAD_INPUT.items():
        boxes = {"question": text, "passage": text, "article": text, "similar": f"{text}\nthe cat"}
        stay(app, text=text, pair=text, state={"texts": boxes})
        faults = [error.value for error in app.error] + ([] if "What to notice." in shown(app) else ["nothing to notice"])
        faults += [
            one.value for one in app.markdown if one.allow_html or any(m in one.value for m in ("**bold**", "$x^2$", "](http"))
        ]
        if faults:
            wrong[name] = faults
    assert not wrong


@pytest.mark.parametrize("text", ["x" * 20_001, "a\ud83d"])
@pytest.mark.parametrize(
    ("task", "box"), [("Question answering", "question"), ("Question answering", "passage"), ("Summary", "article")]
)
def test_a_text_that_cannot_be_read_is_one_sentence(tasks: Any, task: Any, box: Any, text: Any) -> None:
    app = tasks(task, **{box: text})
    assert len(app.error) == 1 and "What to notice." not in shown(app)


def test_a_summary_says_how_the_text_was_split(tasks: Any) -> None:
    app = tasks("Summary", article="Milk\nBread\nDr. Dre came. He left.")
    assert "4 sentences, split by the rules for English. 2 of them end where a line ends" in shown(app)
    listed(app, "summary_language").set_value("German").run()
    assert not app.exception and "split by the rules for German" in shown(app)


@pytest.mark.parametrize("ratio", [10, 100])
def test_a_summary_keeps_as_much_as_it_is_told(tasks: Any, ratio: Any) -> None:
    app = tasks("Summary", article="The cat sat. A dog ran away. The mat. Ann of Bonn. It rain. ")
    app.slider(key="summary_ratio").set_value(ratio).run()
    table = next(frame.value for frame in app.dataframe if "chosen" in frame.value)
    assert (table["chosen"] == "yes").sum() == max(1, round(ratio / 100 * 5)) and table[
        "share of the walk"
    ].sum() == pytest.approx(1)


@pytest.mark.parametrize("task", HEADED)
def test_a_head_that_is_not_there_is_said_with_a_way_to_one(
    open_page: Callable[..., AppTest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: Any
) -> None:
    """A button where a model with the head is on this machine, else the command that downloads it."""
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(heads.save(tmp_path / "headless", tasks=())))
    app = open_page("tasks", state={"task": task, "model": "headless"})
    assert f"without a trained head for {HEADED[task]}" in shown(app) and not app.get("plotly_chart")
    offers = [button for button in app.button if button.key == "use_other"]
    assert offers or any("bertviz_app.fetch" in code.value for code in app.code)
    for button in offers:
        button.click().run()
        assert not app.exception and "Which tokens it looks at" in [header.value for header in app.header]


def test_each_task_has_a_sample_until_something_is_typed(tasks: Any) -> None:
    app = tasks("Named entities")
    assert "Merkel" in app.text_input(key="draft_text").value
    app.segmented_control(key="task").set_value("Sentence pairs").run()
    assert app.text_input(key="draft_pair").value == "Nobody is making music."
    app.text_input(key="draft_text").set_value("the cat sat.")
    next(button for button in app.button if button.label == "Show").click().run()
    app.segmented_control(key="task").set_value("Sentiment").run()
    assert app.text_input(key="draft_text").value == "the cat sat." == app.session_state["scene"].texts["text"]


def test_similarity_of_a_model_that_was_trained_for_it_is_the_trained_one(
    open_page: Callable[..., AppTest], tiny_families: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sentence_folders import TEXTS, trained, vectors_of

    folder = trained(tmp_path / "mine", tiny_families["mpnet"], pooling={"pooling_mode_mean_tokens": True}, normalize=True,
                     sentence_bert_config={"max_seq_length": 30}, config_sentence_transformers={"prompts": {"query": "the cat: "}})  # fmt: skip
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
    app = open_page("tasks", state={"task": "Similarity", "model": "mine", "texts": {"similar": "\n".join(TEXTS[:2])}})
    cosines = next(table.value for table in app.dataframe if "2" in table.value)
    ours = vectors_of(folder)
    assert float(cosines["2"][0]) == pytest.approx(float(ours[0] @ ours[1]), abs=1e-4)
    said = " ".join(element.value for element in (*app.markdown, *app.caption))
    assert "was trained to make one vector of a text" in said and "No part of this model" not in said
    assert any(box.label == "Prompt before each text" for box in app.selectbox)
