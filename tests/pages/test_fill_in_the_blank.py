from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.serving.pass_queue import pass_queue
from bertviz_app.workspace.scene import HiddenWords

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def test_without_a_blank_it_says_so_and_costs_no_further_pass(open_page: Callable[..., AppTest]) -> None:
    open_page("home")
    before = pass_queue().passed
    app = open_page("fill_in_the_blank")
    assert pass_queue().passed == before
    assert "Click a word above" in app.markdown[-2].value + app.markdown[-1].value + "".join(m.value for m in app.markdown)


def test_a_blank_is_filled(open_page: Callable[..., AppTest]) -> None:
    app = open_page("fill_in_the_blank", text="The cat sat on the [MASK].")
    assert any("BERT puts" in m.value for m in app.markdown)
    assert len(app.dataframe[0].value) == 5


def test_two_blanks_one_by_one(open_page: Callable[..., AppTest]) -> None:
    app = open_page("fill_in_the_blank", text="The [MASK] sat on the [MASK].")
    app.button(key="fill_one_by_one").click().run()
    assert not app.exception
    steps = next(frame.value for frame in app.dataframe if "step" in frame.value)
    assert list(steps["step"]) == [1, 2] and list(steps["token number"]) == [3, 7]
    assert f"«{steps['word'][1]}»" in steps["in its place"][1] and steps["word"][0] in steps["in its place"][1]


def test_the_surest_blank_goes_first_and_only_further_guesses_cost_a_pass(open_page: Callable[..., AppTest]) -> None:
    app = open_page("fill_in_the_blank", text="[MASK] is the capital of [MASK] [MASK].")
    app.segmented_control(key="blank_order").set_value("Most confident first").run()
    before = pass_queue().passed
    app.button(key="fill_one_by_one").click().run()
    assert not app.exception and pass_queue().passed == before + 2
    table, steps = (next(f.value for f in app.dataframe if column in f.value) for column in ("rank", "step"))
    surest = table.loc[table["probability"].idxmax()]
    assert (steps["token number"][0], steps["word"][0]) == (surest["token number"], surest["word"])
    assert steps["probability"][0] == surest["probability"]


def test_a_blank_that_is_best_filled_with_another_blank_ends(
    open_page: Callable[..., AppTest], tiny_checkpoint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    import transformers

    folder = tiny_checkpoint("masks", architecture="BertForMaskedLM")
    network = transformers.BertForMaskedLM.from_pretrained(folder)
    with torch.no_grad():
        network.cls.predictions.bias[4] = 100.0  # [MASK]
    network.save_pretrained(folder)
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
    app = open_page("fill_in_the_blank", text="i [MASK] the [MASK]", state={"model": "masks", "top_k": 20})
    app.button(key="fill_one_by_one").click().run()
    assert not app.exception
    steps = next(frame.value for frame in app.dataframe if "step" in frame.value)
    assert list(steps["word"]) == ["[MASK]", "[MASK]"]


def test_fifty_blanks_are_filled(open_page: Callable[..., AppTest]) -> None:
    app = open_page("fill_in_the_blank", text="it is [MASK] . " * 50)
    assert not app.error
    assert any("its surest of 50 blanks" in m.value.replace("\\", "") for m in app.markdown)


HIDDEN = {"hidden": HiddenWords(("I love AI!", None), ((0, 2, 6),))}


def test_a_clicked_word_is_hidden(open_page: Callable[..., AppTest]) -> None:
    app = open_page("fill_in_the_blank", text="I love AI!", state=HIDDEN)
    said = [m.value.replace("\\", "") for m in app.markdown]
    assert any("BERT puts" in m and "What was hidden, “love”" in m for m in said)
    assert "'I [MASK] AI!'" in "".join(code.value for code in app.code)


@pytest.mark.parametrize("key", ["tokens", "attention", "logit_lens", "forward_pass", "home", "tasks"])
def test_hidden_words_are_hidden_on_every_page_until_they_are_shown_again(open_page: Callable[..., AppTest], key: Any) -> None:
    app = open_page(key, text="I love AI!", state=HIDDEN)
    assert "'I [MASK] AI!'" in "".join(code.value for code in app.code) or key == "tasks"
    assert any("Hidden on every page: “love”" in caption.value.replace("\\", "") for caption in app.caption)
    app.button(key="show_hidden").click().run()
    assert not app.exception and "[MASK]" not in "".join(code.value for code in app.code)
    assert "I love AI!" in "".join(code.value for code in app.code) or key == "tasks"
    assert not any("Hidden on every page" in caption.value for caption in app.caption)


def test_what_was_hidden_in_one_text_is_not_hidden_in_another(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attention", text="We love AI!", state=HIDDEN)
    assert "[MASK]" not in "".join(code.value for code in app.code)


def test_each_word_hidden_in_turn(open_page: Callable[..., AppTest]) -> None:
    app = open_page("fill_in_the_blank", text="I love AI!")
    app.button(key="own_probabilities").click().run()
    assert not app.exception
    frame = app.dataframe[-1].value
    assert list(frame["token"]) == ["i", "love", "ai", "!"]
    perplexity = np.exp(-frame["log probability"].mean())
    assert any(f"Pseudo\\-perplexity {perplexity:.1f}".replace(".", "\\.") in m.value for m in app.markdown)


def test_too_many_blanks_are_refused_with_the_limit(open_page: Callable[..., AppTest]) -> None:
    app = open_page("fill_in_the_blank", text="[MASK] " * 51)
    assert "50" in app.error[0].value
