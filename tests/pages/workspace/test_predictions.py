from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bertviz_app import load
from bertviz_app.analysis.probability import softmax
from bertviz_app.engine.intervened import intervened
from bertviz_app.records.interventions import Intervention
from bertviz_app.workspace.predictions import MOST_BLANKS, predictions

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


def test_every_head_is_asked_in_the_same_order_whatever_is_switched_off(model: Model) -> None:
    encoding = model.encode("Who met [MASK] Cook?", "Angela Merkel met the head of Apple in Paris.")
    whole = predictions(model, encoding, model.run(encoding))
    (state,) = intervened(model, encoding, [Intervention(layers=frozenset([5]))])
    without = predictions(model, encoding, state)
    assert [one.heading for one in whole] == [one.heading for one in without]
    assert [one.title for one in whole[:6]] == [
        "the blank, token 4", "next sentence", "sentence pair", "sentiment", "where the answer starts", "where the answer ends",
    ]  # fmt: skip
    assert {one.about for one in whole[6:]} >= {"“Angela”, token 8", "“Paris”, token 17"}
    for one in whole:
        assert one.values.sum() == pytest.approx(1, abs=1e-5) and one.best == one.logits.argmax()


def test_one_sentence_is_asked_nothing_about_a_pair(model: Model) -> None:
    encoding = model.encode("The cat sat.")
    titles = [one.title for one in predictions(model, encoding, model.run(encoding))]
    assert titles == ["sentiment"] + ["named entities"] * 4


def test_of_many_blanks_a_few_are_filled(model: Model) -> None:
    encoding = model.encode("[MASK] " * 9)
    found = [one for one in predictions(model, encoding, model.run(encoding)) if one.task == "masked_words"]
    assert [one.position for one in found] == list(range(1, 1 + MOST_BLANKS))


def test_a_discriminator_says_of_each_token_what_its_sigmoid_does(tiny_families: dict[str, Path]) -> None:
    model = load(str(tiny_families["electra-discriminator"]))
    encoding = model.encode("the man went to the store.")
    forward = model.run(encoding)
    found = predictions(model, encoding, forward)
    assert len(found) == encoding.n_tokens
    replaced = 1 / (1 + np.exp(-model.replacement_logits(forward.hidden_states[-1])))
    assert [softmax(one.logits)[1] for one in found] == pytest.approx(replaced, abs=1e-6)
