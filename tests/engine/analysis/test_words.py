from __future__ import annotations

import itertools
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from odd_texts import NFD_TEXTS, ODD_TEXTS
from tokenizers_of_all_kinds import KINDS, reader

from bertviz_app.analysis import words as lens
from bertviz_app.errors import EmptyText
from bertviz_app.records.forward import Encoding

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


def encodings(kind: str) -> list[Encoding]:
    """Every odd text by itself and in front of another, as one kind of tokenizer reads it; those without a token left out."""
    read = []
    for text in (*ODD_TEXTS, *NFD_TEXTS):
        for pair in (None, "Dr. O'Neill’s [MASK]"):
            try:
                read.append(reader(kind).encode(text, pair))
            except EmptyText:
                assert not any(letter.isalnum() for letter in text)
    return read


@pytest.fixture(scope="module", params=KINDS)
def every(request: pytest.FixtureRequest) -> list[Encoding]:
    found = encodings(request.param)
    assert len(found) > 430
    return found


def test_each_token_is_in_one_unit_and_the_tokens_of_a_unit_follow_each_other(every: Any) -> None:
    for encoding in every:
        units = lens.units(encoding)
        assert [position for unit in units for position in unit.positions] == list(range(encoding.n_tokens))
        groups = lens.groups_of(units)
        assert groups.shape == (encoding.n_tokens,) and groups[-1] == len(units) - 1


def test_no_character_is_in_two_units_and_a_unit_holds_what_its_tokens_stand_for(every: Any) -> None:
    for encoding in every:
        for segment, text in ((0, encoding.text), (1, encoding.pair or "")):
            units = [unit for unit in lens.units(encoding) if unit.segment == segment and unit.end > 0]
            assert all(before.end <= after.start for before, after in itertools.pairwise(units))
            for unit in units:
                of_tokens = "".join(encoding.tokens[position] for position in unit.positions)
                assert unit.text == text[unit.start : unit.end] or (unit.kind != "word" and unit.text == of_tokens)
                for position in unit.positions:
                    start, end = encoding.offsets[position]
                    letters = [place for place in range(start, end) if not text[place].isspace()]
                    assert all(unit.start <= place < unit.end for place in letters)


def test_a_special_token_and_a_blank_are_a_unit_each_and_no_word(every: Any) -> None:
    for encoding in every:
        for unit in lens.units(encoding):
            kinds = {encoding.kinds[position] for position in unit.positions}
            alone = kinds & {"cls", "sep", "pad", "mask"}
            assert not alone or (len(unit.positions) == 1 and unit.kind == ("blank" if kinds == {"mask"} else "special"))
            assert unit.kind in ("word", "mark") or alone or kinds == {"unk"}
            assert unit.kind != "word" or any(letter.isalnum() for letter in unit.text)


@pytest.mark.parametrize("kind", KINDS)
def test_both_normal_forms_of_a_text_have_the_same_words(kind: Any) -> None:
    for text in (*ODD_TEXTS, *NFD_TEXTS):
        found = []
        for form in ("NFC", "NFD"):
            try:
                units = lens.units(reader(kind).encode(unicodedata.normalize(form, text)))
            except EmptyText:
                units = ()
            found.append(None if any(unit.is_joined for unit in units) else
                         [unicodedata.normalize("NFC", unit.text) for unit in units if unit.kind == "word"])  # fmt: skip
        assert None in found or found[0] == found[1]


def test_a_token_that_covers_two_words_joins_them_and_it_is_said() -> None:
    encoding = reader("small WordPiece").encode("ok😀no 中a")
    (joined,) = [unit for unit in lens.units(encoding) if unit.is_joined]
    assert joined.text == "ok😀no" and len(joined.positions) == 1
    assert lens.joined_notice(lens.units(encoding)).endswith("which are treated as one: “ok😀no”.")
    assert lens.joined_notice(lens.units(reader("embedded WordPiece").encode("I love AI!"))) == ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Anai\u0308s Nin met Go\u0308del in Zu\u0308rich", ["Anai\u0308s", "Nin", "met", "Go\u0308del", "in", "Zu\u0308rich"]),
        ("नई दिल्ली", ["नई", "दिल्ली"]),
        ("Angela [MASK] met Tim [MASK].", ["Angela", "met", "Tim"]),
        ("St. Louis, D.C. don’t", ["St.", "Louis", "D.C.", "don’t"]),
        ("O'Neill: state-of-the-art http://a.b/c", ["O'Neill", "state-of-the-art", "http://a.b/c"]),
        ("a\u200bb so\u00adft", ["a\u200bb", "so\u00adft"]),
    ],
)
def test_the_words_are_those_that_were_written_whatever_the_tokenizer(kind: Any, text: Any, words: Any) -> None:
    found = lens.words(reader(kind).encode(text))
    assert [unit.text for unit in found if not unit.is_joined] == [word for word in words if any(u.text == word for u in found)]
    together = "".join(unit.text for unit in found)
    assert all(word.replace(" ", "") in together for word in words)


