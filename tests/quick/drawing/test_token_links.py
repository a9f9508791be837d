from __future__ import annotations

import re
from typing import Any

import pytest

from bertviz_app.drawing.colors import DARK, LIGHT, theme
from bertviz_app.drawing.token_links import WIDEST, links_figure

THEMES = (LIGHT, DARK, theme("dark", narrow=True))


@pytest.mark.parametrize("its", THEMES, ids=lambda its: its.key)
def test_links_are_as_wide_as_they_are_strong_and_coloured_by_their_sign(its: Any) -> None:
    names = (["<b>", "river"], ["$x$", "bank", "##s"])
    figure = links_figure(names, [(0, 1, -0.4), (1, 2, 0.2)], its, title="Links", unit="of the cosine")
    weak, strong, middles = figure.data
    assert strong.line.width == WIDEST and weak.line.width == pytest.approx(WIDEST / 2) and strong.line.color != weak.line.color
    assert list(strong.y) == [0, 1] and list(weak.y) == [1, 2]
    assert middles.hovertext[0] == "&lt;b&gt; – bank: −0.400 of the cosine"
    assert [note.text for note in figure.layout.annotations] == ["&lt;b&gt;", "river", "&#36;x&#36;", "bank", "##s"]
    assert min(map(int, re.findall(r'"size":(1\d)', figure.to_json()))) >= 14 and "<b>" not in figure.to_json()


def test_two_texts_without_a_link_are_drawn_all_the_same() -> None:
    assert len(links_figure((["a"], ["b"]), [], LIGHT, title="", unit="").data) == 1
