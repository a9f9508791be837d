"""The Forward pass page, with any input."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from choosing import clicked

from bertviz_app.chapters.forward_pass.view import VIEWS
from bertviz_app.serving.pass_queue import pass_queue

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from bertviz_app.records.forward import ForwardPass

BAD = (
    "a", "😀 😀", "שלום עולם", "a\u200bb\u202e\x00c", "<script>alert(1)</script>", "**b** [a](b) $\\frac{1}{2}$ `c`", "[SEP] [CLS] ok",
    "[MASK] " * 50, "x" * 10_000, "word " * 3_900,
)  # fmt: skip


def test_no_further_pass(open_page: Callable[..., AppTest]) -> None:
    open_page("home")
    before = pass_queue().passed
    for view in VIEWS:
        assert open_page("forward_pass", state={"forward_view": view}).dataframe
    assert pass_queue().passed == before


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("text", BAD, ids=lambda text: ascii(text[:10]))
def test_any_text(open_page: Callable[..., AppTest], view: str, text: str) -> None:
    app = open_page(
        "forward_pass", text=text, state={"forward_view": view, "choices": {"forward_token": ["another text", "700"]}}
    )
    assert not app.error and app.dataframe
    assert any("What to notice" in entry.value for entry in app.markdown)


@pytest.mark.parametrize("text", [" ", "\u200b", "x" * 20_001], ids=["blank", "unseen", "long"])
def test_nothing_to_read_is_said(open_page: Callable[..., AppTest], text: str) -> None:
    assert len(open_page("forward_pass", text=text).error) == 1


def test_numbers_are_the_models(open_page: Callable[..., AppTest], forward: ForwardPass) -> None:
    norms = open_page("forward_pass", text="I love AI!", state={"forward_view": "Norms"}).dataframe[0].value
    assert np.allclose(norms["layer 6"], np.linalg.norm(forward.hidden_states[-1], axis=-1), atol=1e-4)
    pooled = open_page("forward_pass", text="I love AI!", state={"forward_view": "Pooled vector"}).dataframe[0].value
    assert np.allclose(pooled["value"], forward.pooler_output, atol=1e-5)


def test_the_chosen_token(open_page: Callable[..., AppTest], forward: ForwardPass) -> None:
    app = open_page(
        "forward_pass",
        text="I love AI!",
        state={"forward_view": "Embedding sum"} | clicked("forward_token", forward.encoding, 2),
    )
    assert np.allclose(app.dataframe[0].value["after LayerNorm"], forward.hidden_states[0][2], atol=1e-5)
    assert any("“love”" in entry.value for entry in app.markdown)
