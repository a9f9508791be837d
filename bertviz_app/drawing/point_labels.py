"""Labels for the points of a scatter plot that keep out of each other's way: each stands near its point, with a thin line to it where
there was no room at its side.

Greedy: the most crowded point chooses first, among places on circles around it, the nearest place that covers neither a label nor a
point. Of more than `plots.MAX_TICKS` points, only those are labelled that have room right beside them, the least crowded first. Source: J. Christensen, J. Marks and S. Shieber, An empirical study of algorithms for point-feature label placement (1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertviz_app.drawing import colors, plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.records.forward import Floats

SIZE = 16  # pixels of the monospace type
CANVAS, PHONE = (
    np.array([860.0, 400.0]),
    np.array([270.0, 400.0]),
)  # pixels of the plane on a laptop (or less than it has) and on a phone
MARGIN = 0.08  # of the points' spread, left free on each side
_POINT = 8  # half the side of a marker, and some air
_ANGLES = np.deg2rad([90, 270, 0, 180, 45, 135, 315, 225])
_RADII = (22, 32, 44, 60, 78, 98, 120, 146)
_NEAR = 1  # of these, where labels are left out: a thicket of lines would say nothing


def bounds(coordinates: Floats) -> Floats:
    """The part of the plane to draw for these points: [point, ≥ 2] → [(low, high), 2].

    Where they do not differ but by rounding, it is as wide as where they do, and they lie in the middle.
    """
    low, high = coordinates[:, :2].min(axis=0), coordinates[:, :2].max(axis=0)
    spread, widest = high - low, float((high - low).max()) or 1.0
    margin = np.where(spread > 1e-5 * widest, MARGIN * spread, widest / 2)
    return np.stack([low - margin, high + margin])


def place_labels(
    coordinates: Floats, labels: Sequence[str], *, frame: Floats, canvas: NDArray[np.float64] = CANVAS
) -> NDArray[np.float64]:
    """Where the centre of each label stands, in pixels right of and below its point, or nan where it has to be left out: coordinates
    [point, 2] → [point, 2].

    `frame` [(low, high), 2] fills the `canvas`.
    """
    thin = len(labels) > plots.MAX_TICKS
    points = _pixels(coordinates, frame, canvas)
    halves = _halves(labels)
    gaps = np.abs(points[:, None] - points[None])  # [point, point, x or y]
    crowds = ((gaps[..., 0] < 120) & (gaps[..., 1] < 40)).sum(axis=1)
    offsets = np.zeros(points.shape)
    taken: list[int] = []
    for index in np.argsort(crowds if thin else -crowds, kind="stable"):
        around = _around(halves[index], _RADII[:_NEAR] if thin else _RADII)
        centers = points[index] + around
        # [candidate, label or point, x or y]
        to_labels = np.abs(centers[:, None] - (points + offsets)[taken]) < halves[index] + halves[taken]
        to_points = np.abs(centers[:, None] - points) < halves[index] + _POINT
        outside = (centers < halves[index]) | (centers > canvas - halves[index])
        covered = 4 * outside.any(axis=1) + 3 * to_labels.all(axis=-1).sum(axis=1) + 2 * to_points.all(axis=-1).sum(axis=1)
        best = int(covered.argmin())  # the first of the best is the nearest
        if thin and covered[best]:
            offsets[index] = np.nan
            continue
        offsets[index] = around[best]
        taken.append(int(index))
    return offsets


def label_annotations(coordinates: Floats, labels: Sequence[str], theme: Theme, *, frame: Floats) -> list[dict[str, Any]]:
    """The labels that have room as Plotly annotations, each with its line to its point where it does not stand beside it: coordinates
    [point, 2].
    """
    offsets = place_labels(coordinates, labels, frame=frame, canvas=canvas_of(theme))
    near = _stand_near(offsets, labels)
    return [
        {
            "x": float(x), "y": float(y), "ax": float(ax), "ay": float(ay), "text": plots.label(text), "showarrow": True,
            "arrowhead": 0, "arrowwidth": 1, "arrowcolor": colors.tint(theme.muted, 0 if beside else 1), "standoff": 6, "borderpad": 0,
            "font": {"family": plots.MONOSPACE, "size": SIZE, "color": theme.ink},
        }
        for (x, y), (ax, ay), text, beside in zip(coordinates, offsets, labels, near, strict=True)
        if np.isfinite(ax)
    ]  # fmt: skip


def label_tracks(tracks: Floats, labels: Sequence[str], theme: Theme) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For an animation, in which annotations cannot move: tracks [frame, point, 2] → the labels' centres in data units
    [frame, point, 2], nan in the frames in which a label has no room, and lines to them as one pen's way [frame, 3 · point, 2], where nan
    lifts the pen.
    """
    frame, canvas = bounds(tracks.reshape(-1, 2)), canvas_of(theme)
    scale = (frame[1] - frame[0]) / canvas * (1, -1)
    offsets = np.stack([place_labels(track, labels, frame=frame, canvas=canvas) for track in tracks])
    # A line ends at the edge of its label: at this share of the way to its centre.
    share = (1 - (_halves(labels) / np.maximum(np.abs(offsets), 1e-9)).min(axis=-1, keepdims=True)).clip(0)
    ends = tracks + np.where(_stand_near(offsets, labels)[..., None], 0, share) * offsets * scale
    # [frame, point, 2] × 3 → [frame, point, (point, end, nothing), 2] → [frame, 3 · point, 2]
    lines = np.stack([tracks, ends, np.full_like(ends, np.nan)], axis=2).reshape(len(tracks), -1, 2)
    return tracks + offsets * scale, lines


