from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app import load
from bertviz_app.analysis.similarity import cosine_matrix
from bertviz_app.chapters.embeddings.sentence_vectors import MEAN
from bertviz_app.chapters.tasks import snippet as code
from bertviz_app.chapters.tasks import text_map as lens
from bertviz_app.drawing import colors
from bertviz_app.engine.sentence_vectors import sentence_vectors
from bertviz_app.families.pooling import Recipe
from bertviz_app.families.spelling import SpecialTokens

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

TEXTS = ["I love AI!", "The cat sat on the mat.", "Stocks fell <b>again</b>."]


@pytest.mark.parametrize("is_centred", [False, True])
def test_the_python_code_gives_the_same_cosines(model: Model, is_centred: Any) -> None:
    scope: dict[str, Any] = {}
    exec(code.similarity_code(model.info, TEXTS, lens.Making(64), is_centred=is_centred), scope)
    vectors = np.stack([MEAN.of(model.run(model.encode(text))) for text in TEXTS])
    assert cosine_matrix(lens.centred(vectors) if is_centred else vectors) == pytest.approx(scope["cosines"].numpy(), abs=1e-5)


def test_the_most_and_the_least_alike_by_hand() -> None:
    vectors = np.array([[1, 0], [1, 0.1], [0, 1]], dtype=np.float32)
    said = lens.notice(cosine_matrix(vectors), vectors)
    assert (
        "Texts 1 and 2 are most alike (cosine 1.00)" in said
        and "texts 1 and 3 are least alike (cosine 0.00)" in said
        and "all of the spread" in said
    )
    two = cosine_matrix(vectors[:2])
    assert lens.notice(two, vectors[:2]) == "Texts 1 and 2 have the cosine 1.00."


def test_centred_vectors_have_no_common_part() -> None:
    centred = lens.centred(np.array([[5, 1], [5, 3], [5, 2]], dtype=np.float32))
    assert centred.tolist() == [[0, -1], [0, 1], [0, 0]]


def test_the_map_numbers_the_texts_and_hover_names_them_as_text() -> None:
    figure = lens.map_figure(np.eye(3, dtype=np.float32), TEXTS, colors.DARK)
    assert figure.data[0].text[2] == "Stocks fell &lt;b&gt;again&lt;/b&gt;."
    assert [annotation.text for annotation in figure.layout.annotations] == ["1", "2", "3"]


def test_a_model_that_was_trained_for_similarity_is_never_said_not_to_be(model: Model) -> None:
    plain = model.info
    assert "No part of this model was trained for similarity" in lens.method(plain, lens.WORDS) and lens.ways(plain) == (
        lens.WORDS,
        lens.TOKENS,
    )
    special = SpecialTokens(cls="<s>", sep="</s>")
    trained = replace(plain, recipe=Recipe(("mean",), max_tokens=256, normalises=True, similarity="dot"), special=special)
    assert lens.ways(trained)[0] == lens.TRAINED
    unread = replace(plain, recipe=Recipe(("mean",), unread="LSTM"))
    assert lens.TRAINED not in lens.ways(unread) and "with a part that is not read here (LSTM)" in lens.method(
        unread, lens.WORDS
    )
    for info in (trained, unread):
        for way in lens.WAYS:
            assert "No part" not in lens.method(info, way)
    said = lens.method(trained, lens.TRAINED)
    assert (
        "the mean over all tokens, <s> and </s> among them, then scaled to length 1. Of a text the first 256 tokens are read."
        in said
    )
    assert "compared by “dot”" in said and "without" not in said


@pytest.mark.parametrize("way", lens.WAYS)
def test_the_python_code_of_every_way_gives_the_vectors_of_the_page(
    tiny_families: dict[str, Path], tmp_path: Path, way: Any
) -> None:
    from sentence_folders import trained

    folder = trained(
        tmp_path / "mine",
        tiny_families["mpnet"],
        pooling={"pooling_mode": ["cls", "mean"], "include_prompt": False},
        dense=True,
        normalize=True,
    )
    model = load(str(folder))
    texts = [f"the cat: {text}" for text in TEXTS]
    n_prompt = model.encode("the cat: ").n_tokens - 1
    scope: dict[str, Any] = {}
    exec(code.similarity_code(model.info, texts, lens.Making(60, way, n_prompt)), scope)
    forwards = [model.run(model.encode(text)) for text in texts]
    vectors = {  # type: ignore[no-untyped-call]
        lens.TRAINED: lambda: sentence_vectors(model, forwards, n_prompt=n_prompt),
        lens.WORDS: lambda: np.stack([MEAN.of(forward) for forward in forwards]),
        lens.TOKENS: lambda: np.stack([forward.hidden_states[-1].mean(axis=0) for forward in forwards]),
    }[way]()
    assert cosine_matrix(vectors) == pytest.approx(scope["cosines"].numpy(), abs=1e-5)
