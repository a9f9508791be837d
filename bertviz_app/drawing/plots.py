"""The figures' shared vocabulary: themes, colour scales, token axes, and the 1-based numbers people see.

Every figure is built for one theme, light or dark. Figures are returned, never shown.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.layouts import merged

FONT = "Source Sans, Source Sans Pro, system-ui, sans-serif"
MONOSPACE = "Source Code Pro, ui-monospace, Menlo, Consolas, monospace"
TEXT_SIZE = 15  # pixels; nothing in a figure is smaller than 14
MAX_TICKS = 40  # beyond this many tokens, labels are thinned out and hover tells the rest
APART = 0.15  # of a colour scale, between two of its ticks
_PERCENT_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
NARROW_TITLE = 36  # characters of a title that fit beside each other on a phone, and beside the buttons of the picture

WHOLE = {"exponentformat": "none", "separatethousands": True}  # numbers of an axis: no 60n for what is almost nothing, no 30k


def shown(index: int) -> int:
    """The number on the screen of a token, layer, head, sentence or row: counted from 1, where code counts from 0."""
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


def number(value: float) -> str:
    """A value on a scale that nobody here knows.

    >>> number(-3.214), number(0.0123), number(123456.7)
    ('−3.21', '0.012', '123,457')
    """
    digits = 0 if abs(value) >= 1000 else 2 if abs(value) >= 1 or not value else 3
    return f"{value:,.{digits}f}".replace("-", "−")


def figure(
    theme: Theme, *, height: int, title: str = "", data: Sequence[Any] = (), layout: Mapping[str, Any] | None = None
) -> go.Figure:
    """A figure in the house's type and colours, with traces and what its layout has of its own. `title` says what is shown.

    What is given here is checked by Plotly once; each update of a figure that is there takes it some milliseconds.
    """
    return go.Figure(data=data, layout=merged(_layout(theme, height, title), layout or {}))


def axis(theme: Theme) -> dict[str, Any]:
    """An axis of a figure."""
    return {
        "gridcolor": theme.grid, "linecolor": theme.grid, "zerolinecolor": theme.grid, "zerolinewidth": 2, "automargin": True,
        "tickfont": {"size": TEXT_SIZE}, "title": {"font": {"size": TEXT_SIZE}, "standoff": 15}, "ticks": "", **WHOLE,
    }  # fmt: skip


def _layout(theme: Theme, height: int, title: str) -> dict[str, Any]:
    lines = textwrap.wrap(title, NARROW_TITLE if theme.narrow else 1000)
    return {
        "height": height + 22 * max(0, len(lines) - 1),
        "title": {
            "text": "<br>".join(lines), "x": 0, "xanchor": "left", "y": 1, "yanchor": "top", "pad": {"t": 14}, "font": {"size": 17},
        },
        "margin": {"l": 16, "r": 16, "t": 26 + 22 * len(lines) if title else 16, "b": 16},
        "font": {"family": FONT, "size": TEXT_SIZE, "color": theme.ink},
        "paper_bgcolor": theme.paper,
        "plot_bgcolor": theme.paper,
        "colorway": theme.categories,
        "xaxis": axis(theme),
        "yaxis": axis(theme),
        "hovermode": "closest",
        "hoverlabel": {"font": {"family": MONOSPACE, "size": TEXT_SIZE}},
        "legend": {"orientation": "h", "y": -0.15, "font": {"size": TEXT_SIZE}},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": theme.muted, "activecolor": theme.accent},
        "dragmode": False,
        # Plotly's own template would be checked and copied for every figure: two thirds of the time that a small one takes.
        "template": "none",
    }  # fmt: skip


def token_axis(tokens: Sequence[str]) -> dict[str, Any]:
    """An axis whose places are positions and whose labels are tokens, thinned out beyond `MAX_TICKS` and turned where they would overlap."""
    step = -(-len(tokens) // MAX_TICKS)
    places = list(range(0, len(tokens), step))
    return {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": [label(tokens[place]) for place in places],
        "tickfont": {"family": MONOSPACE, "size": TEXT_SIZE},
        "autotickangles": [0, -45, -90],
        "showgrid": False,
        "zeroline": False,
    }


def percent_axis(top: float) -> dict[str, list[float] | list[str]]:
    """Ticks from 0 to `top` written as `percent` writes; for an axis or the bar of a heatmap.

    >>> percent_axis(1)["ticktext"], percent_axis(0.42)["ticktext"]
    (['0 %', '25 %', '50 %', '75 %', '100 %'], ['0 %', '10 %', '20 %', '30 %', '40 %'])
    """
    step = next((step for step in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1) if top / step < 5), 0.25)
    places = [round(step * place, 4) for place in range(int(top / step + 1e-6) + 1)]
    return {"tickvals": places, "ticktext": [f"{100 * place:g} %" for place in places]}


def scale_ticks(top: float, *, signed: bool = False, in_percent: bool = False, most: int = 5) -> dict[str, Any]:
    """At most so many ticks of a colour scale from 0 (or −`top`) to `top`: both its ends, and round numbers between them that keep away from these.

    >>> scale_ticks(0.73, in_percent=True)["ticktext"], scale_ticks(4.2607, signed=True)["ticktext"]
    (['0 %', '25 %', '50 %', '73 %'], ['−4.26', '−2', '0', '2', '4.26'])
    """
    apart = APART * (2 * top if signed else top)
    steps = _PERCENT_STEPS if in_percent else [10.0 ** np.floor(np.log10(top)) * step for step in (0.1, 0.2, 0.5, 1, 2, 5)]
    n_inner = {step: int((top - apart) / step + 1e-6) for step in steps}
    fitting = (step for step in steps if step >= apart and n_inner[step] * (1 + signed) + 2 + signed <= most)
    step = next(fitting, top)  # without any between the ends
    inner = [step * place for place in range(1, n_inner.get(step, 0) + 1)]
    upper = [*inner, top]
    lower = [-place for place in reversed(upper)] if signed else []
    places: list[float] = [*lower, 0.0, *upper]
    return {"tickvals": places, "ticktext": [_tick(place, in_percent=in_percent) for place in places]}


def _tick(value: float, *, in_percent: bool) -> str:
    sign, size = "−" if value < 0 else "", abs(value)
    if in_percent:
        exact = f"{100 * size:g}"
        return f"{sign}{exact} %" if len(exact) <= 3 else sign + percent(size)
    return sign + (
        f"{size:,.0f}" if size >= 1000 else np.format_float_positional(size, precision=3, fractional=False, trim="-")
    )


def heatmap(
    values: NDArray[Any], theme: Theme, *, signed: bool = False, limit: float | None = None, **options: Any
) -> go.Heatmap:
    """A heatmap trace on the house's scales: weights from 0 to `limit`, or signed values from -`limit` to `limit`.

    `options` go to `go.Heatmap`: x, y, customdata, hovertemplate, … Those of its colour bar may say `in_percent`, how many ticks it has at most
    (`nticks`), or its own.
    """
    top = limit if limit is not None else float(np.abs(values).max(initial=0)) or 1.0
    own = dict(options.pop("colorbar", {}))
    ticks = scale_ticks(top, signed=signed, in_percent=own.pop("in_percent", False), most=own.pop("nticks", 5))
    bar = color_bar(theme, **((ticks if options.get("showscale", True) else {}) | own))
    return go.Heatmap(
        z=values,
        zmin=-top if signed else 0,
        zmax=top,
        colorscale=theme.signed if signed else theme.weights,
        colorbar=bar,
        **options,
    )


def color_bar(theme: Theme, *, unit: str = "", **options: Any) -> dict[str, Any]:
    """The bar of a colour scale, `unit` beside it: at the right of the picture, or, where width is dear, below it."""
    title = {"text": unit, "side": "right" if theme.narrow else "top", "font": {"size": TEXT_SIZE}}
    bar = {"thickness": 14, "outlinewidth": 0, "tickfont": {"size": TEXT_SIZE}, "title": title} | WHOLE
    if theme.narrow:
        bar |= {"orientation": "h", "thickness": 10}
        if "y" not in options:  # whose place is its own
            bar |= {"y": 0, "yref": "container", "yanchor": "bottom"}
    return bar | options
