"""Wherever several texts are taken, how many is said before any is typed, and what of them is not read, afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

BOXES = {
    "batch": ("tokens", {"tokens_view": "Padding and truncation"}),
    "sentences": ("embeddings", {"embeddings_view": "Several sentences"}),
    "story": ("next_sentence", {"next_sentence_view": "Ordering game"}),
    "similar": ("tasks", {"task": "Similarity"}),
    "contexts": ("words_in_context", {}),
    "reviews": ("sentiment", {"sentiment_view": "Many sentences"}),
}


def opened(open_page: Callable[..., AppTest], name: Any, text: Any = None) -> Any:
    page, state = BOXES[name]
    return open_page(page, state=state | ({"texts": {name: text}} if text is not None else {}))


def box(app: Any, name: Any) -> Any:
    return next(area for area in app.text_area if area.key == f"draft_{name}")


@pytest.mark.parametrize("name", BOXES)
def test_how_many_is_said_before(open_page: Callable[..., AppTest], name: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIDE_BERT_MAX_SENTENCES", "7")
    assert "(up to 7)" in box(opened(open_page, name), name).label


@pytest.mark.parametrize("name", BOXES)
def test_what_is_not_read_is_said(open_page: Callable[..., AppTest], name: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIDE_BERT_MAX_SENTENCES", "5")
    typed = "The bank.\n\n\u200b\nA bank.\n[PAD]\n" + "The bank again.\n" * 5
    app = opened(open_page, name, typed)
    said = " ".join(caption.value.replace("\\", "") for caption in app.caption)
    assert "Only the first 5 of 9 lines are read" in said and not app.error
    if name != "contexts":  # Words in context says it in its own words
        assert "lines 3, 5 are left out" in said
    assert box(app, name).value == typed  # nothing is taken out of the box


@pytest.mark.parametrize("name", BOXES)
def test_where_nothing_can_be_read_there_is_one_sentence(open_page: Callable[..., AppTest], name: Any) -> None:
    app = opened(open_page, name, "\u200b\n \n[SEP]")
    assert len(app.error) == 1 and "nothing to read" in app.error[0].value
