"""A picture that is taken away says what it was made of: the caption of every picture names the text, on every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from bertviz_app.drawing.components import picture

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

TEXTS = {
    "answers": ("tasks", {"task": "Question answering"}, {"question": "Who sang?", "passage": "Ann Miller sang in Rome."}),
    "summary": ("tasks", {"task": "Summary"}, {"article": "It rained all day. Nobody went out. The river rose."}),
    "similarity": ("tasks", {"task": "Similarity"}, {"similar": "It rained all day.\nThe river rose."}),
    "patching": (
        "interventions",
        {"interventions_view": "Patching"},
        {"donor": "The keys [MASK] old.", "recipient": "The key [MASK] old."},
    ),
    "contexts": ("words_in_context", {}, {"context_word": "bank", "contexts": "A muddy bank.\nThe bank lends money."}),
    "sentences": ("embeddings", {"embeddings_view": "Several sentences"}, {"sentences": "A muddy bank.\nThe bank lends."}),
    "batch": ("tokens", {"tokens_view": "Padding and truncation"}, {"batch": "It rained.\nThe river rose."}),
    "many": ("sentiment", {"sentiment_view": "Many sentences"}, {"reviews": "A fine film.\nA dull film."}),
}


@pytest.fixture
def captions(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the captions of the pictures of a run say."""
    said: list[str] = []
    ours = picture.picture_data

    def noted(chart: Any, name: Any, caption: Any, theme: Any) -> Any:
        said.append(" ".join(caption))
        return ours(chart, name, caption, theme)

    monkeypatch.setattr(picture, "picture_data", noted)
    return said


@pytest.mark.parametrize("case", TEXTS)
def test_the_caption_names_the_text(
    open_page: Callable[..., AppTest], captions: Any, monkeypatch: pytest.MonkeyPatch, case: Any
) -> None:
    from bertviz_app.workspace import jobs

    monkeypatch.setattr(jobs, "AT_ONCE", 60.0)
    monkeypatch.setattr(jobs, "OPENING", 60.0)
    key, state, texts = TEXTS[case]
    open_page(key, state={**state, "texts": texts})
    first = next(text for name, text in texts.items() if name not in ("context_word",)).splitlines()[0]
    assert captions and all(f"“{first}”" in caption for caption in captions), captions
    assert all("Embedded BERT" in caption for caption in captions)
