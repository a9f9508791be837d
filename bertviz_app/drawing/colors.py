"""Colours as numbers: scales that are even to the eye, and how well text reads on a colour."""

from __future__ import annotations

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
