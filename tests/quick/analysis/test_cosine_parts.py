from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws import broken_laws

from bertviz_app.analysis import cosine_parts as lens
from bertviz_app.analysis import cosine_pictures
from bertviz_app.drawing.colors import DARK, LIGHT, theme
from bertviz_app.drawing.tables import csv_text


def cosine(u: np.ndarray, v: np.ndarray) -> float:
    return float(u @ v / np.linalg.norm(u) / np.linalg.norm(v))


@pytest.mark.parametrize("seed", range(10))
def test_the_parts_add_up_to_the_cosine_and_exchanging_transposes_them(seed: Any) -> None:
    chance = np.random.default_rng(seed)
    ours, theirs = (chance.normal(size=(n, 16)) + 0.3 for n in chance.integers(1, 9, size=2))
    parts = lens.cosine_parts(ours, theirs)
    assert parts.shape == (len(ours), len(theirs))
    assert parts.sum() == pytest.approx(cosine(ours.mean(0), theirs.mean(0)), abs=1e-12)
    assert lens.cosine_parts(theirs, ours) == pytest.approx(parts.T, abs=1e-15)
    assert lens.cosine_parts(7 * ours, theirs / 3) == pytest.approx(parts)
    assert lens.cosine_parts(ours, ours).sum() == pytest.approx(1)
    # A row is what its token does for the whole: h · v' / (n ‖v‖ ‖v'‖).
    ours_mean, mean = ours.mean(0), theirs.mean(0)
    share = ours @ mean / len(ours) / np.linalg.norm(ours_mean) / np.linalg.norm(mean)
    assert parts.sum(axis=1) == pytest.approx(share)


def test_a_weighted_mean_and_one_that_is_centred_are_split_as_well() -> None:
    chance = np.random.default_rng(0)
    ours, theirs, shared = chance.normal(size=(4, 8)), chance.normal(size=(5, 8)), chance.normal(size=8)
    w, v = np.arange(1, 5), np.arange(1, 6)
    parts = lens.cosine_parts(ours, theirs, (w, v))
    assert parts.sum() == pytest.approx(cosine(w @ ours, v @ theirs))
    assert lens.cosine_parts(ours, theirs, (np.ones(4), np.ones(5))) == pytest.approx(lens.cosine_parts(ours, theirs))
    centred = lens.cosine_parts(ours - shared, theirs - shared)
    assert centred.sum() == pytest.approx(cosine(ours.mean(0) - shared, theirs.mean(0) - shared))


def test_by_hand_and_a_mean_of_nothing() -> None:
    # v = (1, 1) / 2 · 2, v' = (1, 0): (1, 0) · (1, 0) / (2 · √2 / 2 · 1) = 0.7071, (0, 1) adds nothing.
    assert lens.cosine_parts([[1, 0], [0, 1]], [[1, 0]]) == pytest.approx(np.array([[2**-0.5], [0]]))
    assert not lens.cosine_parts([[1, 0], [-1, 0]], [[1, 0]]).any()


def test_the_strongest_links_are_furthest_from_zero_to_either_side() -> None:
    parts = np.array([[0.1, -0.4], [0.3, 0.0]])
    assert lens.strongest_links(parts) == (lens.Link(0, 1, -0.4), lens.Link(1, 0, 0.3), lens.Link(0, 0, 0.1))


def test_sentences_and_tables() -> None:
    names = (["the", "bank"], ["bank", "bank"])
    said = lens.notice(np.array([[0.1, -0.05], [0.6, 0.1]]), names)
    assert said == (
        "The cosine of 0.75 is the sum of 4 parts, one for each pair of tokens; the largest is that of “bank” and “bank” (token 1), +0.600. "
        "1 pair pulls the texts apart, by 0.05."
    )
    tie = lens.notice(np.array([[0.3, 0.3], [0.1, 0.0]]), names)
    assert tie == "The cosine of 0.70 is the sum of 4 parts, one for each pair of tokens."
    assert (
        lens.notice(np.array([[-0.5]]), (["a"], ["b"]))
        == "The cosine of −0.50 is that of “a” and “b”, the only tokens of both."
    )
    links = lens.strongest_links(np.array([[0.1, -0.4], [0.3, 0.0]]), k=1)
    assert lens.link_columns(links, names) == {
        "token number, first text": [1], "token, first text": ["the"],
        "token number, second text": [2], "token, second text": ["bank"], "part": [-0.4],
    }  # fmt: skip
    assert csv_text(lens.matrix_columns(np.eye(2), names)).startswith("token number,token,1 bank,2 bank")


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_split_the_sentence_keeps_to_the_laws(seed: Any) -> None:
    chance = np.random.default_rng(seed)
    n, m = chance.integers(1, 5, size=2)
    ours, theirs = (chance.normal(size=(size, 3)).round(seed % 2) for size in (n, m))
    parts = lens.cosine_parts(ours, theirs)
    assert broken_laws(lens.notice(parts, (["the"] * n, ["cat"] * m))) == []


@pytest.mark.parametrize("its", (LIGHT, DARK, theme("light", narrow=True)), ids=lambda its: its.key)
def test_pictures_show_the_parts(its: Any) -> None:
    parts, names = np.array([[0.1, -0.4], [0.3, 0.02]]), (["the", "<b>"], ["bank", "bank"])
    whole = cosine_pictures.parts_picture(parts, names, its)
    assert (
        np.array_equal(whole.figure.data[0].z, parts.astype(np.float32))
        and whole.figure.data[0].zmin == -whole.figure.data[0].zmax
    )
    assert "What the cosine of 0.02" in whole.figure.layout.title.text.replace("<br>", " ")
    links = cosine_pictures.links_picture(parts, names, its, k=3)
    assert links.columns["part"] == [-0.4, 0.3, 0.1] and whole.notice == links.notice
    assert links.figure.layout.title.text.startswith("The 3 strongest of 4 parts") and "<b>" not in links.figure.to_json()
    assert cosine_pictures.links_picture(parts, names, its).figure.layout.title.text.startswith("All parts")
