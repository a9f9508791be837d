"""Labels for the points of a scatter plot that keep out of each other's way: each stands near its point, with a thin line to it where
there was no room at its side.

Greedy: the most crowded point chooses first, among places on circles around it, the nearest place that covers neither a label nor a
point. Source: J. Christensen, J. Marks and S. Shieber, An empirical study of algorithms for point-feature label placement (1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertviz_app import plots
from bertviz_app.plots import Theme
from bertviz_app.records import Floats

SIZE = 16  # pixels of the monospace type
CANVAS = (760.0, 420.0)  # pixels that the points spread over on a laptop; narrower screens crowd, wider ones have room to spare
_ANGLES = np.deg2rad([90, 270, 0, 180, 45, 135, 315, 225])
_RADII = (18, 30, 44, 60, 78, 98)


def place_labels(coordinates: Floats, labels: Sequence[str], *, frame: Floats | None = None) -> NDArray[np.float64]:
    """Where the centre of each label stands, in pixels right of and below its point: coordinates [point, 2] → [point, 2].

    The points fill the canvas, unless they are drawn in a larger `frame` [(low, high), 2].
    """
    low, high = _bounds(coordinates) if frame is None else frame
    points = (coordinates - low) / np.maximum(high - low, 1e-9) * CANVAS * (1, -1)
    halves = _halves(labels)
    gaps = np.abs(points[:, None] - points[None])  # [point, point, x or y]
    crowds = ((gaps[..., 0] < 120) & (gaps[..., 1] < 40)).sum(axis=1)
    offsets = np.zeros(points.shape)
    taken: list[int] = []
    for index in np.argsort(-crowds, kind="stable"):
        around = _around(halves[index])
        centers = points[index] + around
        # [candidate, label or point, x or y]
        to_labels = np.abs(centers[:, None] - (points + offsets)[taken]) < halves[index] + halves[taken]
        to_points = np.abs(centers[:, None] - points) < halves[index] + 5
        covered = 3 * to_labels.all(axis=-1).sum(axis=1) + to_points.all(axis=-1).sum(axis=1)
        offsets[index] = around[int(covered.argmin())]  # the first of the best is the nearest
        taken.append(int(index))
    return offsets


def label_annotations(coordinates: Floats, labels: Sequence[str], theme: Theme) -> list[dict[str, Any]]:
    """The labels as Plotly annotations, each with its line to its point: coordinates [point, 2]."""
    offsets = place_labels(coordinates, labels)
    return [
        {
            "x": float(x), "y": float(y), "ax": float(ax), "ay": float(ay), "text": plots.label(text), "showarrow": True,
            "bgcolor": plots.tint(theme.paper, 0.7), "arrowhead": 0, "arrowwidth": 1, "arrowcolor": theme.muted, "standoff": 6, "borderpad": 1,
            "font": {"family": plots.MONOSPACE, "size": SIZE, "color": theme.ink},
        }
        for (x, y), (ax, ay), text in zip(coordinates, offsets, labels, strict=True)
    ]  # fmt: skip


def label_tracks(tracks: Floats, labels: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For an animation, in which annotations cannot move: tracks [frame, point, 2] → the labels' centres in data units
    [frame, point, 2], and lines to them as one pen's way [frame, 3 · point, 2], where nan lifts the pen.
    """
    frame = _bounds(tracks.reshape(-1, 2))
    scale = np.maximum(frame[1] - frame[0], 1e-9) / CANVAS * (1, -1)
    offsets = np.stack([place_labels(track, labels, frame=frame) for track in tracks])
    # A line ends at the edge of its label: at this share of the way to its centre.
    share = (1 - (_halves(labels) / np.maximum(np.abs(offsets), 1e-9)).min(axis=-1, keepdims=True)).clip(0)
    ends = tracks + share * offsets * scale
    # [frame, point, 2] × 3 → [frame, point, (point, end, nothing), 2] → [frame, 3 · point, 2]
    lines = np.stack([tracks, ends, np.full_like(ends, np.nan)], axis=2).reshape(len(tracks), -1, 2)
    return tracks + offsets * scale, lines


def _halves(labels: Sequence[str]) -> NDArray[np.float64]:
    """Half the width and half the height of each label, in pixels: [label, 2]."""
    return np.array([(0.3 * SIZE * max(len(text), 1) + 3, 0.6 * SIZE) for text in labels])


def _bounds(coordinates: Floats) -> Floats:
    """The smallest and the largest of each coordinate: [point, 2] → [(low, high), 2]."""
    return np.stack([coordinates.min(axis=0), coordinates.max(axis=0)])


def _around(half: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places for a label of this half width and half height, nearest first: [candidate, x or y]."""
    directions = np.stack([np.cos(_ANGLES), -np.sin(_ANGLES)], axis=-1)
    # Beside the point a label must move over by half its own width; above and below it need not.
    beside = np.sign(directions.round(6)) * (half[0], 0)
    return np.concatenate([radius * directions + beside * (np.abs(directions) > 0.5) for radius in _RADII])
