"""Layouts of figures as plain values, put together before Plotly sees them: it checks a layout in a millisecond, and takes some for each update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def merged(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """One layout over another, down to its leaves.

    >>> merged({"margin": {"l": 1, "r": 2}}, {"margin": {"r": 3}, "height": 4})
    {'margin': {'l': 1, 'r': 3}, 'height': 4}
    """
    within = {
        name: merged(base[name], value)
        for name, value in more.items()
        if isinstance(value, Mapping) and isinstance(base.get(name), Mapping)
    }
    return {**base, **more, **within}


def axis_name(letter: str, row: int) -> str:
    """What Plotly calls an axis of a row of plots, from 0: x, x2, x3, …

    >>> axis_name("x", 0), axis_name("yaxis", 2)
    ('x', 'yaxis3')
    """
    return f"{letter}{row + 1 if row else ''}"


def rows_of_plots(heights: Sequence[float], spacing: float) -> dict[str, dict[str, Any]]:
    """The axes of plots below each other that share the x axis of the last, as `plotly.subplots.make_subplots` makes them.

    `heights` are in proportion; `spacing`, between two rows, is a share of the whole height.
    """
    n, free = len(heights), 1 - spacing * (len(heights) - 1)
    shares = [free * height / sum(heights) for height in heights]
    layout: dict[str, dict[str, Any]] = {}
    for row in range(n):
        bottom = sum(shares[row + 1 :]) + spacing * (n - 1 - row)
        shared = {} if row == n - 1 else {"matches": axis_name("x", n - 1), "showticklabels": False}
        layout[axis_name("xaxis", row)] = {"anchor": axis_name("y", row), "domain": [0.0, 1.0], **shared}
        layout[axis_name("yaxis", row)] = {"anchor": axis_name("x", row), "domain": [bottom, bottom + shares[row]]}
    return layout


def titles_of_rows(titles: Sequence[str], axes: Mapping[str, Mapping[str, Any]], **look: Any) -> list[dict[str, Any]]:
    """A title above each row of plots: annotations, which `look` completes."""
    return [
        {
            "text": title, "x": 0.5, "xanchor": "center", "xref": "paper", "y": axes[axis_name("yaxis", row)]["domain"][1],
            "yanchor": "bottom", "yref": "paper", "showarrow": False, **look,
        }
        for row, title in enumerate(titles)
    ]  # fmt: skip
