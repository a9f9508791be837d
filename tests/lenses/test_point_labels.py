from __future__ import annotations

import numpy as np
import pytest

from bertviz_app import plots
from bertviz_app.lenses.point_labels import CANVAS, SIZE, label_annotations, place_labels


def overlaps(coordinates, labels):
    """Pairs of labels that cover each other, at the size that places are judged at."""
    spread = np.maximum(np.ptp(coordinates, axis=0), 1e-9)
    centers = (coordinates - coordinates.min(axis=0)) / spread * CANVAS * (1, -1) + place_labels(coordinates, labels)
    widths = np.array([0.3 * SIZE * len(text) for text in labels])
    close = (
        np.abs(centers[:, None] - centers) < np.stack([widths[:, None] + widths, np.full((len(labels),) * 2, SIZE)], -1)
    ).all(-1)
    return int(np.triu(close, 1).sum())


@pytest.mark.parametrize("seed", range(5))
def test_forty_labels_do_not_cover_each_other(seed):
    coordinates = np.random.default_rng(seed).normal(size=(40, 2)).astype(np.float32)
    assert overlaps(coordinates, ["murmur"] * 40) == 0


def test_a_cluster_and_a_far_point():
    cluster = np.random.default_rng(0).normal(size=(11, 2)) * 0.05
    coordinates = np.concatenate([cluster, [[4, 3]]]).astype(np.float32)
    assert overlaps(coordinates, ["##lings"] * 12) == 0


def test_one_point_has_its_label_above_it():
    assert place_labels(np.zeros((1, 2), dtype=np.float32), ["a"]).round(6).tolist() == [[0, -18]]


def test_the_same_points_give_the_same_places():
    coordinates = np.random.default_rng(3).normal(size=(20, 2)).astype(np.float32)
    assert np.array_equal(place_labels(coordinates, ["a"] * 20), place_labels(coordinates.copy(), ["a"] * 20))


def test_labels_are_text_never_markup():
    notes = label_annotations(np.zeros((2, 2), dtype=np.float32), ["<b>", "$x$"], plots.LIGHT)
    assert [note["text"] for note in notes] == ["&lt;b&gt;", "&#36;x&#36;"]
