from __future__ import annotations

from itertools import pairwise, permutations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.chapters.next_sentence import measures as next_sentence
from bertviz_app.chapters.next_sentence import ordering as lens
from bertviz_app.chapters.next_sentence import snippet as code
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

STORY = ("She opened the door.", "A cat sat on the mat.", "It looked at her.")


def test_equal_to_plain_transformers_by_the_python_on_the_page(model: Model) -> None:
    scope: dict[str, Any] = {}
    exec(code.ordering_code(model.info, STORY), scope)
    ours = np.zeros((len(STORY), len(STORY)), dtype=np.float32)
    for i, j in permutations(range(len(STORY)), 2):
        pooled = model.run(model.encode(STORY[i], STORY[j])).pooler_output
        ours[i, j] = next_sentence.is_next(model.class_logits("next_sentence", pooled))
    assert ours == pytest.approx(scope["matrix"].numpy(), abs=1e-5)
    assert lens.best_chain(ours).order == scope["order"]


def test_best_chain_by_hand() -> None:
    probabilities = np.array([[0, 0.1, 0.9], [0.8, 0, 0.2], [0.3, 0.4, 0]], dtype=np.float32)
    chain = lens.best_chain(probabilities)
    assert chain.order == (1, 0, 2)
    assert chain.is_exact
    assert chain.log_probability == pytest.approx(np.log(0.8 * 0.9))


@pytest.mark.parametrize("n", [2, 3, 5, 6])
def test_no_other_order_is_better(n: Any) -> None:
    probabilities = np.random.default_rng(n).uniform(0.01, 1, (n, n)).astype(np.float32)
    logs = np.log(probabilities)
    best = max(sum(logs[a, b] for a, b in pairwise(order)) for order in permutations(range(n)))
    assert lens.best_chain(probabilities).log_probability == pytest.approx(float(best), abs=1e-5)


def test_many_sentences_still_make_a_chain() -> None:
    chain = lens.best_chain(np.random.default_rng(0).uniform(0.01, 1, (20, 20)).astype(np.float32))
    assert sorted(chain.order) == list(range(20))
    assert not chain.is_exact


def test_what_to_notice_says_when_the_choice_is_a_close_one() -> None:
    close = np.array([[0, 0.97, 0.98], [0.97, 0, 0.99], [0.98, 0.98, 0]], dtype=np.float32)
    assert "means little" in lens.notice(lens.best_chain(close), close)
    clear = np.array([[0, 0.1, 0.9], [0.8, 0, 0.2], [0.3, 0.4, 0]], dtype=np.float32)
    said = lens.notice(lens.best_chain(clear), clear)
    assert "2 → 1 → 3" in said and "means little" not in said


def test_the_matrix_leaves_the_diagonal_empty_and_the_rest_as_it_is() -> None:
    probabilities = np.random.default_rng(1).uniform(size=(3, 3)).astype(np.float32)
    drawn = lens.matrix_figure(probabilities, STORY, colors.LIGHT).data[0].z
    aside = ~np.eye(3, dtype=bool)
    assert np.isnan(np.diag(drawn)).all()
    assert np.array_equal(drawn[aside], probabilities[aside])
