from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from bertviz_app.serving.pass_queue import pass_queue

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def said(app: Any) -> Any:
    return " ".join(m.value for m in app.markdown)


def test_without_a_second_sentence_it_asks_for_one_at_no_cost(open_page: Callable[..., AppTest]) -> None:
    open_page("home")
    before = pass_queue().passed
    app = open_page("next_sentence")
    assert pass_queue().passed == before
    assert "Type a second sentence" in said(app)
    assert app.text_input(key="draft_pair").value == ""


@pytest.mark.parametrize("pair, probable", [("He bought a gallon of milk.", True), ("Penguins are flightless birds.", False)])
def test_a_pair_is_judged(open_page: Callable[..., AppTest], pair: Any, probable: Any) -> None:
    app = open_page("next_sentence", text="The man went to the store.", pair=pair)
    assert ("above" if probable else "below") in said(app)
    assert len(app.get("plotly_chart")) == 2


def test_the_ordering_game_runs_on_request_only(open_page: Callable[..., AppTest]) -> None:
    state = {"next_sentence_view": "Ordering game"}
    open_page("home")
    before = pass_queue().passed
    app = open_page("next_sentence", state=state)
    assert pass_queue().passed == before
    app.button(key="submit_story").click().run()
    assert not app.exception
    assert "most likely order" in said(app)
    assert sorted(app.dataframe[0].value["place"]) == [1, 2, 3]


def test_one_sentence_has_no_order(open_page: Callable[..., AppTest]) -> None:
    app = open_page("next_sentence", state={"next_sentence_view": "Ordering game", "texts": {"story": "Alone."}})
    assert "at least two sentences" in said(app)
