from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from laws import broken_laws
from tokenizers_of_all_kinds import KINDS, reader

from bertviz_app.analysis.words import Unit, words_as_written
from bertviz_app.chapters.tasks import entities as lens
from bertviz_app.drawing import colors, plots
from bertviz_app.records.forward import Encoding

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

LABELS = ("O", "B-PER", "I-PER")


def words(text: str, model: Model, pair: str | None = None) -> list[str]:
    return [word.text for word in words_as_written(model.encode(text, pair))]


def some_words(n: int) -> list[Unit]:
    return [Unit(f"w{i}", "word", 3 * i, 3 * i + 2, 0, (i + 1,)) for i in range(n)]


def fake_head(encoding: Encoding, names: list[str]) -> np.ndarray:
    """Logits [position, label] of a head that knows these names, and says of a full stop, apostrophe or hyphen that it is in no name.

    Labels are given to tokens by their characters, whatever a word is: only what reads them puts words together.
    """
    inside: dict[int, Any] = {}
    for name in names:
        at = encoding.text.index(name)
        assert not set(range(at, at + len(name))) & set(inside)
        inside |= {at + place: ("B-PER" if place == 0 else "I-PER") for place in range(len(name))}
    logits = np.zeros((encoding.n_tokens, len(LABELS)), dtype=np.float32)
    for position, (start, end) in enumerate(encoding.offsets.tolist()):
        covers = encoding.text[start:end]  # a space is a piece of the word after it
        label = inside.get(start + len(covers) - len(covers.lstrip()), "O")
        label = "O" if covers.strip() and not any(letter.isalnum() for letter in covers) else label
        logits[position, LABELS.index(label)] = 9
    return logits


def names_found(encoding: Encoding, names: list[str]) -> list[str]:
    written = words_as_written(encoding)
    reading = lens.read(written, LABELS, fake_head(encoding, names)[[word.position for word in written]])
    for entity in reading.entities:
        first, last = reading.words[entity.first], reading.words[entity.last]
        assert " ".join(encoding.text[first.start : last.end].split()) == reading.name(entity)
    return [reading.name(entity) for entity in reading.entities]


GIVEN = [
    (
        "J. K. Rowling and George W. Bush met Mr. Smith of Acme Inc. in St. Louis.",
        ["J. K. Rowling", "George W. Bush", "Smith", "Acme Inc.", "St. Louis"],
    ),
    (
        "Anai\u0308s Nin met Go\u0308del in Zu\u0308rich and Sa\u0303o Paulo.",
        ["Anai\u0308s Nin", "Go\u0308del", "Zu\u0308rich", "Sa\u0303o Paulo"],
    ),
    ("Anaïs Nin met Gödel in Zürich and São Paulo.", ["Anaïs Nin", "Gödel", "Zürich", "São Paulo"]),
    ("मैं नई दिल्ली में हूँ", ["नई दिल्ली"]),
    ("Jean-Paul O’Neill-Smith left Washington, D.C. on Monday", ["Jean-Paul O’Neill-Smith", "Washington", "D.C."]),
    ("Angela Merkel's visit to McDonald's", ["Angela Merkel"]),
    ("Ma\u00adry Smi\u200bth met 1,893.6 people, don't you know", ["Ma\u00adry Smi\u200bth"]),
    ("A. С. Пушкин и Л. Н. Толстой", ["A. С. Пушкин", "Л. Н. Толстой"]),
    ("習近平在北京", ["習近平", "北京"]),
    ("New  York\nCity", ["New  York\nCity"]),
]


@pytest.mark.parametrize("kind", ["embedded WordPiece", "bundled byte-level BPE", "small byte-level BPE"])
@pytest.mark.parametrize(("text", "names"), GIVEN)
def test_names_are_whole_words_whatever_the_tokenizer(kind: Any, text: Any, names: Any) -> None:
    encoding = reader(kind).encode(text)
    assert not any(unit.is_joined for unit in words_as_written(encoding))
    assert names_found(encoding, names) == [" ".join(name.split()) for name in names]


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_is_a_blank(kind: Any) -> None:
    encoding = reader(kind).encode("Angela [MASK] met Tim [MASK].")
    assert names_found(encoding, ["Angela", "Tim"]) == ["Angela", "Tim"]
    assert not any("[" in word.text or "mask" in word.text.lower() for word in words_as_written(encoding))


def test_a_name_does_not_reach_over_a_blank() -> None:
    encoding = reader("embedded WordPiece").encode("George [MASK] Bush")
    assert names_found(encoding, ["George [MASK] Bush"]) == ["George", "Bush"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann lives in the U.S. now.", ["Ann", "lives", "in", "the", "U.S.", "now", "."]),
        ("O'Neill's well-known AT&T, Inc.", ["O'Neill", "'s", "well-known", "AT&T", ",", "Inc."]),
        ("“Bonn”, she said…", ["“", "Bonn", "”", ",", "she", "said", "…"]),
        ("東京", ["東", "京"]),
        ("a\u200bb", ["a\u200bb"]),
    ],
)
def test_words_are_cut_as_on_every_page(model: Model, text: Any, expected: Any) -> None:
    assert words(text, model) == expected


