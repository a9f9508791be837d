from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bertviz_app.chapters.embeddings import sentence_vectors as lens
from bertviz_app.families.pooling import Recipe
from bertviz_app.families.spelling import SpecialTokens

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass


def test_sentence_vectors(forward: ForwardPass) -> None:
    assert np.array_equal(lens.FIRST.of(forward), forward.hidden_states[-1][0])
    assert lens.MEAN.of(forward) == pytest.approx(forward.hidden_states[-1][1:5].mean(axis=0))
    pooled = forward.pooler_output
    assert pooled is not None and np.array_equal(lens.POOLED.of(forward), pooled)


def test_a_model_without_a_trained_pooler_offers_no_pooled_vector(forward: ForwardPass) -> None:
    assert lens.ways(forward.model) == (lens.MEAN, lens.FIRST, lens.POOLED)
    assert lens.ways(replace(forward.model, has_pooler=False)) == (lens.MEAN, lens.FIRST)
    with pytest.raises(ValueError, match="no trained pooler"):
        lens.POOLED.of(replace(forward, pooler_output=None))


def test_what_is_said_of_the_vectors_fits_the_model(model: Model) -> None:
    assert "None of them was trained for similarity." in lens.method(model.info)
    trained = replace(model.info, recipe=Recipe(("mean",)), special=SpecialTokens(cls="<s>", sep="</s>"))
    said = lens.method(trained)
    assert "None of them" not in said and "without <s> and </s>" in said and "[CLS]" not in said
