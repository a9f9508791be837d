from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.chapters.tasks import snippet as code
from bertviz_app.chapters.tasks import summary as lens
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


def test_centrality_by_hand() -> None:
    """Cosines 1/√2, 0 and 1/√2: the smallest, 0, is no link. The middle one has all the links, half of each other's way is its own."""
    walk = lens.centrality(np.array([[1, 0], [1, 1], [0, 1]], dtype=np.float32))
    # p1 = 0.05 + 0.85 · p2 / 2 and p2 = 0.05 + 0.85 · 2 p1
    p1 = (0.05 + 0.425 * 0.05) / (1 - 0.425 * 1.7)
    assert walk == pytest.approx([p1, 0.05 + 1.7 * p1, p1], abs=1e-6)


def test_the_walk_is_a_distribution_and_solves_its_equation() -> None:
    vectors = np.random.default_rng(0).normal(size=(9, 20)).astype(np.float32)
    walk = lens.centrality(vectors)
    assert walk.sum() == pytest.approx(1) and (walk > 0).all()
    assert lens.centrality(vectors[::-1])[::-1] == pytest.approx(walk, abs=1e-6)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_sentences_that_are_all_alike_are_equally_central(n: Any) -> None:
    assert lens.centrality(np.ones((n, 4), dtype=np.float32)) == pytest.approx(np.full(n, 1 / n))


@pytest.mark.parametrize(("ratio", "expected"), [(0.0, [2]), (0.5, [1, 2]), (1.0, [0, 1, 2, 3])])
def test_the_most_central_are_chosen_in_the_order_of_the_text(ratio: Any, expected: Any) -> None:
    assert lens.chosen(np.array([0.1, 0.3, 0.4, 0.2]), ratio) == expected


def test_what_to_notice_counts() -> None:
    said = lens.notice(np.array([0.1, 0.6, 0.3]), [1])
    assert "1 of 3 sentences" in said and "Sentence 2" in said and "60 %" in said and "1.80 times" in said
    assert "its own summary" in lens.notice(np.array([1.0]), [0])


def test_the_figure_colours_what_is_chosen_and_carries_text_as_text() -> None:
    figure = lens.centrality_figure(np.array([0.4, 0.6]), [1], ["<b>a</b>", "b"], colors.LIGHT)
    assert list(figure.data[0].marker.color) == [colors.LIGHT.muted, colors.LIGHT.accent]
    assert figure.data[0].customdata[0] == "&lt;b&gt;a&lt;/b&gt;"


def test_the_python_code_gives_the_same_walk(model: Model) -> None:
    texts = ["The cat sat on the mat.", "A dog barked at the cat.", "Shares fell sharply on Monday.", "The cat ran away."]
    scope: dict[str, Any] = {}
    exec(code.summary_code(model.info, texts), scope)
    forwards = [model.run(model.encode(text)) for text in texts]
    vectors = np.stack([forward.hidden_states[-1][~forward.encoding.is_special].mean(axis=0) for forward in forwards])
    assert lens.centrality(vectors) == pytest.approx(scope["walk"].numpy(), abs=1e-5)
