from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.decomposition import PCA

from bertviz_app.analysis.pca import project

if TYPE_CHECKING:
    from bertviz_app.records.forward import ForwardPass


@pytest.mark.parametrize("shape", [(4, 384), (6, 384), (128, 384), (384, 384), (512, 384), (7 * 128, 384), (13 * 128, 64)])
def test_equal_to_scikit_learn_signs_included(shape: Any) -> None:
    # Each direction with its own spread, as in real vectors: components of equal spread may be turned into each other by anybody.
    scales = np.geomspace(8, 0.1, shape[1])
    points = (np.random.default_rng(1).normal(size=shape) * scales + 3).astype(np.float32)
    projection = project(points, 3)
    reference = PCA(3, svd_solver="full").fit(points.astype(np.float64))
    assert np.abs(projection.coordinates - reference.transform(points.astype(np.float64))).max() < 1e-4
    assert np.abs(projection.explained - reference.explained_variance_ratio_).max() < 1e-6


def test_on_real_layers(forward: ForwardPass, pair_forward: ForwardPass) -> None:
    for record in (forward, pair_forward):
        points = record.hidden_states.reshape(-1, record.model.d_model)
        expected = PCA(3, svd_solver="full").fit_transform(points.astype(np.float64))
        assert np.abs(project(points, 3).coordinates - expected).max() < 1e-4


@pytest.mark.parametrize("n_points", [1, 2, 3])
def test_fewer_points_than_components_leave_zeros(n_points: Any) -> None:
    points = np.random.default_rng(2).normal(size=(n_points, 384)).astype(np.float32)
    projection = project(points, 3)
    kept = n_points - 1
    assert projection.coordinates.shape == (n_points, 3)
    assert not projection.coordinates[:, kept:].any()
    assert not projection.explained[kept:].any()
    if kept:
        expected = PCA(kept, svd_solver="full").fit_transform(points.astype(np.float64))
        assert np.abs(projection.coordinates[:, :kept] - expected).max() < 1e-4
        assert projection.explained.sum() == pytest.approx(1)


def test_by_hand_points_on_a_line() -> None:
    line = np.outer([-1, 0, 1], [3, 4]).astype(np.float32)
    projection = project(line, 2)
    assert projection.coordinates[:, 0] == pytest.approx([-5, 0, 5], abs=1e-5)
    assert projection.explained == pytest.approx([1, 0], abs=1e-6)


@pytest.mark.parametrize("row", [np.zeros(5), np.ones(5), np.array([1e4, 0.1, -7.3, 1 / 3, 2e-9])])
@pytest.mark.parametrize("n_points", [1, 3, 7])
def test_points_without_spread_lie_at_the_origin(row: Any, n_points: Any) -> None:
    projection = project(np.tile(row, (n_points, 1)).astype(np.float32), 3)
    assert projection.coordinates.shape == (n_points, 3)
    assert not projection.coordinates.any()
    assert not projection.explained.any()


def test_shares_fall_and_components_are_at_right_angles(pair_forward: ForwardPass) -> None:
    projection = project(pair_forward.hidden_states[3], 3)
    assert (np.diff(projection.explained) <= 0).all()
    assert 0 < projection.explained.sum() <= 1
    products = projection.coordinates.T.astype(np.float64) @ projection.coordinates
    assert np.abs(products - np.diag(np.diag(products))).max() < 1e-3
