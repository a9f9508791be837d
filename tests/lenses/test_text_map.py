from __future__ import annotations

import numpy as np
import pytest

from bertviz_app import plots
from bertviz_app.lenses import text_map as lens
from bertviz_app.lenses.similarity import cosine_matrix, sentence_vector

TEXTS = ["I love AI!", "The cat sat on the mat.", "Stocks fell <b>again</b>."]


@pytest.mark.parametrize("is_centred", [False, True])
def test_the_python_code_gives_the_same_cosines(model, is_centred):
    scope: dict = {}
    exec(lens.python_code(model.info, TEXTS, 64, is_centred=is_centred), scope)
    vectors = np.stack([sentence_vector(model.run(model.encode(text)), "mean") for text in TEXTS])
    assert cosine_matrix(lens.centred(vectors) if is_centred else vectors) == pytest.approx(scope["cosines"].numpy(), abs=1e-5)


def test_the_most_and_the_least_alike_by_hand():
    vectors = np.array([[1, 0], [1, 0.1], [0, 1]], dtype=np.float32)
    said = lens.notice(cosine_matrix(vectors), vectors)
    assert (
        "Texts 1 and 2 are most alike (cosine 1.00)" in said
        and "texts 1 and 3 least (0.00)" in said
        and "100 % of the spread" in said
    )
    two = cosine_matrix(vectors[:2])
    assert lens.notice(two, vectors[:2]) == "Texts 1 and 2 have the cosine 1.00."


def test_centred_vectors_have_no_common_part():
    centred = lens.centred(np.array([[5, 1], [5, 3], [5, 2]], dtype=np.float32))
    assert centred.tolist() == [[0, -1], [0, 1], [0, 0]]


def test_the_map_numbers_the_texts_and_hover_names_them_as_text():
    figure = lens.map_figure(np.eye(3, dtype=np.float32), TEXTS, plots.DARK)
    assert figure.data[0].text[2] == "Stocks fell &lt;b&gt;again&lt;/b&gt;."
    assert [annotation.text for annotation in figure.layout.annotations] == ["1", "2", "3"]
