"""The figures' shared vocabulary: themes, colour scales, token axes, and the 1-based numbers people see.

Every figure is built for one theme, light or dark. Figures are returned, never shown.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from bertviz_app.colors import Colorscale, contrast, even_scale

FONT = "Source Sans, Source Sans Pro, system-ui, sans-serif"
MONOSPACE = "Source Code Pro, ui-monospace, Menlo, Consolas, monospace"
TEXT_SIZE = 15  # pixels; nothing in a figure is smaller than 14
MAX_TICKS = 40  # beyond this many tokens, labels are thinned out and hover tells the rest

OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")


@dataclass(frozen=True)
class Theme:
    """One palette. `kinds` colours tokens by what they are, `segments` by the sentence they belong to."""

    name: str
    paper: str
    ink: str
    muted: str
    grid: str
    accent: str
    weights: Colorscale  # 0 → 1: zero is paper
    signed: Colorscale  # negative – paper – positive
    segments: tuple[str, str]
    kinds: dict[str, str]

    @property
    def categories(self) -> tuple[str, ...]:
        """Okabe–Ito, told apart by everybody; its black is the ink of the theme."""
        return (*OKABE_ITO, self.ink)

    def token_color(self, kind: str, segment: int) -> str:
        """The colour of a token everywhere: its own if it is special, else its sentence's."""
        return self.kinds.get(kind, self.segments[min(segment, 1)])


def theme(name: str | None) -> Theme:
    """The palette for a theme's name; light unless it is "dark"."""
    return DARK if name == "dark" else LIGHT


def shown(index: int) -> int:
    """The number on the screen of a layer or head: counted from 1, where code counts from 0."""
    return index + 1


def label(token: str) -> str:
    """A token as text for Plotly, which would read `<b>` as markup and `$` as the start of a formula."""
    return html.escape(token, quote=False).replace("$", "&#36;").replace("\n", "⏎")


def percent(probability: float) -> str:
    """A probability as people read it: "83 %", "4.2 %", "< 0.1 %".

    >>> percent(0.834), percent(0.0421), percent(0.00002), percent(0.9999)
    ('83 %', '4.2 %', '< 0.1 %', '> 99.9 %')
    """
    share = 100 * float(probability)
    if 0 < share < 0.1:
        return "< 0.1 %"
    if 99.9 < share < 100:
        return "> 99.9 %"
    return f"{share:.0f} %" if 10 <= share <= 99 or share in (0, 100) else f"{share:.1f} %"


def tint(color: str, share: float) -> str:
    """A colour let through to `share`, for fills behind text.

    >>> tint("#FF0000", 0.25)
    'rgba(255, 0, 0, 0.25)'
    """
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {share:g})"


def shade(theme: Theme, share: float) -> tuple[str, str]:
    """The colour of a weight from 0 to 1, and the colour of text on it. In the middle of the scale, ink and paper would be too faint.

    >>> shade(LIGHT, 0.0), shade(LIGHT, 1.0)
    (('#FCFBF8', '#000000'), ('#2B2E83', '#FFFFFF'))
    """
    fill = str(theme.weights[round(min(max(share, 0), 1) * (len(theme.weights) - 1))][1])
    return fill, max(("#000000", "#FFFFFF"), key=lambda color: contrast(color, fill))


def figure(theme: Theme, *, height: int, title: str = "", left: int | None = None) -> go.Figure:
    """An empty figure in the house's type and colours. `title` says what is shown."""
    axis = {
        "gridcolor": theme.grid, "linecolor": theme.grid, "zerolinecolor": theme.grid, "zerolinewidth": 2, "automargin": True,
        "tickfont": {"size": TEXT_SIZE}, "title": {"font": {"size": TEXT_SIZE}, "standoff": 15}, "ticks": "",
    }  # fmt: skip
    layout = {
        "height": height,
        "title": {"text": title, "x": 0, "xanchor": "left", "font": {"size": 17}},
        "margin": {"l": 16 if left is None else left, "r": 16, "t": 48 if title else 16, "b": 16},
        "font": {"family": FONT, "size": TEXT_SIZE, "color": theme.ink},
        "paper_bgcolor": theme.paper,
        "plot_bgcolor": theme.paper,
        "colorway": theme.categories,
        "xaxis": axis,
        "yaxis": axis,
        "hovermode": "closest",
        "hoverlabel": {"font": {"family": MONOSPACE, "size": TEXT_SIZE}},
        "legend": {"orientation": "h", "y": -0.15, "font": {"size": TEXT_SIZE}},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": theme.muted, "activecolor": theme.accent},
        "dragmode": False,
        # Plotly's own template would be checked and copied for every figure: two thirds of the time that a small one takes.
        "template": "none",
    }
    return go.Figure(layout=layout)


