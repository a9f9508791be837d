"""Opening pages as visitors do: one of them, or every view of one with several families, texts and themes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import golden
import pytest
from streamlit.testing.v1 import AppTest

from bertviz_app.drawing import colors
from bertviz_app.workspace import jobs, memory
from bertviz_app.workspace.scene import Scene

ROOT = Path(__file__).parents[1]
SCENE = {field.name for field in fields(Scene)}
# A BERT with a head for every task, one with byte-level BPE and no segments, and one that looks for replaced tokens; random, and kept as they are.
CHECKPOINTS = {name: Path("tests/goldens/checkpoints") / f"golden-{name}" for name in ("bert", "roberta", "electra")}
OF_THE_SERVER = "Memory"  # a view of what other visitors left, too
TEXTS = {"single": ("the [MASK] sat on the mat.", None), "pair": ("I love AI!", "who is ann of bonn?")}
THEMES = {"light": colors.LIGHT, "dark": colors.DARK}
IN_THE_DARK = "bert"  # colours do not depend on the family


def visit(name: str, *, text: str | None = None, pair: str | None = None, state: dict[str, Any] | None = None) -> AppTest:
    """A page as a visitor with these texts finds it; no exception may reach the screen."""
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=180)
    if name != "home":
        app.switch_page(f"pages/{name}.py")
    _arrange(app, text=text, pair=pair, state=state)
    app.run()
    return stay(app)


def stay(app: AppTest, *, text: str | None = None, pair: str | None = None, state: dict[str, Any] | None = None) -> AppTest:
    """The page that is open, for the same visitor with these texts and choices; no exception may reach the screen."""
    _arrange(app, text=text, pair=pair, state=state)
    app.run()
    assert not app.exception, [exception.message for exception in app.exception]
    return app


def _arrange(app: AppTest, *, text: str | None, pair: str | None, state: dict[str, Any] | None) -> None:
    # What is looked at on arriving at a page is what was looked at on the page before.
    looked_at = {key: value for key, value in (state or {}).items() if key in SCENE}
    if texts := {key: value for key, value in (("text", text), ("pair", pair)) if value is not None}:
        looked_at["texts"] = texts | looked_at.get("texts", {})
    app.session_state["scene"] = replace(app.session_state["scene"] if "scene" in app.session_state else Scene(), **looked_at)
    for key, value in (state or {}).items():
        if key not in SCENE:
            app.session_state[key] = value


def all_of_a_page(page: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """What stands on a page, by family, view, texts and theme. Jobs run, however long they seem to take."""
    monkeypatch.setattr(jobs, "AT_ONCE", math.inf)
    monkeypatch.setattr(jobs, "OPENING", math.inf)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", "nothing-is-downloaded")
    monkeypatch.chdir(ROOT)
    return {name: golden.of_page(app) for name, app in _visits(page, monkeypatch)}


def _visits(page: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, AppTest]]:
    for family, checkpoint in CHECKPOINTS.items():
        monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(checkpoint))
        for kind, (text, pair) in TEXTS.items():
            for theme in THEMES if family == IN_THE_DARK else ("light",):
                monkeypatch.setattr(memory, "theme", lambda colours=THEMES[theme]: colours)
                app = visit(page, text=text, pair=pair, state={"model": checkpoint.name})
                for choice in views(app):
                    stay(app, state=choice)
                    yield "/".join((family, *choice.values(), kind, theme)), app


def views(app: AppTest) -> list[dict[str, str]]:
    """How each view of a page is chosen, as the page offers them."""
    for box in app.segmented_control:
        if box.key and (box.key.endswith("_view") or box.key == "task"):
            return [{box.key: option} for option in box.options if option != OF_THE_SERVER]
    return [{}]
