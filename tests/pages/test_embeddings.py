from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from choosing import listed

from bertviz_app.chapters.embeddings.view import VIEWS
from bertviz_app.chapters.embeddings.view_comparison import SENTENCES
from bertviz_app.serving.pass_queue import pass_queue

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("text, pair", [("I love AI!", None), ("Hi", "there"), ("x " * 600, None)])
def test_every_view_draws_and_says_what_to_notice(open_page: Callable[..., AppTest], view: Any, text: Any, pair: Any) -> None:
    app = open_page("embeddings", text=text, pair=pair, state={"embeddings_view": view})
    assert any("What to notice" in m.value for m in app.markdown)
    assert len(app.get("plotly_chart")) >= 1


def test_only_several_sentences_cost_further_passes(open_page: Callable[..., AppTest]) -> None:
    open_page("home")
    before = pass_queue().passed
    for view in VIEWS[:3] + VIEWS[4:]:
        open_page("embeddings", state={"embeddings_view": view})
    assert pass_queue().passed == before


def test_the_same_word_in_several_sentences(open_page: Callable[..., AppTest]) -> None:
    app = open_page("embeddings", state={"embeddings_view": "Several sentences"})
    assert listed(app, "joined_word").value == "bank"
    assert any(f"{len(SENTENCES)} different vectors" in m.value for m in app.markdown)


def test_several_sentences_have_a_box_of_their_own(open_page: Callable[..., AppTest]) -> None:
    app = open_page("embeddings", state={"embeddings_view": "Several sentences"})
    assert [box.key for box in app.text_area] == ["draft_sentences"]
    assert not app.text_input


def test_lines_without_anything_to_read_are_left_out_and_long_ones_cut(open_page: Callable[..., AppTest]) -> None:
    typed = "The bank.\n\u200b\u200d\nA bank.\n" + "bank " * 100
    app = open_page("embeddings", state={"embeddings_view": "Several sentences", "texts": {"sentences": typed}})
    said = " ".join(caption.value for caption in app.caption)
    assert "line 2 is left out" in said
    assert "first 64 tokens of a sentence. Cut: sentence 3." in said
    assert not app.error


@pytest.mark.parametrize("typed", ["\u200b\n\u200d", "\x00"])
def test_only_invisible_characters_is_a_sentence(open_page: Callable[..., AppTest], typed: Any) -> None:
    app = open_page("embeddings", state={"embeddings_view": "Several sentences", "texts": {"sentences": typed}})
    assert "visible character" in app.error[0].value


def test_why_two_sentences_are_alike(open_page: Callable[..., AppTest]) -> None:
    app = open_page("embeddings", state={"embeddings_view": "Several sentences", "alike_view": "All pairs"})
    assert any("is the sum of" in m.value and "one for each pair of tokens" in m.value for m in app.markdown)
    assert listed(app, "alike_first").value != listed(app, "alike_second").value
    alone = open_page("embeddings", state={"embeddings_view": "Several sentences", "texts": {"sentences": "A bank."}})
    assert not any("is the sum of" in m.value for m in alone.markdown)


def test_sentences_without_a_word_in_common(open_page: Callable[..., AppTest]) -> None:
    app = open_page("embeddings", state={"embeddings_view": "Several sentences", "texts": {"sentences": "Yes.\nNo."}})
    assert not app.selectbox(key="model").disabled
    assert "joined_word" not in [box.key for box in app.selectbox]
    assert any("nothing to connect" in m.value for m in app.markdown)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "text", ["🙂", "مرحبا بالعالم", "<script>alert(1)</script> $x$ **b** [SEP] [CLS]", "[MASK] " * 50, "a" * 10_000]
)
def test_odd_input_draws(open_page: Callable[..., AppTest], view: Any, text: Any) -> None:
    app = open_page("embeddings", text=text, state={"embeddings_view": view})
    assert not app.error
    assert len(app.get("plotly_chart")) >= 1


@pytest.mark.parametrize("view", [view for view in VIEWS if view != "Several sentences"])
@pytest.mark.parametrize("text", ["", "  ", "\u200b\x00"])
def test_nothing_to_read_is_a_sentence(open_page: Callable[..., AppTest], view: Any, text: Any) -> None:
    app = open_page("embeddings", text=text, state={"embeddings_view": view})
    assert "nothing to read" in app.error[0].value


def test_nothing_typed_is_a_sentence(open_page: Callable[..., AppTest]) -> None:
    app = open_page("embeddings", state={"embeddings_view": "Several sentences", "texts": {"sentences": " \n "}})
    assert "visible character" in app.error[0].value
