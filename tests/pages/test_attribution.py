from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from choosing import listed

from bertviz_app.chapters.attribution.measures import BASELINE_NAMES
from bertviz_app.serving.pass_queue import pass_queue
from bertviz_app.workspace import costs, jobs

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

QUICK = {"attribution_method": "Gradient × input"}  # one pass and its gradient


def said(app: Any) -> Any:
    return " ".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


def test_it_opens_with_integrated_gradients_at_once_on_a_busy_machine_too(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 3.0)
    monkeypatch.setattr(jobs, "OPENING", 20.0)
    monkeypatch.setattr(costs, "expected", lambda *_, **__: 12.0)
    app = open_page("attribution", text="The acting is superb, but the story is too slow.")
    assert app.segmented_control(key="attribution_method").value == "Integrated gradients"
    assert len(app.get("plotly_chart")) == 1 and "add up to" in said(app)
    app.button(key="faithfulness")  # what stands below is asked for all the same


def test_gradient_times_input_is_there_at_once(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attribution", state=QUICK)
    assert listed(app, "prediction").options == ["sentiment", "named entities"]
    assert "speaks for it most" in said(app) and "the two need not agree" in said(app)
    assert len(app.get("plotly_chart")) == 1 and app.dataframe[0].value.shape[1] == 3


def test_integrated_gradients_are_made_on_request_once_and_add_up(open_page: Callable[..., AppTest]) -> None:
    text = "The story was slow, but the songs were superb."
    state = {"attribution_method": "Integrated gradients"}
    app = open_page("attribution", text=text, state=state)
    assert not app.get("plotly_chart") and "step by step" in said(app)
    button = app.button(key="attribution")
    assert re.match(r"Take 64 steps from the baseline to this input \((less|about)", button.label)
    button.click().run()
    assert not app.exception and len(app.get("plotly_chart")) == 1
    total, change = re.search(r"add up to (\S+) bits of (\S+),", said(app)).groups()
    assert total == change
    before = pass_queue().passed
    again = open_page("attribution", text=text, state=state)  # another visitor
    assert pass_queue().passed == before and len(again.get("plotly_chart")) == 1
    app.selectbox(key="attribution_baseline").set_value(BASELINE_NAMES["pad"]).run()
    assert not app.get("plotly_chart")  # another job, to be asked for


@pytest.mark.parametrize(
    ("prediction", "token"),
    [("the blank, token 4", None), ("next sentence", None), ("sentence pair", None), ("where the answer starts", None),
     ("where the answer ends", None), ("named entities", "Apple")],
)  # fmt: skip
def test_every_prediction_can_be_explained(open_page: Callable[..., AppTest], prediction: Any, token: Any) -> None:
    app = open_page(
        "attribution", text="Who met [MASK] Cook?", pair="Angela Merkel met the head of Apple in Paris.", state=QUICK
    )
    choice = listed(app, "prediction")
    assert prediction in choice.options
    choice.set_value(prediction).run()
    assert not app.exception and len(app.get("plotly_chart")) == 1
    if token:
        about = next(box for box in app.selectbox if box.label == "Token")
        about.set_value(next(name for name in about.options if token in name)).run()
        assert not app.exception and "What to notice." in said(app)


def test_another_answer_than_the_likeliest_can_be_explained(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attribution", text="The cat sat on the [MASK].", state=QUICK)
    answers = next(box for box in app.selectbox if box.label == "Answer to explain")
    assert len(answers.options) == 8
    answers.set_value(answers.options and app.selectbox(key=answers.key).value).run()
    first = said(app)
    other = next(box for box in app.selectbox if box.label == "Answer to explain")
    other.select_index(3).run()
    assert not app.exception and said(app) != first


def test_where_nothing_can_be_taken_away_it_says_so(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attribution", text="[MASK]", state={"attribution_method": "Integrated gradients"})
    app.button(key="attribution").click().run()
    assert not app.exception and "No token’s part in that reaches 0.01 bits" in said(app)


def test_occlusion_makes_a_pass_a_token_and_attention_is_there_at_once(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attribution", text="The songs were superb.", state={"attribution_method": "Occlusion"})
    button = app.button(key="attribution")
    assert button.label.startswith("Replace one token at a time (")
    button.click().run()
    assert (
        not app.exception
        and len(app.get("plotly_chart")) == 1
        and "[MASK] took the place of each token in turn" in said(app)
        and "the two need not agree" in said(app)
    )
    app.segmented_control(key="attribution_method").set_value("Attention × gradient").run()
    assert not app.exception and "Through attention, it relies most on" in said(app)
    assert "relevance" in app.dataframe[0].value


def test_all_methods_stand_side_by_side_on_request(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attribution", text="The old songs were superb.", state={"attribution_view": "Side by side"})
    button = app.button(key="attributions")
    assert button.label.startswith("Ask all 4 methods (")
    button.click().run()
    assert not app.exception and len(app.get("plotly_chart")) == 1 and "rank correlation" in said(app)
    assert app.dataframe[0].value.shape == (8, 6)


def test_faithfulness_is_measured_on_request_and_then_said_beside_each_method(open_page: Callable[..., AppTest]) -> None:
    text = "The new songs were superb."
    app = open_page("attribution", text=text, state={"attribution_view": "Faithfulness"})
    button = app.button(key="faithfulness")
    assert button.label.startswith("Measure how faithful they are (")
    button.click().run()
    assert not app.exception and len(app.get("plotly_chart")) == 1 and "is the most faithful" in said(app)
    assert app.dataframe[0].value.shape == (4, 4)
    app.segmented_control(key="attribution_view").set_value("One method").run()
    assert len(app.get("plotly_chart")) == 2 and "integrated gradients is" in said(app)
    app.segmented_control(key="attribution_view").set_value("Side by side").run()
    app.button(key="attributions").click().run()
    assert not app.exception and "Faithfulness on this input: integrated gradients" in said(app)


def test_the_faithfulness_of_one_method_is_measured_beside_it(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attribution", text="The old plot was superb.", state=QUICK)
    assert "Is this faithful to the model?" in said(app)
    button = app.button(key="faithfulness")
    assert button.label.startswith("Measure it (")
    button.click().run()
    assert not app.exception and len(app.get("plotly_chart")) == 2 and "random orders bring the answer down faster" in said(app)
    app.segmented_control(key="attribution_method").set_value("Occlusion").run()
    assert len(app.get("plotly_chart")) == 0  # asks for its own passes first
    app.button(key="attribution").click().run()
    assert len(app.get("plotly_chart")) == 1 and "Is this faithful to the model?" in said(app)


def test_of_one_word_there_is_no_order(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attribution", text="superb", state={"attribution_view": "Faithfulness"})
    assert not app.exception and "needs at least two words" in said(app) and not app.get("plotly_chart")


def test_whole_words_stand_in_the_place_of_their_pieces_and_add_up_to_the_same(open_page: Callable[..., AppTest]) -> None:
    text = "Neuroscientists don’t murmurate superbly."
    pieces = open_page("attribution", text=text, state={"attribution_method": "Gradient × input"})
    table, total = pieces.dataframe[0].value, re.search(r"add up to (\S+) bits", said(pieces)).group(1)
    pieces.toggle(key="whole_words").set_value(True).run()
    words = pieces.dataframe[0].value
    assert not pieces.exception and list(words["word"][1:4]) == ["Neuroscientists", "don’t", "murmurate"]
    assert len(words) < len(table) and words["bits"].sum() == pytest.approx(table["bits"].sum(), abs=1e-4)
    assert re.search(r"add up to (\S+) bits", said(pieces)).group(1) == total


def test_occlusion_of_whole_words_says_that_pieces_were_replaced_alone(open_page: Callable[..., AppTest]) -> None:
    state = {"attribution_method": "Occlusion", "whole_words": True}
    app = open_page("attribution", text="The starlings were superb.", state=state)
    app.button(key="attribution").click().run()
    assert not app.exception and "each piece was replaced alone" in said(app)
    app.toggle(key="whole_words").set_value(False).run()
    assert not app.exception and "each piece was replaced alone" not in said(app)
