"""All pages on one sentence, one after the other as a visitor sees them: a single encoder pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bertviz_app.models import turnstile
from bertviz_app.workspace import caches
from bertviz_app.workspace.navigation import PAGES

APP = str(Path(__file__).parents[2] / "app.py")


@pytest.fixture(autouse=True)
def _warm():
    """The pass that warms the server up is not a visitor's."""
    caches.warm_up().join()


@pytest.mark.parametrize("pair", ["", "It is the first sentence that all pages see, and its pair."])
def test_the_default_view_of_every_page_needs_one_pass_in_all(pair):
    text = f"Nobody has typed this before, with a second sentence or without: {bool(pair)}."
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state["texts"] = {"text": text, "pair": pair}
    before, seen = turnstile().passed, []
    for page in PAGES.values():
        app.switch_page(page.file).run().run()
        assert not app.exception and not app.error, page.key
        seen.append(app.title[0].value)
    assert seen == ["Inside BERT", *(page.title for page in list(PAGES.values())[1:])] and len(seen) >= 9
    assert turnstile().passed == before + 1
