"""Finding in a page under test what can be chosen there."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from bertviz_app.records.forward import Encoding
from bertviz_app.workspace import choices


def listed(app: AppTest, choice: str) -> Any:
    """The list of a choice that depends on the input: its key has in it what it offers."""
    (box,) = [box for box in app.selectbox if box.key and box.key.rpartition("_")[0] == choice]
    return box


def clicked(choice: str, encoding: Encoding, position: int, *said: str) -> dict[str, Any]:
    """The state of a session in which a token of a text was clicked."""
    return {"choices": {choice: [choices._digest(encoding.key), str(position), *said]}}
