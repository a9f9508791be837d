"""The Tokens page, with any input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from choosing import listed
from conftest import ROOT
from streamlit.testing.v1 import AppTest

from bertviz_app.chapters.tokens.view import VIEWS
from bertviz_app.serving.pass_queue import pass_queue
from bertviz_app.workspace import choices
from bertviz_app.workspace.scene import Scene

BAD = (
    "😀 😀", "שלום עולם", "a\u200bb\u202e\x00c", "<script>alert(1)</script>", "**b** [a](b) $\\frac{1}{2}$ `c`", "[SEP] [CLS] ok", "[MASK]",
    "[MASK] " * 50, "x" * 10_000, "word " * 3_900, "=1+1",
)  # fmt: skip


def test_default(open_page: Callable[..., AppTest]) -> None:
    open_page("home")
    before = pass_queue().passed
    app = open_page("tokens")
    assert pass_queue().passed == before
    assert app.dataframe[0].value["token"].tolist()[1:4] == ["my", "brother", "loves"]
    assert any("8 words and marks became 9 tokens" in entry.value for entry in app.markdown)


def test_the_example(open_page: Callable[..., AppTest]) -> None:
    table = open_page("tokens", text="I love AI!").dataframe[0].value
    assert table["id"].tolist() == [101, 1045, 2293, 9932, 999, 102]


@pytest.mark.parametrize("view", VIEWS[:3])
@pytest.mark.parametrize("text", BAD, ids=lambda text: ascii(text[:10]))
def test_any_text(open_page: Callable[..., AppTest], view: str, text: str) -> None:
    app = open_page("tokens", text=text, state={"tokens_view": view})
    assert not app.error or (text.startswith("[MASK]") and view == VIEWS[1])
    assert app.error or app.dataframe


@pytest.mark.parametrize("text", [" ", "\u200b", "x" * 20_001], ids=["blank", "unseen", "long"])
def test_nothing_to_read_is_said(open_page: Callable[..., AppTest], text: str) -> None:
    app = open_page("tokens", text=text)
    assert len(app.error) == 1


def test_pair(open_page: Callable[..., AppTest]) -> None:
    table = open_page("tokens", text="One.", pair="Two café.").dataframe[0].value
    assert table["segment"].tolist() == [0] * 4 + [1] * 4
    assert table["text"].tolist()[5] == "café"


def test_choosing_a_word_and_then_another_text(open_page: Callable[..., AppTest]) -> None:
    app = open_page("tokens", state={"tokens_view": VIEWS[1]})
    assert listed(app, "wordpiece_word").value == "skateboarding"
    listed(app, "wordpiece_word").select("brother").run()
    assert any("brother" in entry.value.replace("\\", "") for entry in app.markdown)
    app.session_state["scene"] = Scene(texts={"text": "unaffable"})
    app.run()
    assert not app.exception and listed(app, "wordpiece_word").value == "unaffable"


def test_padding(open_page: Callable[..., AppTest]) -> None:
    app = open_page("tokens", state={"tokens_view": VIEWS[2]})
    assert (app.dataframe[0].value["token"] == "[PAD]").sum() == 7
    app.slider(key="batch_length").set_value(32).run()
    assert len(app.dataframe[0].value) == 64 and not app.exception


@pytest.mark.parametrize("lines", ["\n".join(BAD[:-2]), " \n ", "\u200b", "one"], ids=["bad", "blank", "unseen", "one"])
def test_any_batch(open_page: Callable[..., AppTest], lines: str) -> None:
    app = open_page("tokens", state={"tokens_view": VIEWS[2]})
    app.text_area(key="draft_batch").input(lines)
    next(button for button in app.button if button.label == "Show" and button.form_id == "form_batch").click().run()
    assert not app.exception
    assert bool(app.error) == (lines in (" \n ", "\u200b"))
    assert app.text_area(key="draft_batch").value == lines


@pytest.mark.parametrize(
    ("family", "title", "says"),
    [
        ("roberta", "rank", "list of merges"), ("deberta", "rank", "list of merges"), ("albert", "best total", "likelier"),
        ("xlm-r", "best total", "likelier"), ("camembert", "best total", "likelier"), ("deberta-v2", "best total", "likelier"),
    ],
)  # fmt: skip
def test_the_steps_of_the_model_s_own_tokenizer(
    open_page: Callable[..., AppTest],
    tiny_families: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    family: str,
    title: str,
    says: str,
) -> None:
    folder = tiny_families[family]
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
    app = open_page("tokens", text="zoology at dusk", state={"tokens_view": VIEWS[1], "model": folder.name})
    assert not app.error and listed(app, "wordpiece_word").value.strip("␣") == "zoology"
    steps, pieces = (frame.value for frame in app.dataframe)
    assert len(steps[title]) >= 1 and "".join(pieces["token"]).strip("␣") == "zoology"
    assert any(says in entry.value for entry in app.markdown)
    listed(app, "wordpiece_word").select(next(name for name in listed(app, "wordpiece_word").options if "dusk" in name)).run()
    assert not app.exception and "".join(app.dataframe[1].value["token"]).strip("␣") == "dusk"


def test_a_link_to_a_view_by_its_former_name_opens_it() -> None:
    """Every former name leads to a view that its page offers today."""
    pages = {"attention_view": "attention", "tokens_view": "tokens"}
    assert {choice.value for choice in choices._FORMER_OPTIONS} == set(pages)
    for choice, names in choices._FORMER_OPTIONS.items():
        for former, now in names.items():
            app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=180)
            app.query_params[choice.value] = former
            app.switch_page(f"pages/{pages[choice]}.py").run()
            control = app.segmented_control(key=choice.value)
            assert not app.exception and not app.warning and control.value == now and now in control.options
