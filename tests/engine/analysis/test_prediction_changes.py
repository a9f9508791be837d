"""The laws of what differs between two predictions, and numbers worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bertviz_app.analysis.prediction_changes import CandidateChanges, Names, bits_figure, changes, columns, notice
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.drawing import colors


def said(probabilities: Any, **more: Any) -> Prediction:
    return Prediction("masked_words", "the blank", np.log(np.array(probabilities, dtype=np.float32)), **more)


def of(names: str) -> Names:
    return Names.listed(names.split())


def test_bits_and_ranks_worked_by_hand() -> None:
    """0.5 → 0.25 halves it, 0.25 → 0.5 doubles it."""
    found = changes(said([0.5, 0.25, 0.25]), said([0.25, 0.5, 0.25]), (of("cat dog sun"), of("cat dog sun")))
    assert found.names == ("cat", "dog", "sun")
    assert found.moved == pytest.approx([-1, 1, 0], abs=1e-6)
    assert found.ranks.tolist() == [[1, 2, 2], [2, 1, 2]]
    assert (
        notice([found])
        == "“cat” (the blank) goes from 50 % to 25 %, −1.00 bits; the variant’s first choice is “dog” with 50 %."
    )
    assert columns([found])["bits"] == pytest.approx([-1, 1, 0], abs=1e-6)


def test_candidates_meet_by_their_names_and_what_one_side_lacks_is_no_number() -> None:
    found = changes(said([0.7, 0.3]), said([0.2, 0.8]), (of("cat dog"), of("sun cat")))
    assert found.names == ("cat", "dog", "sun")
    assert found.moved[0] == pytest.approx(np.log2(0.8 / 0.7), abs=1e-6) and np.isnan(found.moved[1:]).all()
    assert columns([found])["variant"][1] is None and columns([found])["rank, original"][2] is None
    assert "no such candidate" in bits_figure([found], colors.LIGHT).data[0].text
    lost = changes(said([0.3, 0.7]), said([0.2, 0.8]), (of("cat dog"), of("sun cat")))
    assert (
        notice([lost])
        == "“dog”, the original’s first choice with 70 % (the blank), is no candidate of the variant, which says “cat”."
    )


def random_changes(seed: int, *, exchanged: bool = False) -> CandidateChanges:
    rng = np.random.default_rng(seed)
    sides = [said(row / row.sum()) for row in rng.random((2, 40))]
    names = Names.listed([f"w{place}" for place in range(40)])
    one, other = sides[::-1] if exchanged else sides
    return changes(one, other, (names, names))


@pytest.mark.parametrize("seed", range(20))
def test_laws(seed: int) -> None:
    """Against itself nothing differs; exchanged, every difference changes its sign."""
    one, other = random_changes(seed), random_changes(seed, exchanged=True)
    assert set(one.names) == set(other.names)
    exchanged = dict(zip(other.names, other.moved, strict=True))
    assert [exchanged[name] for name in one.names] == pytest.approx((-one.moved).tolist())
    itself = said([0.5, 0.3, 0.2])
    same = changes(itself, itself, (of("a b c"), of("a b c")))
    assert not same.moved.any() and notice([same]) == "“a” (the blank) has 50 % in both."


def test_numbers_are_no_probabilities() -> None:
    sides = [
        Prediction("scores", "score", np.array([value], dtype=np.float32), ("score",), decoding="number")
        for value in (1.5, -0.5)
    ]
    found = changes(*sides, (of("score"), of("score")))  # type: ignore[call-arg]
    assert found.moved.tolist() == [-2.0] and notice([found]) == "“score” (score) goes from 1.50 to −0.500."
    assert "bits" not in bits_figure([found], colors.LIGHT).layout.xaxis.title.text


@pytest.mark.parametrize("theme", [colors.LIGHT, colors.DARK, colors.theme("light", narrow=True)])
def test_the_figure_draws_the_largest_changes_and_carries_text_as_text(theme: colors.Theme) -> None:
    found = changes(said([0.7, 0.3]), said([0.4, 0.6]), (of("<b> a$b$"), of("<b> a$b$")))
    figure = bits_figure([found], theme)
    assert list(figure.layout.yaxis.ticktext) == ["a&#36;b&#36;", "&lt;b&gt;"]  # 1 bit before 0.8
    assert list(figure.data[0].x) == pytest.approx([1.0, np.log2(0.4 / 0.7)], abs=1e-5)
    many = [random_changes(seed) for seed in range(4)]
    drawn = np.abs(bits_figure(many, theme).data[0].x)
    assert len(drawn) == 12 and list(drawn) == sorted(drawn, reverse=True)
    assert drawn[0] == max(np.abs(one.moved).max() for one in many)
