from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bertviz_app.drawing import colors
from bertviz_app.drawing.point_labels import CANVAS, PHONE, SIZE, bounds, label_annotations, place_labels, text_positions


def placed(coordinates: Any, labels: Any, canvas: Any = CANVAS) -> Any:
    return place_labels(coordinates, labels, frame=bounds(coordinates), canvas=canvas)


def boxes(coordinates: Any, labels: Any, canvas: Any = CANVAS) -> Any:
    """Centre and half size of each label, in pixels from the upper left corner."""
    low, high = bounds(coordinates)
    shares = (coordinates - low) / (high - low) * (1, -1) + (0, 1)
    halves = np.array([(0.3 * SIZE * len(text), SIZE / 2) for text in labels])
    return shares * canvas, shares * canvas + placed(coordinates, labels, canvas), halves


def overlaps(coordinates: Any, labels: Any) -> Any:
    """Pairs of labels that cover each other, at the size that places are judged at."""
    _, centers, halves = boxes(coordinates, labels)
    close = (np.abs(centers[:, None] - centers) < halves[:, None] + halves).all(-1)
    return int(np.triu(close, 1).sum())


@pytest.mark.parametrize("seed", range(5))
def test_forty_labels_do_not_cover_each_other(seed: Any) -> None:
    coordinates = np.random.default_rng(seed).normal(size=(40, 2)).astype(np.float32)
    assert overlaps(coordinates, ["murmur"] * 40) == 0


@pytest.mark.parametrize("canvas", [CANVAS, PHONE], ids=["laptop", "phone"])
@pytest.mark.parametrize("n", [41, 135, 512])
def test_of_many_labels_those_without_room_are_left_out(n: Any, canvas: Any) -> None:
    coordinates = np.random.default_rng(n).normal(size=(n, 2)).astype(np.float32)
    points, centers, halves = boxes(coordinates, ["murmur"] * n, canvas)
    kept = np.isfinite(centers[:, 0])
    assert 5 <= kept.sum() < n
    among = np.abs(centers[kept][:, None] - centers[kept]) < 2 * halves[kept]
    assert among.all(-1).sum() == kept.sum()  # each covers itself alone
    assert not (np.abs(centers[kept][:, None] - points) < halves[kept][:, None] + 6).all(-1).any()
    assert (centers[kept] >= halves[kept]).all() and (centers[kept] <= canvas - halves[kept]).all()
    assert (np.abs(centers - points)[kept] <= halves[kept] + 26).all()  # right beside its point


def test_points_that_do_not_differ_in_a_direction_lie_in_the_middle_of_it() -> None:
    line = np.array([[-2, 0], [3, 4e-8], [0, -3e-8]], dtype=np.float32)
    (left, low), (right, high) = bounds(line)
    assert (left, right) == pytest.approx((-2.4, 3.4)) and (low, high) == pytest.approx((-2.5, 2.5))
    for same in (np.zeros((2, 2), dtype=np.float32), np.full((1, 2), 7, dtype=np.float32)):
        assert bounds(same) - same[0] == pytest.approx(np.array([[-0.5, -0.5], [0.5, 0.5]]))


def test_a_cluster_and_a_far_point() -> None:
    cluster = np.random.default_rng(0).normal(size=(11, 2)) * 0.05
    coordinates = np.concatenate([cluster, [[4, 3]]]).astype(np.float32)
    assert overlaps(coordinates, ["##lings"] * 12) == 0


def test_one_point_has_its_label_above_it() -> None:
    assert placed(np.zeros((1, 2), dtype=np.float32), ["a"]).round(6).tolist() == [[0, -22]]


@pytest.mark.parametrize("canvas", [CANVAS, PHONE], ids=["laptop", "phone"])
def test_labels_stay_in_the_picture_and_off_the_points(canvas: Any) -> None:
    coordinates = np.array([[0, 0], [0.03, -0.02], [1, 1], [1, 0], [0, 1]], dtype=np.float32)
    points, centers, halves = boxes(coordinates, ["watching", "star", "murmurate", "[CLS]", "i"], canvas)
    assert (centers >= halves).all() and (centers <= canvas - halves).all()
    on_points = (np.abs(centers[:, None] - points) < halves[:, None] + 6).all(-1)
    assert not on_points.any()


def test_only_a_label_that_had_to_move_away_has_a_line() -> None:
    cluster = np.random.default_rng(0).normal(size=(12, 2)) * 0.02
    coordinates = np.concatenate([cluster, [[4, 3]]]).astype(np.float32)
    lines = [
        note["arrowcolor"] for note in label_annotations(coordinates, ["word"] * 13, colors.LIGHT, frame=bounds(coordinates))
    ]
    assert lines[-1].endswith(", 0)") and any(line.endswith(", 1)") for line in lines)


def test_the_same_points_give_the_same_places() -> None:
    coordinates = np.random.default_rng(3).normal(size=(20, 2)).astype(np.float32)
    assert np.array_equal(placed(coordinates, ["a"] * 20), placed(coordinates.copy(), ["a"] * 20))


def test_labels_are_text_never_markup() -> None:
    points = np.zeros((2, 2), dtype=np.float32)
    notes = label_annotations(points, ["<b>", "$x$"], colors.LIGHT, frame=bounds(points))
    assert [note["text"] for note in notes] == ["&lt;b&gt;", "&#36;x&#36;"]


def test_labels_in_space_take_different_sides_where_points_crowd() -> None:
    coordinates = np.array([[0, 0, 0], [0.02, 0.02, 0.01], [0.01, 0, 0.02], [1, 1, 1]], dtype=np.float32)
    *crowd, alone = text_positions(coordinates, ["word"] * 4, (1.5, 1.5, 0.8))
    assert len(set(crowd)) == 3 and alone == "top center"
