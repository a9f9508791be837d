from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from bertviz_app.drawing import differences as drawn
from bertviz_app.drawing.colors import DARK, LIGHT, theme
from bertviz_app.drawing.differences import Grid

THEMES = (LIGHT, DARK, theme("dark", narrow=True))
NAN = np.nan
VALUES = np.array([[0.2, NAN, -0.4], [NAN, NAN, NAN], [0.1, NAN, 0.0]])
NAMES = ("<b>", "$x$", "no partner")


def grid(values: np.ndarray = VALUES, names: tuple[str, ...] = NAMES, **more: Any) -> Grid:
    return Grid(values, names, names, axes=("looks at", ""), unit="Δ weight", **more)


@pytest.mark.parametrize("its", THEMES, ids=lambda its: its.key)
def test_a_difference_has_a_scale_as_long_to_both_sides_and_what_is_missing_is_hatched_not_zero(its: Any) -> None:
    figure = drawn.difference_map(grid(), its, title="Head 1.1")
    cells, hatching = figure.data
    assert (cells.zmin, cells.zmax) == (-0.4, 0.4) and np.array_equal(cells.z, VALUES.astype(np.float32), equal_nan=True)
    assert not cells.hoverongaps and hatching.marker.pattern.shape == "/"
    # The second row and the second column, each as a whole; nothing else is missing.
    boxes = list(zip(hatching.x, hatching.width, hatching.base, hatching.y, strict=True))
    assert boxes == [(2, 3, 1.5, 1), (2, 1, 0.5, 3)]
    assert hatching.hovertext == ("&#36;x&#36;: no partner",) * 2
    assert drawn.HATCHED in figure.layout.title.text.replace("<br>", " ")
    written = figure.to_json()
    assert "<b>" not in written and min(map(int, re.findall(r'"font":\{[^}]*"size":(\d+)', written))) >= 14
    assert figure.layout.paper_bgcolor == its.paper


def test_a_single_cell_is_hatched_alone_and_a_whole_map_not_at_all() -> None:
    values = np.array([[1.0, NAN], [2.0, 3.0]])
    (_, hatching) = drawn.change_map(grid(values, ("a", "b")), LIGHT, title="").data
    assert [(hatching.x[0], hatching.width[0], hatching.base[0], hatching.y[0])] == [(2, 1, 0.5, 1)]
    whole = drawn.change_map(grid(np.eye(2), ("a", "b")), LIGHT, title="Whole")
    assert len(whole.data) == 1 and whole.layout.title.text == "Whole" and whole.data[0].zmin == 0
    nothing = drawn.difference_map(grid(np.zeros((2, 2)), ("a", "b")), LIGHT, title="")
    assert nothing.data[0].zmax == drawn.SMALLEST  # no noise as loud as a change
    assert drawn.difference_map(grid(np.eye(2), ("a", "b")), LIGHT, title="", limit=3).data[0].zmin == -3


def test_places_count_from_one_and_hover_tells_what_is_compared() -> None:
    figure = drawn.difference_map(grid(said=lambda row, column: f"{row} to {column}"), LIGHT, title="")
    cells = figure.data[0]
    assert list(cells.x) == list(cells.y) == [1, 2, 3] and cells.text[0][2] == "0 to 2" and cells.text[1][1] == ""
    assert list(figure.layout.xaxis.tickvals) == [1, 2, 3] and figure.layout.xaxis.ticktext[0] == "&lt;b&gt;"
    assert list(figure.layout.yaxis.range) == [3.5, 0.5]


@pytest.mark.parametrize("n", [65, 128, 129, 300, 512])
def test_a_long_input_is_thinned_and_its_last_column_is_named(n: Any) -> None:
    chance = np.random.default_rng(n)
    values = chance.normal(size=(n, n + 1))
    values[:, 4] = values[9] = NAN
    names = [f"t{place}" for place in range(n)]
    figure = drawn.difference_map(Grid(values, names, [*names, "no partner"]), LIGHT, title="A")
    cells = figure.data[0]
    assert max(np.shape(cells.z)) <= drawn.MOST_CELLS + 1 and len(figure.to_json()) < 400_000
    assert (
        cells.zmax == pytest.approx(np.nanmax(np.abs(values)), rel=1e-6) == pytest.approx(np.nanmax(np.abs(cells.z)), rel=1e-6)
    )
    assert figure.layout.xaxis.ticktext[-1] == "no partner" and figure.layout.xaxis.tickvals[-1] == n + 1
    assert len(figure.layout.xaxis.tickvals) <= 41 and ("strongest" in figure.layout.title.text) == (n >= 128)


def test_of_a_block_the_strongest_value_is_drawn_whatever_its_sign() -> None:
    values = np.array([[0.1, -0.5, NAN], [0.4, 0.2, NAN], [NAN, NAN, 0.3]])
    assert np.array_equal(drawn.strongest_in_blocks(values, 2), [[-0.5, NAN], [NAN, 0.3]], equal_nan=True)


@pytest.mark.parametrize("its", THEMES, ids=lambda its: its.key)
def test_bars_of_tokens_in_reading_order(its: Any) -> None:
    figure = drawn.token_bars(np.array([1.5, NAN, -0.5]), NAMES, its, title="Attribution", unit="bits")
    bars, gaps = figure.data
    assert list(bars.x) == [1, 3] and list(bars.y) == [1.5, -0.5] and list(bars.text) == ["+1.50", "−0.50"]
    assert list(gaps.x) == [2] and gaps.marker.pattern.shape == "/" and bars.marker.color[0] != bars.marker.color[1]
    low, high = figure.layout.yaxis.range
    assert low == -high and high > 1.5 and figure.layout.yaxis.title.text == "bits (variant − original)"
    assert bars.textfont.size >= 14 and "<b>" not in figure.to_json()
    assert len(drawn.token_bars(np.zeros(3), NAMES, its, title="", unit="bits").data) == 1
