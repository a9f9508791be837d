from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from bertviz_app.chapters.embeddings import neighbours as lens
from bertviz_app.chapters.embeddings import snippet as code
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


def test_neighbours_by_hand() -> None:
    table = np.array([[1, 0], [0, 1], [2, 0.1], [1, 1], [1, 0]], dtype=np.float32)
    found = lens.neighbours(0, table, ["a", "b", "c", "d", "[unused1]"].__getitem__, k=2)
    assert [neighbour.token for neighbour in found] == ["c", "d"]
    assert found[1].cosine == pytest.approx(1 / np.sqrt(2))


def test_the_python_on_the_page_gives_the_same_neighbours(model: Model) -> None:
    token_id = model.reader.vocabulary["bank"]
    scope: dict[str, Any] = {}
    exec(code.neighbours_code(model.info, token_id), scope)
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


def test_neighbours_figure_is_text_never_markup() -> None:
    figure = lens.neighbours_figure([lens.Neighbour("<i>", 7, 0.5)], colors.LIGHT, of="<b>")
    assert "&lt;b&gt;" in figure.layout.title.text
    assert figure.layout.yaxis.ticktext == ("&lt;i&gt;",)
    assert list(figure.data[0].x) == [0.5]
