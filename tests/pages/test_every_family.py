"""Every page × every family × a sentence alone and a pair: through the real way of loading, on tiny random checkpoints."""

from __future__ import annotations

import pytest
import tiny
from bertviz_app.workspace.navigation import PAGES

# BertViz leaves the files it reads to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

VIEWS = {
    "tokens": ("tokens_view", ("From text to ids", "WordPiece, step by step", "Padding and truncation")),
    "forward_pass": ("forward_view", ("Shapes", "Embedding sum", "Last hidden state", "Norms")),
    "attention": ("attention_view", ("All heads", "One head", "BertViz head view", "BertViz model view")),
    "embeddings": ("embeddings_view", ("Tokens in 2-D", "3-D", "Over the layers", "Several sentences", "Similarity", "Neighbours")),
    "logit_lens": ("lens_view", ("Every token", "One token")),
}  # fmt: skip
PAIR = "The cat sat on the mat."


def cases():
    for key in PAGES:
        name, views = VIEWS.get(key, ("", ("",)))
        for view in views:
            for pair in (None, PAIR):
                yield pytest.param(key, {name: view} if name else {}, pair, id=f"{key}-{view or 'page'}-{'pair' if pair else 'single'}")


@pytest.fixture
def open_with(open_page, tiny_families, monkeypatch):
    """Opens a page with a family's checkpoint chosen; no error may be on the screen."""

    def run(family: str, key: str, *, text: str = "I love [MASK] starlings.", pair: str | None = None, state=None):
        folder = tiny_families[family]
        monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
        app = open_page(key, text=text, pair=pair, state={"model": folder.name} | (state or {}))
        assert not app.error, [error.value for error in app.error]
        return app

    return run


def said(app) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


@pytest.mark.parametrize("family", tiny.FAMILIES)
@pytest.mark.parametrize(("key", "state", "pair"), cases())
def test_every_page_opens(open_with, family, key, state, pair):
    app = open_with(family, key, pair=pair, state=state)
    assert key in ("home", "glossary", "models") or "What to notice." in said(app)
