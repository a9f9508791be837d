from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.analysis.pca import project
from bertviz_app.analysis.similarity import cosine_matrix
from bertviz_app.chapters.embeddings import sentences as lens
from bertviz_app.chapters.embeddings import snippet as code
from bertviz_app.chapters.embeddings.sentence_vectors import ways
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

TEXTS = ("He sat on the river bank.", "The bank lent her money.", "A plain sentence.")


@pytest.fixture(scope="module")
def banks(model: Model) -> Any:
    return [model.run(model.encode(text)) for text in TEXTS]


def test_shared_words_and_their_places(banks: Any) -> None:
    assert lens.shared_words(banks) == ["bank", "the"]
    places = lens.word_places(banks, 6, "bank")
    assert [index for index, _ in places] == [0, 1]
    assert np.array_equal(places[0][1], banks[0].hidden_states[6][banks[0].encoding.tokens.index("bank")])


def test_words_of_one_text_and_punctuation_are_not_shared(model: Model) -> None:
    records = [model.run(model.encode(text)) for text in ("No no no.", "Yes.")]
    assert lens.shared_words(records) == []


def test_every_text_has_its_points_and_the_word_its_lines(banks: Any) -> None:
    figure = lens.sentences_figure(banks, 6, "bank", colors.DARK)
    assert [trace.mode for trace in figure.data] == ["lines", "markers", "markers", "markers"]
    rows = np.concatenate([record.hidden_states[6][~record.encoding.is_special] for record in banks])
    drawn = np.concatenate([np.stack([trace.x, trace.y], axis=-1) for trace in figure.data[1:]])
    assert np.array_equal(drawn, project(rows, 2).coordinates)
    # A line starts in the middle and ends at a place of the word: (middle, place, nothing) for each.
    tokens = [t for record in banks for t, s in zip(record.encoding.tokens, record.encoding.is_special, strict=True) if not s]
    ends = drawn[[i for i, token in enumerate(tokens) if token == "bank"]]
    assert list(figure.data[0].x[1::3]) == pytest.approx(ends[:, 0].tolist())
    assert list(figure.data[0].y[1::3]) == pytest.approx(ends[:, 1].tolist())
    assert figure.data[0].x[0] == pytest.approx(ends[:, 0].mean())


def test_without_a_word_there_are_no_lines(banks: Any) -> None:
    assert [trace.mode for trace in lens.sentences_figure(banks, 6, None, colors.LIGHT).data] == ["markers"] * 3


def test_many_points_leave_the_label_to_the_word(model: Model) -> None:
    records = [model.run(model.encode(f"{'word ' * 30} bank")) for _ in range(2)]
    figure = lens.sentences_figure(records, 1, "bank", colors.LIGHT)
    assert [note.text for note in figure.layout.annotations] == ["bank", "bank"]


def test_of_two_places_the_notice_gives_the_cosine(banks: Any) -> None:
    vectors = [record.hidden_states[6][record.encoding.tokens.index("bank")] for record in banks[:2]]
    cosine = cosine_matrix(np.stack(vectors))[0, 1]
    assert lens.word_notice(banks[:2], 6, "bank").endswith(f": their cosine is {cosine:.2f}.")


def test_twice_in_one_sentence_is_said_so(model: Model) -> None:
    records = [model.run(model.encode(text)) for text in ("The bank by the bank of the river.", "A bank.")]
    places = lens.word_places(records, 0, "bank")
    assert [index for index, _ in places] == [0, 0, 1]
    twice = [records[0], records[0]]
    assert "least" not in lens.word_notice(twice, 6, "bank")  # two pairs of places are equally far apart
    assert "the same vector in all 3 places" in lens.word_notice(
        [dataclasses.replace(one, hidden_states=np.ones_like(one.hidden_states)) for one in records], 0, "bank"
    )


def test_the_python_on_the_page_gives_the_numbers_on_the_page(model: Model, banks: Any) -> None:
    scope: dict[str, Any] = {}
    exec(code.sentences_code(model.info, TEXTS, "bank", state=6), scope)
    places = np.stack([vector for _, vector in lens.word_places(banks, 6, "bank")])
    assert np.abs(cosine_matrix(places) - scope["cosines"].numpy()).max() < 1e-5
    for way in ways(model.info):
        ours = np.stack([way.of(record) for record in banks])
        assert np.abs(ours - np.stack([vector.numpy() for vector in scope[way.variable]])).max() < 1e-5


def test_the_python_runs_without_a_word(model: Model) -> None:
    scope: dict[str, Any] = {}
    exec(code.sentences_code(model.info, ["Hi"], None, state=0), scope)
    assert scope["cosines"].numel() == 0


def test_names_are_numbered_and_short(model: Model) -> None:
    record = model.run(model.encode("word " * 40))
    name = lens.sentence_name(record, 2, length=20)
    assert name.startswith("3 · word")
    assert name.endswith("…")
    assert len(name) == len("3 · ") + 20


def test_the_table_holds_the_points_of_the_picture(banks: Any) -> None:
    columns = lens.points_columns(banks, 6)
    figure = lens.sentences_figure(banks, 6, None, colors.LIGHT)
    drawn = np.concatenate([np.stack([trace.x, trace.y], axis=-1) for trace in figure.data])
    assert np.array_equal(np.array([columns["PC 1"], columns["PC 2"]]).T, drawn)
    assert columns["sentence"][0] == 1 and columns["sentence"][-1] == 3 and columns["token"][:2] == ["he", "sat"]