@pytest.mark.parametrize("kind", KINDS)
def test_an_encoding_of_words_stands_for_the_same_text(kind: Any) -> None:
    encoding = reader(kind).encode("Starlings [MASK] in D.C. don’t", "Ask J. Smith.")
    whole, groups = lens.as_words(encoding), lens.groups_of(lens.units(encoding))
    assert whole.unit == "word" and encoding.unit == "token" and whole.n_tokens == groups[-1] + 1
    assert [unit.text for unit in lens.units(encoding)] == list(whole.tokens)
    assert whole.positions("mask") == [int(groups[place]) for place in encoding.positions("mask")]
    assert [bool(special) for special in whole.is_special] == [
        bool(encoding.is_special[u.position]) for u in lens.units(encoding)
    ]
    assert {"Starlings", "D.C.", "don’t"} <= {whole.source_text(place) for place in range(whole.n_tokens)}
    values = np.arange(encoding.n_tokens, dtype=np.float32)
    assert lens.summed(values, groups).sum() == values.sum() and len(lens.summed(values, groups)) == whole.n_tokens
    assert lens.summed(values, groups)[1] == sum(unit for unit in lens.units(encoding)[1].positions)


def test_a_word_that_is_hidden_is_a_blank() -> None:
    read = reader("embedded WordPiece")
    encoding = read.encode("I love starlings, J. Smith.")
    hidden = read.masked(encoding, [encoding.tokens.index("##lings"), encoding.tokens.index("smith")])
    kinds = [(unit.text, unit.kind) for unit in lens.units(hidden)]
    assert kinds[3:5] == [("star", "word"), ("[MASK]", "blank")] and kinds[6:8] == [("J.", "word"), ("[MASK]", "blank")]


def test_a_word_of_which_the_end_was_cut_off_says_so() -> None:
    encoding = reader("embedded WordPiece").encode("I love starlings", max_tokens=5)
    assert encoding.tokens[3] == "star" and [unit.is_cut for unit in lens.units(encoding)] == [False, False, False, True, False]
    assert not any(unit.is_cut for unit in lens.units(reader("embedded WordPiece").encode("I love starlings")))


def places(text: str, word: str, **options: Any) -> tuple[list[str], int]:
    read = reader("embedded WordPiece")
    found, unread = lens.places(read.encode(text, **options), read.encode(word))
    return [text[place.start : place.end] for place in found], unread


def test_places_that_are_read_and_places_that_are_not() -> None:
    assert places("A bank, a bank.", "bank") == (["bank", "bank"], 0)
    assert places("A bank, a bank.", "bank", max_tokens=5) == (["bank"], 1)
    assert places("I love starlings", "starlings", max_tokens=5) == ([], 1)
    assert places("I can't", "can") == ([], 0) and places("I don’t", "don't") == (["don’t"], 0)
    assert places("A [MASK] of fog", "[MASK]") == (["[MASK]"], 0) and places("A [MASK] of fog", "MASK") == ([], 0)


def test_a_place_that_the_tokenizer_joins_with_its_neighbour_says_so() -> None:
    read = reader("small WordPiece")
    ((place,), unread) = lens.places(read.encode("ok😀no"), read.encode("no"))
    assert place.is_joined and unread == 0 and place.positions == (1,)


def test_the_pieces_of_a_word_are_averaged(model: Model) -> None:
    encoding = model.encode("I love watching starlings murmurate.")
    starlings = next(unit for unit in lens.words(encoding) if unit.text == "starlings")
    assert [encoding.tokens[row] for row in starlings.positions] == ["star", "##lings"]
    states = model.run(encoding).hidden_states
    vectors = lens.means(states, [unit.positions for unit in lens.words(encoding)])
    assert vectors.shape == (5, 7, 384)
    assert np.abs(vectors[3] - (states[:, 4] + states[:, 5]) / 2).max() < 1e-6
    assert lens.means(states, []).shape == (0, 7, 384)
