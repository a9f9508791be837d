"""Two texts side by side, token by token, with lines between those that belong together."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme

ROW = 26  # pixels of a token
WIDEST = 9.0  # pixels of the strongest line
NARROWEST = 0.8
LEFT, RIGHT = 0.3, 0.7  # where the lines begin and end, as shares of the width


def links_figure(
    names: tuple[Sequence[str], Sequence[str]], links: Sequence[tuple[int, int, float]], theme: Theme, *, title: str, unit: str
) -> go.Figure:
    """The tokens of both texts from top to bottom, and links (place in the first, in the second, value): the wider, the further from 0.

    Rust pulls the texts together, blue apart. Hover tells the values.
    """
    largest = max((abs(value) for *_, value in links), default=1.0)
    less, more = str(theme.signed[0][1]), str(theme.signed[-1][1])
    lines = [
        {
            "type": "scatter", "mode": "lines", "x": [LEFT, RIGHT], "y": [first, second], "showlegend": False, "hoverinfo": "skip",
            "line": {"color": more if value > 0 else less, "width": max(NARROWEST, WIDEST * abs(value) / largest)}, "opacity": 0.75,
        }
        for first, second, value in reversed(links)
    ]  # fmt: skip
    # A line can be pointed at where it ends alone: its middle carries what is said of it.
    middles = {
        "type": "scatter", "mode": "markers", "x": [(LEFT + RIGHT) / 2] * len(links), "y": [(a + b) / 2 for a, b, _ in links],
        "marker": {"size": 14, "opacity": 0}, "showlegend": False, "hoverinfo": "text",
        "hovertext": [
            f"{plots.label(names[0][a])} – {plots.label(names[1][b])}: {value:+.3f} {unit}".replace("-", "−") for a, b, value in links
        ],
    }  # fmt: skip
    n = max(len(names[0]), len(names[1]))
    hidden = {"visible": False, "fixedrange": True}
    layout = {
        "xaxis": hidden | {"range": [0, 1]}, "yaxis": hidden | {"range": [n - 0.4, -0.6]},
        "annotations": [*_tokens(names[0], LEFT, "right"), *_tokens(names[1], RIGHT, "left")],
    }  # fmt: skip
    return plots.figure(theme, height=80 + ROW * n, title=title, data=[*lines, middles], layout=layout)


def _tokens(names: Sequence[str], x: float, anchor: str) -> list[dict[str, object]]:
    shift = -6 if anchor == "right" else 6
    return [
        {
            "x": x, "y": place, "text": plots.label(name), "xanchor": anchor, "yanchor": "middle", "showarrow": False, "xshift": shift,
            "font": {"family": plots.MONOSPACE, "size": plots.TEXT_SIZE},
        }
        for place, name in enumerate(names)
    ]  # fmt: skip
