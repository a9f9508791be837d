"""All pages on one sentence, one after the other as a visitor sees them: a single encoder pass, and those that gradients need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from bertviz_app.workspace import caches
from bertviz_app.workspace.page_list import PAGES
from bertviz_app.workspace.scene import Scene

APP = str(Path(__file__).parents[2] / "home.py")


@pytest.fixture
def passes() -> Iterator[Any]:
    """A list that grows with each pass of the shared model's encoder. The pass that warms the server up is not a visitor's."""
    caches.warm_up().join()
    made: list[None] = []
    with caches.borrowed_model("embedded") as model:
        hook = model.parts.encoder.register_forward_hook(lambda *_: made.append(None))
        yield made
        hook.remove()


@pytest.mark.parametrize("pair", ["", "It is the first sentence that all pages see, and its pair."])
def test_the_default_view_of_every_page_needs_one_pass_in_all(pair: Any, passes: Any) -> None:
    text = f"Nobody has typed this before, with a second sentence or without: {bool(pair)}."
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state["scene"] = Scene(texts={"text": text, "pair": pair})
    seen, made = [], {}
    for key, page in PAGES.items():
        before = len(passes)
        app.switch_page(page.file).run().run()
        assert not app.exception and not app.error, key
        seen.append(app.title[0].value)
        made[key] = len(passes) - before
    assert seen == ["Inside BERT", *(page.title for page in list(PAGES.values())[1:])] and len(seen) >= 9
    assert made.pop("words_in_context") <= 10  # sentences of its own, in batches
    assert {key: n for key, n in made.items() if n} == {"home": 1}  # Attribution asks before it makes its own
