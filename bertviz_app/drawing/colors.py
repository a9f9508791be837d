"""The palettes of both themes, with a colour for each kind of token; scales that are even to the eye, and how well text reads on a colour."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Colorscale = list[list[float | str]]


def even_scale(*colors: str, steps: int = 17) -> Colorscale:
    """A colour scale through the given colours, even in OKLab, so that equal steps look equally large.

    Source: B. Ottosson, A perceptual color space for image processing (2020).
    """
    stops = np.array([to_oklab(color) for color in colors])
    places = np.linspace(0, len(colors) - 1, steps)
    mixed = np.stack([np.interp(places, range(len(colors)), channel) for channel in stops.T], axis=-1)
    return [[float(place), from_oklab(color)] for place, color in zip(np.linspace(0, 1, steps), mixed, strict=True)]


def contrast(first: str, second: str) -> float:
    """How far two colours are apart in luminance, 1 to 21. Source: WCAG 2.2, contrast ratio."""
    lights = [float(_linear(color) @ (0.2126, 0.7152, 0.0722)) + 0.05 for color in (first, second)]
    return max(lights) / min(lights)


def _linear(color: str) -> NDArray[np.float64]:
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def to_oklab(color: str) -> NDArray[np.float64]:
    """A colour as lightness, green to red, blue to yellow. Source: Ottosson (2020)."""
    lab: NDArray[np.float64] = _LMS_TO_LAB @ np.cbrt(_RGB_TO_LMS @ _linear(color))
    return lab


def from_oklab(lab: NDArray[np.float64]) -> str:
    """The nearest colour that a screen can show."""
    linear = np.linalg.solve(_RGB_TO_LMS, np.linalg.solve(_LMS_TO_LAB, lab) ** 3).clip(0, 1)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in rgb.clip(0, 1))


_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")


@dataclass(frozen=True)
class Theme:
    """One palette. `kinds` colours tokens by what they are, `segments` by the sentence they belong to.

    `narrow` says that the screen is as wide as a phone's: figures then give their width to the picture.
    """

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
    narrow: bool = False

    @property
    def key(self) -> str:
        """What caches are keyed by."""
        return f"{self.name}, narrow" if self.narrow else self.name

    @property
    def categories(self) -> tuple[str, ...]:
        """Okabe–Ito, told apart by everybody. Its yellow comes late, as a line of it is faint on light paper; its black is the ink of the theme."""
        return (*OKABE_ITO[:3], *OKABE_ITO[4:], OKABE_ITO[3], self.ink)

    def token_color(self, kind: str, segment: int) -> str:
        """The colour of a token everywhere: its own if it is special, else its sentence's."""
        return self.kinds.get(kind, self.segments[min(segment, 1)])


def theme(name: str | None, *, narrow: bool = False) -> Theme:
    """The palette for a theme's name; light unless it is "dark"."""
    return replace(DARK if name == "dark" else LIGHT, narrow=narrow)


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
    kinds={"cls": "#6D52B5", "sep": "#5E646E", "mask": "#905500", "pad": "#5E646E", "unk": "#B03547"},
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


def tint(color: str, share: float) -> str:
    """A colour let through to `share`, for fills behind text.

    >>> tint("#FF0000", 0.25)
    'rgba(255, 0, 0, 0.25)'
    """
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {share:g})"


def shade(theme: Theme, share: float, *, signed: bool = False) -> tuple[str, str]:
    """The colour of a weight from 0 to 1, or, `signed`, from −1 to 1, and the colour of text on it. In the middle of the scale of weights,
    ink and paper would be too faint.

    >>> shade(LIGHT, 0.0), shade(LIGHT, 1.0)
    (('#FCFBF8', '#000000'), ('#2B2E83', '#FFFFFF'))
    """
    scale, place = (theme.signed, (share + 1) / 2) if signed else (theme.weights, share)
    fill = str(scale[round(min(max(place, 0), 1) * (len(scale) - 1))][1])
    return fill, max(("#000000", "#FFFFFF"), key=lambda color: contrast(color, fill))
