"""Classifiers with any labels, on every page that shows a prediction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tiny

from bertviz_app import load
from bertviz_app.analysis import classes
from bertviz_app.workspace.markup import plain

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

TEXT = "the cat sat on the mat."
KINDS = {
    "one of many": (("ham", "spam"), {}),
    "each for itself": (("joy", "anger", "fear"), {"problem_type": "multi_label_classification"}),
    "number": (("score",), {}),
    "unnamed": (("LABEL_0", "LABEL_1", "LABEL_2"), {}),
    "markup": (("<b>x</b>", "**y** $z$"), {}),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("classifiers")
    return {
        kind: tiny.save("bert", root / kind.replace(" ", "-"), labels=labels, **more) for kind, (labels, more) in KINDS.items()
    }


@pytest.fixture
def opened(open_page: Callable[..., AppTest], folders: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Opens a page on a classifier."""

    def run(name: str, kind: str, *, text: Any = TEXT, pair: Any = None, **state: Any) -> Any:
        monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folders[kind]))
        return open_page(name, text=text, pair=pair, state={"model": folders[kind].name, **state})

    return run


def shown(app: Any) -> str:
    elements = (*app.markdown, *app.caption, *app.error, *app.info, *app.warning)
    return "\n".join(element.value for element in elements).replace("\\", "")


def said_of(folder: Any, pair: Any = None) -> str:
    model = load(str(folder))
    forward = model.run(model.encode(TEXT, pair))
    reading = classes.read(model.info.task_heads["classes"], model.class_logits("classes", forward.class_vector))
    return plain(classes.notice(reading)).replace("\\", "")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("page", "state"), [("home", {}), ("tasks", {"task": "Classes"}), ("sentiment", {})])
def test_a_classifier_is_shown_as_what_it_is(opened: Any, folders: Any, page: Any, state: Any, kind: Any) -> None:
    app = opened(page, kind, **state)
    assert not app.error and said_of(folders[kind]) in shown(app)
    assert "trained head" not in shown(app) and "no head" not in shown(app)
    if kind == "number":
        assert "%" not in said_of(folders[kind]) and "not a probability" in shown(app)
    if kind == "unnamed":
        assert "gives the outputs no names" in shown(app)
    assert all(not element.allow_html for element in app.markdown)


def test_two_texts_are_read_together(opened: Any, folders: Any) -> None:
    app = opened("tasks", "number", pair="the man went to the store.", task="Classes")
    assert said_of(folders["number"], "the man went to the store.") in shown(app)


@pytest.mark.parametrize("kind", ["one of many", "each for itself", "number"])
def test_interventions_switch_parts_off_below_any_classifier(opened: Any, kind: Any) -> None:
    app = opened("interventions", kind, **{"heads_off_": []})
    assert not app.error and "Nothing is switched off" in shown(app) and app.get("plotly_chart")
    table = next(frame.value for frame in app.dataframe if "before" in frame.value)
    assert set(table["answer"]) == set(KINDS[kind][0])


@pytest.mark.parametrize("kind", ["one of many", "each for itself", "number"])
def test_attribution_explains_a_label(opened: Any, kind: Any) -> None:
    app = opened("attribution", kind)
    assert not app.error and any(label in shown(app) for label in KINDS[kind][0])


def test_the_visitor_says_that_it_is_about_sentiment_and_that_holds_on_every_page_and_in_the_address(opened: Any) -> None:
    app = opened("tasks", "one of many", task="Classes")
    assert app.query_params.get("about") is None
    choice = next(box for box in app.selectbox if box.label == "This classifier is about")
    choice.set_value("sentiment").run()
    assert "You chose to read this classifier as being about sentiment" in shown(app)
    assert app.query_params["about"] in ("sentiment", ["sentiment"])
    app.switch_page("pages/sentiment.py").run()
    assert "You chose" in shown(app) and "nothing says" not in shown(app) and not app.error


def test_a_link_says_what_a_classifier_is_about(
    open_page: Callable[..., AppTest], folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folders["one of many"]))
    app = AppTest.from_file(str(Path(__file__).parents[2] / "home.py"), default_timeout=60)
    app.query_params["about"], app.query_params["model"] = "sentiment", folders["one of many"].name
    app.switch_page("pages/sentiment.py").run()
    app.run()
    assert not app.exception and "You chose to read this classifier as being about sentiment" in shown(app)


def test_a_guess_is_called_one(open_page: Callable[..., AppTest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny.save("bert", tmp_path / "guessed", labels=("negative", "positive"))
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
    app = open_page("sentiment", text=TEXT, state={"model": folder.name})
    assert "is a guess from its labels, “negative” and “positive”" in shown(app)


def test_a_head_that_is_not_read_here_is_not_denied(
    open_page: Callable[..., AppTest], tiny_checkpoint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_checkpoint("choice", architecture="BertForMultipleChoice")
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
    app = open_page("home", text="i love the cat", state={"model": folder.name})
    assert "brings a head that this program does not read (“BertForMultipleChoice”)" in shown(app)