def text_positions(coordinates: Floats, labels: Sequence[str], eye: Sequence[float]) -> list[str]:
    """For points in space, seen from `eye` with the third axis upright, the side on which each label stands: coordinates [point, 3] →
    Plotly's `textposition`, such as "top center", or nothing where a label has no room. True until the visitor turns the picture.
    """
    spread = np.ptp(coordinates, axis=0)
    cube = (coordinates - coordinates.min(axis=0)) / np.where(spread > 0, spread, 1)
    ahead = -np.asarray(eye) / np.linalg.norm(eye)
    right = np.cross(ahead, (0, 0, 1))
    right /= np.linalg.norm(right)
    seen = np.stack([cube @ right, cube @ np.cross(right, ahead)], axis=-1)  # [point, 3] → [point, x or y]
    frame = seen.mean(axis=0) + np.array([[-1], [1]])  # a cube of side 1 is drawn over less than the whole of the canvas
    offsets = place_labels(seen, labels, frame=frame)
    sides = np.sign(np.where(np.abs(offsets) < 1, 0, np.nan_to_num(offsets))).astype(int)
    return [
        f"{('middle', 'bottom', 'top')[y]} {('center', 'right', 'left')[x]}" if fits else ""
        for (x, y), fits in zip(sides, np.isfinite(offsets[:, 0]), strict=True)
    ]


def said_of_labels(n_labelled: int, n: int) -> str:
    """What a title says of labels that were left out; nothing where none was.

    >>> said_of_labels(58, 135)
    ' · 58 of 135 labelled, all on hover'
    """
    return "" if n_labelled == n else f" · {n_labelled} of {n} labelled, all on hover"


def canvas_of(theme: Theme) -> NDArray[np.float64]:
    """Pixels of the plane, about: width and height."""
    return PHONE if theme.narrow else CANVAS


def _pixels(coordinates: Floats, frame: Floats, canvas: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixels right of and below the upper left corner: [point, 2]."""
    shares = (coordinates - frame[0]) / (frame[1] - frame[0])
    pixels: NDArray[np.float64] = np.stack([shares[:, 0], 1 - shares[:, 1]], axis=-1) * canvas
    return pixels


def _stand_near(offsets: NDArray[np.float64], labels: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each label stands right beside its point, where a line would say nothing: offsets [..., point, 2]."""
    x, y = np.abs(offsets[..., 0]), np.abs(offsets[..., 1])
    gap = np.where(x < 1, 0, x - _halves(labels)[:, 0])  # a label above or below its point is centred on it
    return np.asarray(np.maximum(gap, y) <= _RADII[0] + 0.5)


def _halves(labels: Sequence[str]) -> NDArray[np.float64]:
    """Half the width and half the height of each label, in pixels: [label, 2]."""
    return np.array([(0.3 * SIZE * max(len(text), 1) + 3, 0.7 * SIZE) for text in labels])


def _around(half: NDArray[np.float64], radii: Sequence[int]) -> NDArray[np.float64]:
    """Places for a label of this half width and half height, nearest first: [candidate, x or y]."""
    directions = np.stack([np.cos(_ANGLES), -np.sin(_ANGLES)], axis=-1)
    # Beside the point a label must move over by half its own width; above and below it need not.
    beside = np.sign(directions.round(6)) * (half[0], 0)
    return np.concatenate([radius * directions + beside * (np.abs(directions) > 0.5) for radius in radii])
