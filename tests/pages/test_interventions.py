from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from choosing import listed

from bertviz_app.serving.pass_queue import pass_queue

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from bertviz_app.engine.model import Model


def said(app: Any) -> Any:
    return " ".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


def test_nothing_is_switched_off_at_first_and_costs_nothing_more(open_page: Callable[..., AppTest]) -> None:
    open_page("fill_in_the_blank", text="The cat sat on the [MASK] again.")
    before = pass_queue().passed
    app = open_page("interventions", text="The cat sat on the [MASK] again.")
    assert pass_queue().passed == before and "Nothing is switched off" in said(app)
    assert len(app.get("plotly_chart")) == 1


def test_a_head_and_a_layer_are_switched_off_and_on_again(open_page: Callable[..., AppTest], model: Model) -> None:
    app = open_page("interventions", text="The cat sat on the [MASK].")
    before = pass_queue().passed
    app.multiselect(key="heads_off").set_value(["2.1", "4, all"]).run()
    app.multiselect(key="layers_off").set_value(["6"]).run()
    assert not app.exception and "Without head 2.1, all heads of layer 4 and the whole of layer 6" in said(app)
    assert pass_queue().passed == before + 2  # one for each choice
    app.multiselect(key="heads_off").set_value([]).run()
    app.multiselect(key="layers_off").set_value([]).run()
    assert "Nothing is switched off" in said(app)


def test_a_pair_brings_its_predictions(open_page: Callable[..., AppTest]) -> None:
    app = open_page("interventions", text="The man went to the store.", pair="He bought milk.")
    assert not app.exception and {"next sentence", "sentiment"} <= set(app.dataframe[0].value["prediction"])


def test_the_map_is_made_on_request_once_and_a_click_switches_the_head_off(
    open_page: Callable[..., AppTest], model: Model
) -> None:
    state = {"interventions_view": "Map of heads"}
    app = open_page("interventions", text="The bird sat on the [MASK].", state=state)
    assert not app.get("plotly_chart") and "Which heads matter for that" in said(app)
    button = app.button(key="head_map")
    assert button.label.startswith("Test all 72 heads (")
    button.click().run()
    assert not app.exception and len(app.get("plotly_chart")) == 1 and "of 72 heads" in said(app)
    assert app.dataframe[0].value.shape == (72, 3)
    before = pass_queue().passed
    app.run()
    again = open_page("interventions", text="The bird sat on the [MASK].", state=state)  # another visitor
    assert pass_queue().passed == before and len(again.get("plotly_chart")) == 1


def test_a_head_that_speaks_of_every_word_has_a_map_for_each(open_page: Callable[..., AppTest]) -> None:
    app = open_page("interventions", text="Ann met Bob in Paris.", state={"interventions_view": "Map of heads"})
    listed(app, "prediction").set_value("named entities").run()
    app.button(key="head_map").click().run()
    words = next(box for box in app.selectbox if box.label == "Token")
    assert words.options[-2:] == ["“Paris”, token 6", "“.”, token 7"]
    first, before = said(app), pass_queue().passed
    words.set_value(words.options[4]).run()
    assert not app.exception and said(app) != first and pass_queue().passed == before


def test_an_answer_is_asked_for_where_there_is_a_pair(open_page: Callable[..., AppTest], model: Model) -> None:
    app = open_page("interventions", text="Who met Bob?", pair="Ann met Bob in Paris.")
    assert {"where the answer starts", "where the answer ends"} <= set(app.dataframe[0].value["prediction"])
    app.multiselect(key="layers_off").set_value(["1"]).run()
    assert not app.exception and "Showing 4 of " in said(app) and "those that change most" in said(app)


def test_a_clicked_head_is_switched_off(open_page: Callable[..., AppTest], model: Model) -> None:
    state = {"_later": {"heads_off": ["3.5"], "interventions_view": "Switch off"}}
    app = open_page("interventions", text="The cat sat on the [MASK].", state=state)
    assert "Without head 3.5" in said(app)


def patching(open_page: Callable[..., AppTest], a: Any, b: Any) -> Any:
    texts = {"texts": {"donor": a, "recipient": b}}
    return open_page("interventions", state={"interventions_view": "Patching"} | texts)


def test_patching_is_made_on_request_and_kept(open_page: Callable[..., AppTest]) -> None:
    app = patching(open_page, "He drank the [MASK].", "He read the [MASK].")
    assert not app.get("plotly_chart") and "Which vectors of A" in said(app)
    button = app.button(key="patching")
    assert button.label.startswith("Put each of 49 vectors of A into B (")  # 7 states × 7 tokens
    button.click().run()
    assert not app.exception and len(app.get("plotly_chart")) == 1 and "brings back" in said(app)
    before = pass_queue().passed
    listed(app, "prediction").set_value("sentiment").run()  # came along
    assert not app.exception and "NEGATIVE" in said(app) and len(app.get("plotly_chart")) == 1
    again = patching(open_page, "He drank the [MASK].", "He read the [MASK].")  # another visitor
    assert pass_queue().passed == before and len(again.get("plotly_chart")) == 1


def test_the_first_pair_can_be_patched_and_has_two_answers(open_page: Callable[..., AppTest]) -> None:
    said_first = said(open_page("interventions", state={"interventions_view": "Patching"}))
    assert "A gets “were”" in said_first and "B gets “was”" in said_first


@pytest.mark.parametrize("text", ["", "\u200b\x00", "x" * 20_001, "a\ud83d"], ids=["empty", "unseen", "long", "half"])
def test_patching_refuses_what_cannot_be_read_in_a_sentence(open_page: Callable[..., AppTest], text: Any) -> None:
    app = patching(open_page, text, "He read the [MASK].")
    (error,) = app.error
    assert error.value.endswith(".")


@pytest.mark.parametrize("text", ["[SEP] a [CLS] [PAD]", "[MASK] " * 50, "x" * 9_000, "😀 **b** $x$ <b>[MASK]</b>"])
def test_patching_reads_odd_texts(open_page: Callable[..., AppTest], text: Any) -> None:
    app = patching(open_page, text, text.replace("b", "c"))
    assert not app.error and "What to notice." in said(app)


def test_entities_are_patched_too(open_page: Callable[..., AppTest]) -> None:
    app = patching(open_page, "We met in Paris.", "We met in time.")
    listed(app, "prediction").set_value("named entities").run()
    app.button(key="patching").click().run()
    assert not app.exception and len(app.get("plotly_chart")) == 1 and "brings back" in said(app)


def test_another_sentence_a_is_asked_for_anew(open_page: Callable[..., AppTest]) -> None:
    app = patching(open_page, "He sold the [MASK].", "He wrote the [MASK].")
    app.button(key="patching").click().run()
    app.text_input(key="draft_donor").set_value("He ate the [MASK].")
    app.button(key="submit_patching").click().run()
    assert not app.exception and not app.get("plotly_chart") and app.button(key="patching")


def test_patching_needs_as_many_tokens_a_difference_and_a_prediction(open_page: Callable[..., AppTest]) -> None:
    assert "A has 5 tokens and sentence B has 6" in said(patching(open_page, "He [MASK].", "He read [MASK]."))
    assert "the same prediction" in said(patching(open_page, "He [MASK].", "He [MASK]."))
    assert "up to 48 can be patched" in said(patching(open_page, "[MASK] " + "a " * 60, "[MASK] " + "b " * 60))
