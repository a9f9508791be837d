"""The Attention summed up page: four views of the same maps, and a method that a model does not give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny
from choosing import clicked

from bertviz_app.chapters.attention_summed_up import measures as lens
from bertviz_app.chapters.attention_summed_up import view_maps as workspace
from bertviz_app.chapters.attention_summed_up.methods import METHODS, NORMS, ZEROING
from bertviz_app.chapters.attention_summed_up.view import VIEWS
from bertviz_app.errors import UnsupportedModel
from bertviz_app.serving.pass_queue import pass_queue

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass


def said(app: Any) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("pair", [None, "It was late."])
def test_every_view_has_its_picture_sentence_and_table(open_page: Callable[..., AppTest], view: Any, pair: Any) -> None:
    app = open_page("attention_summed_up", pair=pair, state={"summed_view": view})
    assert len(app.get("plotly_chart")) == (3 if view == "Side by side" else 1)
    assert "What to notice." in said(app) and len(app.dataframe) == 1
    assert any("CSV" in button.label for button in app.get("download_button"))


def test_it_computes_once_whatever_the_view(open_page: Callable[..., AppTest]) -> None:
    open_page("attention_summed_up", text="It is computed once.")
    before = pass_queue().passed
    for view in VIEWS:
        open_page("attention_summed_up", text="It is computed once.", state={"summed_view": view})
    assert pass_queue().passed == before


def test_the_table_holds_the_numbers(open_page: Callable[..., AppTest], forward: ForwardPass) -> None:
    table = open_page("attention_summed_up", text="I love AI!").dataframe[0].value
    mean = lens.mean_weights(forward.attentions).mean(axis=0)
    np.testing.assert_allclose(table["drawn on, the mean"], mean, atol=1e-4)


def test_norms_are_shown_layer_by_layer(open_page: Callable[..., AppTest]) -> None:
    state = {"summed_view": "One map", "summed_method": NORMS.name, "summed_layer": "3"}
    app = open_page("attention_summed_up", text="I love AI!", state=state)
    assert "In layer 3, “[CLS]” and “[SEP]” get" in said(app)
    app.select_slider(key="summed_layer").set_value("mean of all").run()
    assert not app.exception and "By norms, tokens draw" in said(app)


def test_a_token_is_followed(open_page: Callable[..., AppTest], model: Model) -> None:
    state = {"summed_view": "One token"} | clicked("summed_token", model.encode("I love AI!"), 2)
    assert "“love” draws most on" in said(open_page("attention_summed_up", text="I love AI!", state=state))
    blank = open_page("attention_summed_up", text="I [MASK] AI!", state=state)  # another text: its blank
    assert "“[MASK]” draws most on" in said(blank)


@pytest.mark.parametrize("view", VIEWS)
def test_a_method_that_a_model_does_not_give_is_said_and_the_others_are_shown(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, view: Any
) -> None:
    def refuse(*_: Any) -> None:
        raise UnsupportedModel("This layer has a part that it does not know.")

    monkeypatch.setitem(workspace.AT_ONCE, NORMS, refuse)
    app = open_page("attention_summed_up", text=f"Refused for {view}.", state={"summed_view": view})
    assert not app.error and f"{NORMS.name} is missing. This layer has a part that it does not know." in said(app)
    assert len(app.get("plotly_chart")) == (2 if view == "Side by side" else 1)
    assert "What to notice." in said(app)


def test_what_costs_more_waits_for_a_click_and_is_computed_once(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attention_summed_up", text="It waits for a click.")
    before, button = pass_queue().passed, app.button(key="add_value_zeroing")
    assert button.label.startswith("Add value zeroing (")
    assert len(app.get("plotly_chart")) == 3 and "value_zeroing" not in app.code[0].value
    button.click().run()
    assert not app.exception and len(app.get("plotly_chart")) == 4 and "by value zeroing" in said(app)
    assert "value_zeroing = " in app.code[0].value and not any(button.label == "Stop" for button in app.button)
    made = pass_queue().passed
    assert made > before
    again = open_page("attention_summed_up", text="It waits for a click.")  # another visitor
    assert len(again.get("plotly_chart")) == 4 and pass_queue().passed == made


def test_each_method_is_computed_at_once_or_says_up_to_which_length_it_is_offered() -> None:
    assert set(workspace.AT_ONCE) == {method for method in METHODS if method.most_tokens is None}


def test_flow_joins_the_others_in_every_view(open_page: Callable[..., AppTest]) -> None:
    for view, n in (("Side by side", 4), ("One map", 1), ("One token", 1), ("Agreement", 1)):
        app = open_page("attention_summed_up", text="It streams.", state={"summed_view": view})
        if view == "Side by side":
            button = app.button(key="add_flow")
            assert button.label == "Add flow (less than a second)"
            button.click().run()
        assert not app.exception and len(app.get("plotly_chart")) == n and "flow = rows(" in app.code[0].value
        assert "by flow" in said(app) or view in ("One map", "Agreement")


def test_another_text_starts_anew(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attention_summed_up", text="It starts anew.")
    app.button(key="add_value_zeroing").click().run()
    app.text_input(key="draft_text").set_value("Another text.")
    app.button(key="FormSubmitter:sentence-Show").click().run()
    assert not app.exception and len(app.get("plotly_chart")) == 3


def test_a_long_text_says_the_limit(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attention_summed_up", text="word " * 200)
    assert "Value zeroing is offered for up to 128 tokens; this text has 202." in said(app)
    assert "Flow is offered for up to 64 tokens; this text has 202." in said(app)
    assert not any(button.key == "add_value_zeroing" for button in app.button)


def test_a_layer_of_another_build_costs_only_its_own_method(
    open_page: Callable[..., AppTest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A convolution behind the first layer: value zeroing cannot be had, the others can."""
    row = tiny.FAMILIES["deberta-v2"]
    options = dict(row.options) | {"conv_kernel_size": 3, "conv_act": "gelu"}
    monkeypatch.setitem(tiny.FAMILIES, "convolved", replace(row, options=options))
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(tiny.save("convolved", tmp_path / "convolved")))
    app = open_page("attention_summed_up", text="I love starlings.", state={"model": "convolved"})
    app.button(key="add_value_zeroing").click().run()
    assert not app.error and not app.exception and len(app.get("plotly_chart")) == 3
    assert f"{ZEROING.name} is missing. It runs the layers of convolved again, and layer 1 has a part" in said(app)


@pytest.mark.parametrize("text", ["a", "😀 😀", "[SEP] [CLS] ok", "[MASK] " * 50, "<script></script> $x$", "word " * 3_000])
@pytest.mark.parametrize("view", VIEWS)
def test_any_text(open_page: Callable[..., AppTest], text: Any, view: Any) -> None:
    app = open_page("attention_summed_up", text=text, state={"summed_view": view})
    assert not app.error and "What to notice." in said(app)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_whole_words(open_page: Callable[..., AppTest], view: Any) -> None:
    state = {"summed_view": view, "whole_words": True}
    app = open_page("attention_summed_up", text="Starlings don’t murmurate.", state=state)
    assert app.toggle(key="whole_words").value and "What to notice." in said(app)
    if view != "Agreement":
        assert list(app.dataframe[0].value["word"]) == ["[CLS]", "Starlings", "don’t", "murmurate", ".", "[SEP]"]