def test_each_word_knows_its_first_piece_and_its_characters(model: Model) -> None:
    encoding = model.encode("Murmurating starlings of O'Neill", "in Bonn")
    for word in words_as_written(encoding):
        text = encoding.text if word.segment == 0 else encoding.pair
        assert text[word.start : word.end] == word.text
        start, _ = encoding.offsets[word.position]
        assert start == word.start and encoding.kinds[word.position] != "piece"
    assert [word.text for word in words_as_written(encoding)][-2:] == ["in", "Bonn"]


def test_typed_control_tokens_are_no_words(model: Model) -> None:
    assert words("[SEP] Ann [PAD]", model) == ["Ann"]


def test_probabilities_by_hand_and_the_name_is_as_sure_as_its_least_certain_word() -> None:
    logits = np.log(np.array([[1, 8, 1], [2, 2, 4], [6, 2, 2]], dtype=np.float32))
    reading = lens.read(some_words(3), LABELS, logits)
    assert reading.probabilities == pytest.approx(np.array([[0.1, 0.8, 0.1], [0.25, 0.25, 0.5], [0.6, 0.2, 0.2]]), abs=1e-6)
    (entity,) = reading.entities
    assert (entity.kind, entity.first, entity.last) == ("PER", 0, 1) and entity.probability == pytest.approx(0.5)
    assert reading.name(entity) == "w0 w1" and [reading.label(i) for i in range(3)] == ["B-PER", "I-PER", "O"]
    assert "1 name in 3 words" in lens.notice(reading) and "“w1”, I-PER with 50 % before O with 25 %" in lens.notice(reading)


def test_without_a_name_the_closest_call_is_named() -> None:
    reading = lens.read(some_words(2), LABELS, np.log(np.array([[6, 3, 1], [9, 0.5, 0.5]], dtype=np.float32)))
    assert "No name among 2 words" in lens.notice(reading) and "“w0”, O with 60 % before B-PER with 30 %" in lens.notice(
        reading
    )
    assert "no word" in lens.notice(lens.read([], LABELS, np.zeros((0, 3), dtype=np.float32)))


def test_words_labels_and_logits_must_fit() -> None:
    with pytest.raises(ValueError, match="2 words and 3 labels"):
        lens.read(some_words(2), LABELS, np.zeros((2, 2), dtype=np.float32))


def test_the_table_has_a_row_a_word_and_a_probability_a_label() -> None:
    table = lens.columns(lens.read(some_words(2), LABELS, np.array([[0, math.log(2), 0]] * 2, dtype=np.float32)))
    assert list(table) == ["word", "token number", "label", "P(O)", "P(B-PER)", "P(I-PER)"]
    assert table["token number"] == [2, 3] and table["P(B-PER)"] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("theme", [colors.LIGHT, colors.DARK])
def test_every_kind_has_a_colour_and_the_four_of_names_have_different_ones(theme: Any) -> None:
    four = {lens.color(kind, theme) for kind in ("PER", "ORG", "LOC", "MISC")}
    assert len(four) == 4 and lens.color("person", theme) == lens.color("PER", theme)
    assert lens.color("GPE", theme) == lens.color("GPE", theme) not in four


def test_drugs_are_called_drugs() -> None:
    labels = ("O", "DRUG", "DOSE")
    reading = lens.read(some_words(3), labels, np.log(np.array([[1, 8, 1], [2, 1, 7], [8, 1, 1]], dtype=np.float32)))
    assert [(entity.kind, entity.first) for entity in reading.entities] == [("DRUG", 0), ("DOSE", 1)]
    assert lens.notice(reading).startswith("1 DRUG and 1 DOSE in 3 words: the less certain of the two is “w1”, DOSE with 70 %")
    nothing = lens.read(some_words(1), labels, np.log(np.array([[8, 1, 1]], dtype=np.float32)))
    assert lens.notice(nothing) == "No DRUG or DOSE among 1 word: “w0”, O with 80 % before DRUG with 10 %."
    assert "name" not in lens.notice(reading) + lens.notice(nothing) + lens.method(labels)


def test_of_many_labels_the_table_has_the_likeliest() -> None:
    labels = tuple(f"L{i}" for i in range(100))
    table = lens.columns(lens.read(some_words(2), labels, np.zeros((2, 100), dtype=np.float32)))
    assert list(table) == ["word", "token number", "label", "probability"] and table["probability"] == pytest.approx(
        [0.01, 0.01]
    )


@pytest.mark.parametrize("labels", [LABELS, ("O", "DRUG"), ("NOUN", "VERB", "X")])
@pytest.mark.parametrize("n", [1, 2, 3, 9])
def test_the_sentence_keeps_the_laws_with_ties_and_without(labels: Any, n: Any) -> None:
    random = np.random.default_rng(n)
    for logits in (
        random.normal(size=(n, len(labels))),
        np.zeros((n, len(labels))),
        np.round(random.normal(size=(n, len(labels)))),
    ):
        reading = lens.read(some_words(n), labels, logits.astype(np.float32))
        said = lens.notice(reading)
        assert not broken_laws(said), said
        words = [w for e in reading.entities for w in range(e.first, e.last + 1)] or list(range(n))
        chances = sorted(reading.probabilities[words].max(axis=-1).tolist())
        assert ("closest call" in said) == (len(words) > 2 and plots.percent(chances[0]) != plots.percent(chances[1])), said
