from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bertviz_app.serving.pass_queue import pass_queue

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

LONG = "the cat sat on the mat and the dog ran to the river while [MASK] watched the birds over the town at dusk"


def said(app: Any) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


def test_it_costs_no_further_pass(open_page: Callable[..., AppTest]) -> None:
    open_page("home", text="The cat sat on the [MASK].")
    before = pass_queue().passed
    app = open_page("logit_lens", text="The cat sat on the [MASK].")
    assert pass_queue().passed == before
    assert "the first choice at" in said(app) and "The head was trained on the last layer alone" in said(app)


def test_a_long_text_is_seen_around_the_blank(open_page: Callable[..., AppTest]) -> None:
    app = open_page("logit_lens", text=LONG)
    assert "Showing tokens 8 to 23 of 25" in said(app)
    assert list(app.dataframe[0].value["token"][:16]).count("[MASK]") == 1


def test_hiding_a_word_makes_the_model_guess_it(open_page: Callable[..., AppTest]) -> None:
    app = open_page("logit_lens", text="I love watching the birds.", state={"lens_view": "One token"})
    followed = app.multiselect[0].value
    before = pass_queue().passed
    app.toggle(key="lens_hide").set_value(True).run()
    assert not app.exception and pass_queue().passed == before + 1
    assert "birds" in app.multiselect[0].value and app.multiselect[0].value != followed
    assert "inputs.input_ids[0, [5]]" in app.code[0].value


def test_typed_words_are_followed_and_what_is_no_token_is_said(open_page: Callable[..., AppTest]) -> None:
    app = open_page("logit_lens", text="The capital of France is [MASK].", state={"lens_view": "One token"})
    box = app.multiselect[0]
    box.set_value([*box.value, "london", "starlings"]).run()
    assert not app.exception
    assert "“starlings” cannot be followed" in said(app) and "star ##lings" in said(app)
    assert "rank of london" in app.dataframe[0].value


def test_a_model_without_the_head_says_why(
    open_page: Callable[..., AppTest], tiny_families: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_families["electra-discriminator"]
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
    app = open_page("logit_lens", state={"model": folder.name})
    assert "a second model, the generator, filled the blanks" in said(app)
    assert "At layer 1, 48 neurons write into" in said(app) and "its output vector would say" not in said(app)
    assert "promotes" not in app.dataframe[0].value


def test_the_neurons_of_a_token_and_what_they_promote(open_page: Callable[..., AppTest]) -> None:
    text = "The capital of France is [MASK]."
    open_page("logit_lens", text=text)
    before = pass_queue().passed
    app = open_page("logit_lens", text=text, state={"lens_view": "Neurons", "layer": 5})
    assert pass_queue().passed == before
    assert "At layer 5, 1,536 neurons write into “[MASK]”; neuron 140 moves it the most" in said(app)
    assert "boston" in app.dataframe[0].value["promotes"][0]
    app.slider(key="layer").set_value(6).run()
    assert not app.exception and "At layer 6, 1,536 neurons write into" in said(app) and "much the same direction" in said(app)
