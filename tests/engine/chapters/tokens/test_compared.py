from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app import load
from bertviz_app.analysis.alignment import align
from bertviz_app.analysis.differences_said import SAME
from bertviz_app.analysis.typed_characters import Read
from bertviz_app.chapters.tokens import compared as lens
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.drawing.pictures import Picture
    from bertviz_app.engine.model import Model


def picture(models: Any, texts: Any) -> Picture:
    encodings = tuple(model.encode(text) for model, text in zip(models, texts, strict=True))
    return lens.tokens_picture(align(*map(Read.plain, encodings)), encodings, colors.LIGHT)


def test_against_itself_nothing_differs(model: Model) -> None:
    same = picture((model, model), ("He loves skateboarding.",) * 2)
    assert same.notice == SAME and same.columns["original"] == same.columns["variant"]
    assert (np.asarray(same.figure.data[0].z) == 1).all()


def test_another_word_has_no_partner(model: Model) -> None:
    found = picture((model, model), ("He sat here.", "She sat here."))
    assert found.notice == "Both have 6 tokens; “he” of the original and “she” of the variant have no partner."
    at = found.columns["original"].index("he")
    assert found.columns["variant"][at] == "" and found.columns["ids, variant"][at] == ""
    assert np.isnan(np.asarray(found.figure.data[0].z, dtype=float)[1, at])


@pytest.mark.parametrize("family", ["roberta", "xlm-r"])
def test_another_tokenizer_needs_other_tokens_for_the_same_text(
    model: Model, tiny_families: dict[str, Path], family: str
) -> None:
    other = load(str(tiny_families[family]))
    found = picture((model, other), ("the cat sat.",) * 2)
    counts = np.nan_to_num(np.asarray(found.figure.data[0].z, dtype=float))
    assert counts.sum(axis=1).tolist() == [model.encode("the cat sat.").n_tokens, other.encode("the cat sat.").n_tokens]
    assert "for the same text" in found.notice or "no partner" in found.notice
    assert " ".join(filter(None, found.columns["ids, variant"])).split() == [
        str(one) for one in other.encode("the cat sat.").token_ids
    ]
