from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from bertviz_app.analysis import similarity as lens
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.records.forward import ForwardPass


def test_cosines_like_scikit_learn_symmetric_and_bounded(forward: ForwardPass) -> None:
    vectors = forward.hidden_states[-1]
    matrix = lens.cosine_matrix(vectors)
    assert matrix == pytest.approx(cosine_similarity(vectors), abs=1e-5)
    assert matrix == pytest.approx(matrix.T)
    assert np.diag(matrix) == pytest.approx(np.ones(len(vectors)), abs=1e-6)


def test_a_zero_vector_is_at_right_angles_to_all() -> None:
    assert lens.cosine_matrix(np.array([[0, 0], [1, 0]], dtype=np.float32))[0].tolist() == [0, 0]


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


def test_the_table_of_cosines_keeps_tokens_that_stand_twice() -> None:
    matrix = np.array([[1, 0.5], [0.25, 1]], dtype=np.float32)
    assert lens.matrix_columns(matrix, ["bank", "bank"]) == {
        "token number": [1, 2],
        "token": ["bank", "bank"],
        "1 bank": [1, 0.5],
        "2 bank": [0.25, 1],
    }


def test_cells_write_minus_as_sentences_do() -> None:
    chart = lens.similarity_figure(np.array([[1.0, -0.364], [-0.364, 1.0]]), ["a", "b"], colors.LIGHT, title="T")
    assert [list(row) for row in chart.data[0].text] == [["1.00", "−0.36"], ["−0.36", "1.00"]]
