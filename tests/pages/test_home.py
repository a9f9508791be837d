"""The Home page, with any input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def codes(app: Any) -> Any:
    return [element.value for element in app.code]


@pytest.mark.parametrize(
    ("text", "link", "network"),
    [
        ("I love AI!", "Score many sentences at once", "AutoModelForSequenceClassification.from_pretrained"),
        ("I [MASK] AI!", "Hide any word", "AutoModelForMaskedLM.from_pretrained"),
    ],
)
def test_the_story_ends_in_a_prediction_and_its_code(
    open_page: Callable[..., AppTest], text: Any, link: Any, network: Any
) -> None:
    app = open_page("home", text=text)
    assert len(app.get("plotly_chart")) == 3
    assert any(link in element.proto.label for element in app.get("page_link"))
    (code,) = codes(app)
    assert repr(text) in code and network in code
    assert [box.label for box in app.expander] == ["Python"]


def test_without_a_trained_head_the_story_ends_earlier(
    open_page: Callable[..., AppTest], tiny_checkpoint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(tiny_checkpoint("bare", architecture="BertModel")))
    app = open_page("home", text="I love the cat.", state={"model": "bare"})
    assert any("its story ends at the vectors" in element.value for element in app.markdown)
    assert len(app.get("plotly_chart")) == 2 and len(codes(app)) == 1


@pytest.mark.parametrize("text", ["[MASK]", "😀", "."])
def test_a_text_of_a_single_token(open_page: Callable[..., AppTest], text: Any) -> None:
    app = open_page("home", text=text)
    assert not app.error and codes(app)
