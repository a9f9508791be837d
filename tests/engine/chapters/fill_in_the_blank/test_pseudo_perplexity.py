from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.analysis.probability import log_probability
from bertviz_app.chapters.fill_in_the_blank import pseudo_perplexity as lens
from bertviz_app.chapters.fill_in_the_blank import snippet as code
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


def scored(model: Model, encoding: Any) -> Any:
    positions = lens.readable(encoding)
    states = dict(model.final_states([model.reader.masked(encoding, [p]) for p in positions]))
    rows = np.stack([states[i].last_hidden_state[p] for i, p in enumerate(positions)])
    return lens.score(encoding, positions, log_probability(model.vocabulary_logits(rows), encoding.token_ids[positions]))


def by_hand(*probabilities: Any) -> Any:
    n = len(probabilities)
    return lens.Score(tuple(range(n)), tuple("abcdefgh"[:n]), np.log(np.array(probabilities, dtype=np.float32)))


def test_by_hand_and_at_its_bound() -> None:
    result = by_hand(0.5, 0.125)
    assert result.log_likelihood == pytest.approx(np.log(0.0625))
    assert result.perplexity == pytest.approx(4.0)
    assert by_hand(1.0, 1.0, 1.0).perplexity == 1.0


@pytest.mark.parametrize("text, pair", [("I love AI!", None), ("The man went to the store.", "He bought [MASK].")])
def test_the_python_gives_the_same_numbers(model: Model, text: Any, pair: Any) -> None:
    encoding = model.encode(text, pair)
    scope: dict[str, Any]
    result, scope = scored(model, encoding), {}
    exec(code.pseudo_perplexity_code(model.info, encoding, result.positions), scope)
    assert np.abs(np.exp(scope["log_probabilities"]) - np.exp(result.log_probabilities)).max() < 1e-5
    assert scope["pseudo_perplexity"] == pytest.approx(result.perplexity, rel=1e-4)


def test_a_plain_sentence_is_easier_than_its_words_in_disorder(model: Model) -> None:
    plain, disorder = (scored(model, model.encode(text)) for text in ("She went to the store.", "Store to the went she."))
    assert 1 <= plain.perplexity < disorder.perplexity


def test_special_tokens_and_blanks_are_not_hidden(model: Model) -> None:
    encoding = model.encode("a [MASK] b [SEP] c")
    assert [encoding.tokens[p] for p in lens.readable(encoding)] == ["a", "b", "c"]


def test_the_figure_and_the_notice_carry_the_numbers() -> None:
    result = by_hand(0.5, 0.125)
    figure = lens.surprise_figure(result, colors.LIGHT)
    assert figure.data[0].y == pytest.approx(-np.log([0.5, 0.125]))
    assert figure.layout.shapes[0].y0 == pytest.approx(np.log(4))
    assert lens.notice(result).startswith("Pseudo-perplexity 4.0:") and "Hardest" not in lens.notice(result)  # of two
    assert lens.notice(by_hand(0.5, 0.25, 0.125)).endswith("Hardest to guess: “c”, 12 %.")
    assert figure.data[0].text == ("50 %", "12 %")
