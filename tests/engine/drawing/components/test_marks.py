from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.drawing import colors
from bertviz_app.drawing.components.heat_strip import heat_data
from bertviz_app.drawing.components.marked_text import Mark, marked_data

if TYPE_CHECKING:
    from bertviz_app.records.forward import ForwardPass


def test_a_text_is_cut_into_marked_and_plain_pieces_and_nothing_is_lost() -> None:
    text = "😀 Ann of <b>Bonn</b>"
    marks = [Mark(12, 16, "#00FF00", "LOC"), Mark(2, 5, "#FF0000", "PER", "0.9")]
    (pieces,) = marked_data([(text, marks)], colors.LIGHT, label="names")["texts"]
    assert "".join(piece["text"] for piece in pieces) == text
    assert [(piece["text"], piece["tag"]) for piece in pieces if "tag" in piece] == [("Ann", "PER"), ("Bonn", "LOC")]


def test_of_two_marks_that_overlap_the_first_is_drawn() -> None:
    (pieces,) = marked_data([("abcd", [Mark(0, 3, "#000000"), Mark(2, 4, "#111111")])], colors.DARK, label="")["texts"]
    assert [piece["text"] for piece in pieces] == ["abc", "d"]


@pytest.mark.parametrize("theme", [colors.LIGHT, colors.DARK])
def test_shades_go_from_nothing_to_the_largest_and_say_their_share(forward: ForwardPass, theme: Any) -> None:
    values = np.array([0.5, 0.2, 0.2, 0.1, 0.0, 0.004], dtype=np.float32)
    tokens = heat_data(forward.encoding, values, theme, deciding=[2])["tokens"]
    assert tokens[0]["style"]["--fill"] == theme.weights[-1][1] and tokens[4]["style"]["--fill"] == theme.weights[0][1]
    assert [token["below"] for token in tokens] == ["50 %", "20 %", "20 %", "10 %", "·", "·"]
    assert ["chosen" in token["classes"] for token in tokens] == [False, False, True, False, False, False]
    assert tokens[0]["title"] == "[CLS]: 0.5000"
