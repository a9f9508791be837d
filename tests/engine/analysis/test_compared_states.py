from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bertviz_app import load
from bertviz_app.analysis import compared_states as lens
from bertviz_app.analysis.alignment import align
from bertviz_app.analysis.differences_said import SAME
from bertviz_app.analysis.typed_characters import Read
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

TEXTS = ("He sat on the bank of the river.", "He put his money into a bank.")


def test_of_one_model_each_token_has_a_cosine_in_each_layer(model: Model) -> None:
    one, other = (model.run(text) for text in TEXTS)
    alignment = align(Read.plain(one.encoding), Read.plain(other.encoding))
    table = lens.states_picture(one, other, alignment, colors.LIGHT).columns
    at = table["original"].index("bank")
    vectors = [forward.hidden_states[-1, forward.encoding.tokens.index("bank")] for forward in (one, other)]
    cosine = float(vectors[0] @ vectors[1] / np.prod([np.linalg.norm(vector) for vector in vectors]))
    assert table[f"cosine, layer {model.info.n_layers}"][at] == pytest.approx(cosine, abs=1e-5)
    itself = align(*[Read.plain(one.encoding)] * 2)
    assert lens.states_picture(one, one, itself, colors.DARK).notice == SAME


def test_of_two_models_each_layer_of_the_shallower_has_a_partner(model: Model, tiny_families: dict[str, Path]) -> None:
    one, other = model.run("the cat sat on the mat."), load(str(tiny_families["roberta"])).run("the cat sat on the mat.")
    alignment = align(Read.plain(one.encoding), Read.plain(other.encoding))
    forth = lens.states_picture(one, other, alignment, colors.LIGHT)
    back = lens.states_picture(other, one, alignment.exchanged, colors.LIGHT)
    assert len(forth.columns["CKA"]) == min(one.model.n_layers, other.model.n_layers) + 1
    assert forth.columns["CKA"] == pytest.approx(back.columns["CKA"])
    assert forth.columns["layer of the original"] == back.columns["layer of the variant"]
    assert [f"{value:.2f}".replace("-", "−") for value in forth.columns["CKA"]] == list(forth.figure.data[0].text)
    assert "CKA" in forth.notice and forth.columns["layer of the original"][0] == "the embeddings"


def test_with_too_few_tokens_it_says_so_and_draws_no_bar(model: Model, tiny_families: dict[str, Path]) -> None:
    one, other = model.run("cat"), load(str(tiny_families["bert"])).run("dog")
    alignment = align(Read.plain(one.encoding), Read.plain(other.encoding))
    picture = lens.states_picture(one, other, alignment, colors.LIGHT)
    assert picture.notice.startswith("With fewer than four tokens") and not picture.figure.data
    assert set(picture.columns["CKA"]) == {None}