def token_axis(tokens: Sequence[str]) -> dict[str, Any]:
    """An axis whose places are positions and whose labels are tokens, thinned out beyond `MAX_TICKS`."""
    step = -(-len(tokens) // MAX_TICKS)
    places = list(range(0, len(tokens), step))
    return {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": [label(tokens[place]) for place in places],
        "tickfont": {"family": MONOSPACE, "size": TEXT_SIZE},
        "showgrid": False,
        "zeroline": False,
    }


def label_places(coordinates: NDArray[Any], labels: Sequence[str]) -> list[str]:
    """For each point of a scatter plot, the side of it where its label overlaps the fewest labels placed before.

    coordinates [point, 2]. Sizes are those of a figure some 900 × 420 pixels large.
    """
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    points = (coordinates - low) / np.maximum(high - low, 1e-9) * (900, 420)
    placed: list[tuple[float, float, float]] = []  # center x, center y, half width
    places = []
    for (x, y), text in zip(points, labels, strict=True):
        half = 5 * len(text) + 4
        options = {
            "top center": (x, y + 18),
            "bottom center": (x, y - 18),
            "middle right": (x + half + 10, y),
            "middle left": (x - half - 10, y),
        }

        def crowding(center: tuple[float, float], half: float = half) -> int:
            on_labels = sum(abs(center[0] - cx) < half + w and abs(center[1] - cy) < 18 for cx, cy, w in placed)
            return on_labels + int(((np.abs(points - center) < (half, 9)).all(axis=1)).sum())

        best = min(options, key=lambda name: crowding(options[name]))
        placed.append((*options[best], half))
        places.append(best)
    return places


def heatmap(
    values: NDArray[Any], theme: Theme, *, signed: bool = False, limit: float | None = None, **options: Any
) -> go.Heatmap:
    """A heatmap trace on the house's scales: weights from 0 to `limit`, or signed values from -`limit` to `limit`.

    `options` go to `go.Heatmap`: x, y, customdata, hovertemplate, …
    """
    top = limit if limit is not None else float(np.abs(values).max(initial=0)) or 1.0
    bar = {"thickness": 14, "outlinewidth": 0, "tickfont": {"size": TEXT_SIZE}}
    bar |= options.pop("colorbar", {})
    return go.Heatmap(
        z=values,
        zmin=-top if signed else 0,
        zmax=top,
        colorscale=theme.signed if signed else theme.weights,
        colorbar=bar,
        **options,
    )


LIGHT = Theme(
    name="light",
    paper="#FCFBF8",
    ink="#1C2230",
    muted="#5A6070",
    grid="#E4E1D9",
    accent="#9A5B00",
    weights=even_scale("#FCFBF8", "#2B2E83"),
    signed=even_scale("#2F6DB5", "#FCFBF8", "#B5472F"),
    segments=("#2F6DB5", "#1A7A5E"),
    kinds={"cls": "#7A5CCB", "sep": "#656B76", "mask": "#9A5B00", "pad": "#656B76", "unk": "#C23B4E"},
)
DARK = Theme(
    name="dark",
    paper="#14171F",
    ink="#ECE9E1",
    muted="#A4A9B5",
    grid="#2C313D",
    accent="#F2B23E",
    weights=even_scale("#14171F", "#F2B23E"),
    signed=even_scale("#6FA8E8", "#14171F", "#E58268"),
    segments=("#7DB2F0", "#5CC5A2"),
    kinds={"cls": "#B39DF0", "sep": "#A4A9B5", "mask": "#F2B23E", "pad": "#A4A9B5", "unk": "#F08A98"},
)
