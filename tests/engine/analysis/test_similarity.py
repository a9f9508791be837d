from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from bertviz_app.analysis import similarity as lens
from bertviz_app.drawing import colors
from bertviz_app.families.pooling import Recipe
from bertviz_app.families.spelling import SpecialTokens

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass


def test_cosines_like_scikit_learn_symmetric_and_bounded(forward: ForwardPass) -> None:
    vectors = forward.hidden_states[-1]
    matrix = lens.cosine_matrix(vectors)
    assert matrix == pytest.approx(cosine_similarity(vectors), abs=1e-5)
    assert matrix == pytest.approx(matrix.T)
    assert np.diag(matrix) == pytest.approx(np.ones(len(vectors)), abs=1e-6)


def test_a_zero_vector_is_at_right_angles_to_all() -> None:
    assert lens.cosine_matrix(np.array([[0, 0], [1, 0]], dtype=np.float32))[0].tolist() == [0, 0]


def test_sentence_vectors(forward: ForwardPass) -> None:
    assert np.array_equal(lens.sentence_vector(forward, "[CLS]"), forward.hidden_states[-1][0])
    assert lens.sentence_vector(forward, "mean") == pytest.approx(forward.hidden_states[-1][1:5].mean(axis=0))
    assert np.array_equal(lens.sentence_vector(forward, "pooled"), forward.pooler_output)
    with pytest.raises(ValueError, match="median"):
        lens.sentence_vector(forward, "median")


def test_neighbours_by_hand() -> None:
    table = np.array([[1, 0], [0, 1], [2, 0.1], [1, 1], [1, 0]], dtype=np.float32)
    found = lens.neighbours(0, table, ["a", "b", "c", "d", "[unused1]"].__getitem__, k=2)
    assert [neighbour.token for neighbour in found] == ["c", "d"]
    assert found[1].cosine == pytest.approx(1 / np.sqrt(2))


def test_the_python_on_the_page_gives_the_same_neighbours(model: Model) -> None:
    token_id = model.reader.vocabulary["bank"]
    scope: dict[str, Any] = {}
    exec(lens.neighbours_code(model.info, token_id), scope)
    for neighbour in lens.neighbours(token_id, model.word_embeddings, model.reader.token):
        assert float(scope["cosines"][neighbour.token_id]) == pytest.approx(neighbour.cosine, abs=1e-5)


def test_neighbours_of_a_real_token(model: Model) -> None:
    token_id = model.reader.vocabulary["bank"]
    found = lens.neighbours(token_id, model.word_embeddings, model.reader.token, k=20)
    reference = cosine_similarity(model.word_embeddings[[token_id]], model.word_embeddings)[0]
    names = [model.reader.token(i) for i in np.argsort(-reference) if i != token_id]
    assert [neighbour.token for neighbour in found] == [name for name in names if not name.startswith("[unused")][:20]
    assert max(abs(neighbour.cosine - reference[neighbour.token_id]) for neighbour in found) < 1e-5
    assert (np.diff([neighbour.cosine for neighbour in found]) <= 0).all()


@pytest.mark.parametrize("state", [0, 6])
def test_the_python_on_the_page_gives_the_same_similarities(model: Model, pair_forward: ForwardPass, state: Any) -> None:
    scope: dict[str, Any] = {}
    exec(lens.tokens_code(model.info, pair_forward.encoding, state=state), scope)
    assert np.abs(lens.cosine_matrix(pair_forward.hidden_states[state]) - scope["cosines"].numpy()).max() < 1e-5


def test_most_alike_is_never_a_point_with_itself() -> None:
    assert lens.most_alike(np.array([[1, -1], [-1, 1]], dtype=np.float32)) == (0, 1)
    assert lens.most_alike(np.array([[1, 0.1, 0.2], [0.1, 1, 0.9], [0.2, 0.9, 1]], dtype=np.float32)) == (1, 2)


def test_figures_carry_the_numbers() -> None:
    matrix = np.eye(3, dtype=np.float32)
    figure = lens.similarity_figure(matrix, ["<b>", "b", "c"], colors.LIGHT, title="t", numbered=["1", "2", "3"])
    assert np.array_equal(figure.data[0].z, matrix)
    assert figure.layout.yaxis.ticktext[0] == "&lt;b&gt;"
    assert figure.layout.xaxis.ticktext == ("1", "2", "3")
    # Counted from 1, as hover says it.
    assert list(figure.data[0].x) == list(figure.layout.xaxis.tickvals) == [1, 2, 3]
    assert figure.data[0].customdata[0, 1].tolist() == ["&lt;b&gt;", "b"]


def test_a_long_text_is_sent_without_names_in_every_cell() -> None:
    n = 512
    figure = lens.similarity_figure(np.eye(n, dtype=np.float32), ["word"] * n, colors.LIGHT, title="t")
    assert figure.data[0].customdata is None
    assert len(figure.to_json()) < 1_500_000


def test_neighbours_figure_is_text_never_markup() -> None:
    figure = lens.neighbours_figure([lens.Neighbour("<i>", 7, 0.5)], colors.LIGHT, of="<b>")
    assert "&lt;b&gt;" in figure.layout.title.text
    assert figure.layout.yaxis.ticktext == ("&lt;i&gt;",)
    assert list(figure.data[0].x) == [0.5]


def test_the_table_of_cosines_keeps_tokens_that_stand_twice() -> None:
    matrix = np.array([[1, 0.5], [0.25, 1]], dtype=np.float32)
    assert lens.matrix_columns(matrix, ["bank", "bank"]) == {
        "token number": [1, 2],
        "token": ["bank", "bank"],
        "1 bank": [1, 0.5],
        "2 bank": [0.25, 1],
    }


def test_what_is_said_of_the_vectors_fits_the_model(model: Model) -> None:
    assert "None of them was trained for similarity." in lens.sentences_method(model.info)
    trained = replace(model.info, recipe=Recipe(("mean",)), special=SpecialTokens(cls="<s>", sep="</s>"))
    said = lens.sentences_method(trained)
    assert "None of them" not in said and "without <s> and </s>" in said and "[CLS]" not in said


def test_cells_write_minus_as_sentences_do() -> None:
    chart = lens.similarity_figure(np.array([[1.0, -0.364], [-0.364, 1.0]]), ["a", "b"], colors.LIGHT, title="T")
    assert [list(row) for row in chart.data[0].text] == [["1.00", "−0.36"], ["−0.36", "1.00"]]
