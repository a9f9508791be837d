"""What is typed: blanks that are none are asked about, and a text of which nothing is left is empty, wherever it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

FORMS = {
    "answers": ("tasks", {"task": "Question answering"}, ("question", "passage")),
    "patching": ("interventions", {"interventions_view": "Patching"}, ("donor", "recipient")),
    "similar": ("tasks", {"task": "Similarity"}, ("similar",)),
}


def said(app: Any) -> str:
    return " ".join(element.value.replace("\\", "") for element in (*app.caption, *app.markdown, *app.error))


def test_one_click_makes_a_blank_of_what_looks_like_one(open_page: Callable[..., AppTest]) -> None:
    app = open_page("fill_in_the_blank", text="The cat sat on the ___.", pair="It was < mask >, see https://a.b/___")
    assert "Did you mean [MASK]? “___”, “< mask >” are read as letters" in said(app)
    app.button("use_blanks_text").click().run()
    texts = app.session_state["scene"].texts
    assert texts == {"text": "The cat sat on the [MASK].", "pair": "It was [MASK], see https://a.b/___"}
    assert app.text_input("draft_text").value == texts["text"] and "Did you mean" not in said(app)


def test_a_sentence_with_blanks_and_code_is_not_asked_about(open_page: Callable[..., AppTest]) -> None:
    assert "Did you mean" not in said(open_page("tokens", text="The [MASK] of x[mask] is <mask>, __init__ too."))


@pytest.mark.parametrize("name", FORMS)
def test_forms_of_several_texts_ask_too(open_page: Callable[..., AppTest], name: Any) -> None:
    page, state, boxes = FORMS[name]
    app = open_page(page, state=state | {"texts": dict.fromkeys(boxes, "The [mask] sat.\nA cat.")})
    app.button(f"use_blanks_{boxes[0]}").click().run()
    assert all(app.session_state["scene"].texts[box] == "The [MASK] sat.\nA cat." for box in boxes)


@pytest.mark.parametrize("page", ["next_sentence", "attention", "tokens"])
@pytest.mark.parametrize("nothing", ["\u200b", "[SEP]"])
def test_a_second_sentence_of_which_nothing_is_left_is_none(open_page: Callable[..., AppTest], page: Any, nothing: Any) -> None:
    app = open_page(page, text="The man went to the store.", pair=nothing)
    alone = open_page(page, text="The man went to the store.")
    assert "sentence A is read alone" in said(app) and not app.error
    assert "96\N{NO-BREAK SPACE}%" not in said(app) and [code.value for code in app.code] == [code.value for code in alone.code]


@pytest.mark.parametrize(("question", "passage", "which"), [("\u200b", "A cat.", "question"), ("Who?", "\u200b", "passage")])
def test_an_empty_question_or_passage_is_named(
    open_page: Callable[..., AppTest], question: Any, passage: Any, which: Any
) -> None:
    app = open_page("tasks", state={"task": "Question answering", "texts": {"question": question, "passage": passage}})
    assert len(app.error) == 1 and f"in the {which}" in app.error[0].value
