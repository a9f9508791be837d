from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from choosing import clicked

from bertviz_app.chapters.attention import measures as lens
from bertviz_app.chapters.attention.view_heads import VIEWS
from bertviz_app.workspace import examples

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from bertviz_app.engine.model import Model

# BertViz leaves the files it reads to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

ODD = (
    "😀 😀",
    "שלום עולם",
    "a\u200bb\x00c",
    "<script></script> **x** $y$",
    "[SEP] [CLS] [MASK]",
    "x" * 10_000,
    "word " * 3_000,
)


def said(app: Any) -> Any:
    return " ".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("pair", [None, "It was late."])
def test_every_view_opens_and_says_what_to_notice(open_page: Callable[..., AppTest], view: Any, pair: Any) -> None:
    app = open_page("attention", pair=pair, state={"attention_view": view})
    assert not app.error and "What to notice." in said(app)


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("view", VIEWS[:3])
def test_odd_texts_are_shown_or_explained(open_page: Callable[..., AppTest], view: Any, text: Any) -> None:
    app = open_page("attention", text=text, state={"attention_view": view})
    assert not app.error and "What to notice." in said(app)


def test_nothing_to_read_is_a_sentence(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attention", text="  ")
    assert [error.value.replace("\\", "") for error in app.error] == ["Type a sentence first: there is nothing to read yet."]


def test_head_and_layer_come_from_the_sliders(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attention", state={"attention_view": "One head", "layer": 5, "head": 3})
    assert "Head 5.3 puts" in said(app)
    app.slider(key="head").set_value(2).run()
    assert "Head 5.2" in said(app) and not app.exception


@pytest.mark.parametrize("mode", ["Lines", "Matrix", "Neurons"])
@pytest.mark.parametrize("text", ODD)
def test_the_explorer_takes_odd_texts(open_page: Callable[..., AppTest], mode: Any, text: Any) -> None:
    app = open_page("attention", text=text, pair="It was late.", state={"explorer_mode": mode})
    assert not app.error and "What to notice." in said(app)


def test_the_first_head_is_one_worth_a_look_and_a_chosen_one_stays(open_page: Callable[..., AppTest], model: Model) -> None:
    patterns = lens.head_patterns(model.run(model.encode(examples.FIRST)))
    layer, head = lens.telling_head(patterns)
    app = open_page("attention")
    assert (app.slider(key="layer").value, app.slider(key="head").value) == (layer + 1, head + 1)
    app.slider(key="head").set_value(2).run()
    app.switch_page("pages/tokens.py").run()
    app.switch_page("pages/attention.py").run()
    assert app.slider(key="layer").value == layer + 1 and app.slider(key="head").value == 2


def test_a_head_from_another_page_is_opened(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attention", state={"_later": {"attention_view": "Explorer", "layer": 2, "head": 9}})
    assert "Head 2.9 puts" in said(app) and app.slider(key="head").value == 9


def test_a_chosen_token_and_the_readings(open_page: Callable[..., AppTest], model: Model) -> None:
    token = clicked("attention_token", model.encode(examples.FIRST), 0)
    state = {"attention_view": "One head", "layer": 5, "head": 3} | token
    app = open_page("attention", state=state)
    assert "“[CLS]” looks most at" in said(app)
    app.toggle(key="attention_hide").set_value(True).run()
    assert "This token is hidden" in said(app) and not app.exception


def test_long_texts_are_not_given_to_bertviz(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attention", text="word " * 600, state={"attention_view": "BertViz model view"})
    assert "18.9 million, more than a browser bears" in said(app)
