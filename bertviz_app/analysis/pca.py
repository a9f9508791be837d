"""Principal component analysis: the flat view of high-dimensional points that keeps the most of their spread.

    C = X − mean = U S Vᵀ        coordinates = U S = C V, explained share of component i = S_i² / Σ S²

U are the eigenvectors of the small matrix C Cᵀ [point, point], V those of Cᵀ C [d_model, d_model]; both have the eigenvalues S².
Whichever is smaller is solved, in float64: the numbers of scikit-learn's `PCA`, several times as quick and without its second of import.

Source: K. Pearson, On lines and planes of closest fit (1901); L. Sirovich, Turbulence and the dynamics of coherent structures, part I
(1987), for the small matrix ("snapshots"); the rule for signs is that of scikit-learn's `svd_flip`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.point_labels import bounds
from bertviz_app.records.forward import Floats


@dataclass(frozen=True, eq=False)
class Projection:
    """Points in the plane or in space.

    coordinates  [point, component]
    explained    [component]           share of the variance that each keeps; 0 to 1, falling
    """

    coordinates: Floats
    explained: Floats


def project(points: Floats, n_components: int = 3) -> Projection:
    """The first principal components of some points: [point, d_model] → [point, n_components].

    Components that the points do not have (one point has none, two have one) are zero. Signs are fixed, so that the same points always
    give the same picture: the largest loading of each component is positive.

    >>> project(np.array([[0.0, 0.0], [3.0, 4.0]]), 2).coordinates.round(3).tolist()
    [[-2.5, 0.0], [2.5, 0.0]]
    """
    n_points, d_model = points.shape
    coordinates = np.zeros((n_points, n_components), dtype=np.float32)
    explained = np.zeros(n_components, dtype=np.float32)
    kept = min(n_components, n_points - 1, d_model)
    # Compared, not measured: equal rows less their mean leave rounding errors, which are no spread.
    if kept > 0 and (points != points[0]).any():
        centered = points.astype(np.float64)
        centered -= centered.mean(axis=0)
        is_tall = n_points > d_model
        values, vectors = np.linalg.eigh(centered.T @ centered if is_tall else centered @ centered.T)  # rising
        values, vectors = values[::-1].clip(0), vectors[:, ::-1][:, :kept]
        # [point, d_model] · [d_model, component], or U S
        scores = centered @ vectors if is_tall else vectors * np.sqrt(values[:kept])
        loadings = vectors if is_tall else centered.T @ vectors  # [d_model, component], up to their length
        largest = np.abs(loadings).argmax(axis=0)
        coordinates[:, :kept] = scores * np.where(loadings[largest, range(kept)] < 0, -1, 1)
        explained[:kept] = values[:kept] / values.sum()
    return Projection(coordinates, explained)


def plane(projection: Projection, theme: Theme, *, title: str) -> go.Figure:
    """An empty plane whose axes say how much of the spread they keep."""
    chart = plots.figure(theme, height=540, title=title)
    (left, low), (right, high) = bounds(projection.coordinates)
    first, second = (plots.percent(share) for share in projection.explained[:2])
    chart.update_xaxes(title_text=f"first component: {first} of the spread", zeroline=False, range=[left, right])
    chart.update_yaxes(title_text=f"second component: {second}", zeroline=False, range=[low, high])
    return chart
