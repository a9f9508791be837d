"""A number for each token, as the shade behind it: the token strip on a colour scale, of weights or signed. It wraps like a text, on a phone too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bertviz_app.drawing import colors, plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.components import token_strip
from bertviz_app.records.forward import Encoding, Floats

CSS = (
    token_strip.CSS
    + """
.strip { max-height: 350px; }
.token { background: var(--fill); color: var(--on); border-color: var(--grid); }
.token.special { color: var(--on); }
.token small { color: var(--on); }
.token.chosen { background: var(--fill); color: var(--on); border: 2.5px solid var(--accent); }
"""
)


def heat_data(encoding: Encoding, values: Floats, theme: Theme, *, deciding: Sequence[int] = ()) -> dict[str, Any]:
    """What the component draws: values [position], 0 to 1, as shades from 0 to the largest; the deciding tokens are framed.

    Each token says its share in words, on hover and, where it is 1 % or more, under itself.
    """
    data = _shaded(encoding, values, theme, deciding=deciding)
    data["label"] = "How much attention each token gets"
    for token, value in zip(data["tokens"], values.tolist(), strict=True):
        token["title"] = f"{token['text']}: {value:.4f}"
        token["below"] = plots.percent(value) if value >= 0.01 else "·"
    return data


def signed_data(
    encoding: Encoding, values: Floats, theme: Theme, *, unit: str = "", deciding: Sequence[int] = ()
) -> dict[str, Any]:
    """The same for signed values [position], on the signed scale, 0 in its middle. Under a token stands its value, where it is a
    hundredth of the largest or more: a number of the unit, or, without one, a share.
    """
    data = _shaded(encoding, values, theme, deciding=deciding, signed=True)
    data["label"] = "How much each token speaks for the answer, or against it"
    least = 0.01 * float(np.abs(values).max(initial=0))
    for token, value in zip(data["tokens"], values.tolist(), strict=True):
        token["title"] = f"{token['text']}: {value:+.4f} {unit}".replace(" -", " −")
        written = f"{value:+.2f}".replace("-", "−") if unit else plots.percent(value)
        token["below"] = written if abs(value) > max(least, 0.005) else "·"
    return data


def _shaded(
    encoding: Encoding, values: Floats, theme: Theme, *, deciding: Sequence[int], signed: bool = False
) -> dict[str, Any]:
    data = token_strip.strip_data(encoding, theme, chosen=deciding)
    data["palette"] |= {"grid": theme.grid}
    top = float(np.abs(values).max(initial=0)) or 1.0
    for token, value in zip(data["tokens"], values.tolist(), strict=True):
        fill, on = colors.shade(theme, value / top, signed=signed)
        token["style"] = {"--fill": fill, "--on": on}
    return data
