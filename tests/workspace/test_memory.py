from __future__ import annotations

import json

import pytest

from bertviz_app.workspace.memory import _screen, _texts


def test_what_the_browser_kept_comes_back():
    saved = json.dumps({"texts": json.dumps({"text": "Ünï </script> $x$", "pair": ""}), "at": 1})
    assert _texts(saved) == {"text": "Ünï </script> $x$", "pair": ""}


@pytest.mark.parametrize(
    "saved", ["", "null", "[]", "{}", '{"texts": 3}', '{"texts": "nonsense"}', '{"texts": "[1]"}', '{"texts": "null"}']
)
def test_a_spoiled_memory_is_an_empty_one(saved):
    assert _texts(saved) == {}
    assert _screen(saved) == ""


def test_the_browser_tells_what_screen_it_has():
    assert _screen(json.dumps({"texts": "{}", "screen": "dark narrow", "at": 1})) == "dark narrow"
