from __future__ import annotations

import pytest

from bertviz_app.chapters.models import ladder as lens
from bertviz_app.chapters.models.ladder import Rung
from bertviz_app.drawing import colors

RUNGS = (
    Rung("Large", "24 × 16 × 1024", 335_000_000, "door", 0.8, 0.8, 1),
    Rung("Tiny", "2 × 2 × 128", 4_400_000, "box", 0.2, 0.05, 7),
    Rung("Base", "12 × 12 × 768", 110_000_000, "door", 0.7, 0.7, 1),
    Rung("Other words", "2 × 2 × 128", 9_000_000, "▁portal", 0.4, None, None),
)


def test_from_the_smallest_to_the_largest_a_row_each() -> None:
    rungs = lens.in_order(RUNGS)
    assert [rung.title for rung in rungs] == ["Tiny", "Other words", "Base", "Large"]
    table = lens.columns(rungs, "door")
    assert table["rank of “door”"] == [7, None, 1, 1] and table["parameters (M)"][0] == 4.4


def test_the_sentence_counts_and_names_the_surest() -> None:
    assert lens.notice(lens.in_order(RUNGS), "door") == "2 models of 4 say “door”; Large is the surest of it, with 80 %."
    assert lens.notice(RUNGS[:1], "door") == "1 model of 1 says “door”."  # no superlative over one
    assert lens.notice((), "door") == "No model here has such a head."


@pytest.mark.parametrize("theme", [colors.LIGHT, colors.DARK, colors.theme("light", narrow=True)])
def test_a_model_without_the_word_has_no_point(theme: colors.Theme) -> None:
    figure = lens.ladder_figure(lens.in_order(RUNGS), "<b>door", theme)
    assert list(figure.data[0].x) == [4.4, 110, 335] and list(figure.data[0].y) == [0.05, 0.7, 0.8]
    assert figure.layout.xaxis.type == "log" and "&lt;b&gt;door" in figure.layout.title.text
    assert lens.ladder_figure([], "door", theme).layout.xaxis.type == "log"
