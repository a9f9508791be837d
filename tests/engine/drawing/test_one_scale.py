from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from bertviz_app.drawing import colors, plots
from bertviz_app.drawing.one_scale import on_one_scale


def heatmap(top: float) -> go.Figure:
    trace = plots.heatmap(np.array([[0.0, top]]), colors.LIGHT, limit=top, colorbar=plots.percent_axis(top))
    return plots.figure(colors.LIGHT, height=200, data=[trace])


def bars(top: float) -> go.Figure:
    layout = {"xaxis": {"range": [0, top]} | plots.percent_axis(top), "yaxis": {"range": [2.5, -0.5]}}
    return plots.figure(colors.LIGHT, height=200, data=[{"type": "bar", "x": [top], "y": [0]}], layout=layout)


def test_a_colour_says_the_same_in_both() -> None:
    first, second = heatmap(0.2), heatmap(0.9)
    scaled = on_one_scale(first, second)
    assert [figure.data[0].zmax for figure in scaled] == [0.9, 0.9]
    assert scaled[0].data[0].colorbar.ticktext == scaled[1].data[0].colorbar.ticktext == second.data[0].colorbar.ticktext
    assert first.data[0].zmax == 0.2  # what others may be looking at stays as it is
    assert [list(figure.data[0].z[0]) for figure in scaled] == [[0, 0.2], [0, 0.9]]


def test_a_length_says_the_same_in_both_in_either_order() -> None:
    for figures in ((bars(0.3), bars(0.8)), (bars(0.8), bars(0.3))):
        scaled = on_one_scale(*figures)
        assert [list(figure.layout.xaxis.range) for figure in scaled] == [[0, 0.8]] * 2
        assert scaled[0].layout.xaxis.ticktext == scaled[1].layout.xaxis.ticktext
        assert [list(figure.layout.yaxis.range) for figure in scaled] == [[2.5, -0.5]] * 2


def test_figures_of_other_kinds_are_left_as_they_are() -> None:
    scaled = on_one_scale(heatmap(0.5), bars(0.5))
    assert scaled[0].data[0].zmax == 0.5 and list(scaled[1].layout.xaxis.range) == [0, 0.5]


def test_an_axis_with_zero_in_its_middle_reaches_as_far_in_both() -> None:
    sides = [plots.figure(colors.LIGHT, height=200, layout={"xaxis": {"range": [-end, end]}}) for end in (0.4, 1.2)]
    assert [list(figure.layout.xaxis.range) for figure in on_one_scale(sides[0], sides[1])] == [[-1.2, 1.2]] * 2
