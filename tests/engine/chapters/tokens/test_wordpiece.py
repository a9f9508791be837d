"""WordPiece by hand and against the tokenizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bertviz_app.chapters.tokens import snippet as code
from bertviz_app.chapters.tokens import wordpiece as lens
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

WORDS = (
    "love", "starlings", "murmurate", "unaffable", "antidisestablishmentarianism", "naive", "1234567", "!", "שלום", "東", "😀",
    "donaudampfschifffahrt", "x" * 99, "y" * 100, "z" * 101, "w" * 5000, "q😀q",
)  # fmt: skip


def test_by_hand() -> None:
    found = lens.match("starlings", {"star", "##ling", "##lin", "##s"})
    assert found.pieces == ("star", "##ling", "##s")
    assert [attempt.piece for attempt in found.tries] == [
        "starlings", "starling", "starlin", "starli", "starl", "star", "##lings", "##ling", "##s",
    ]  # fmt: skip
    assert [attempt.found for attempt in found.tries] == [False] * 5 + [True, False, True, True]


def test_one_piece_without_a_match_makes_the_whole_word_unknown() -> None:
    found = lens.match("abc", {"a", "##b"})
    assert found.pieces == ("[UNK]",)
    assert [attempt.piece for attempt in found.tries] == ["abc", "ab", "a", "##bc", "##b", "##c"]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word[:12])
def test_equals_the_tokenizer(model: Model, word: str) -> None:
    encoding = model.encode(word)
    assert lens.match(word, model.reader.vocabulary).pieces == encoding.tokens[1:-1]


def test_look_ups_are_bounded() -> None:
    letters = {"a", "##a"}
    assert len(lens.match("a" * 100, letters).tries) == 5050
    assert lens.match("a" * 101, letters).tries == ()
    assert lens.match("a" * 10_000, letters) == lens.Match("a" * 10_000, (), ("[UNK]",))


@pytest.mark.parametrize("word", ["love", "murmurate", "y" * 100, "z" * 101, "😀", "<b>"], ids=lambda word: word[:5])
@pytest.mark.parametrize("theme", [colors.LIGHT, colors.DARK], ids=lambda theme: theme.name)
def test_figure(model: Model, word: str, theme: colors.Theme) -> None:
    found = lens.match(word, model.reader.vocabulary)
    figure = lens.match_figure(found, theme)
    (states,) = (trace.z for trace in figure.data)
    assert 1 <= len(states) <= lens.MAX_ROWS
    assert len(figure.to_json()) < 200_000
    if len(found.tries) <= lens.FIRST_TRIES:
        assert [row.max() == lens.HIT for row in states] == [attempt.found for attempt in found.tries] or not found.tries


def test_a_run_of_misses_is_summed_up() -> None:
    figure = lens.match_figure(lens.match("abcdefghijkl", {"a"} | {f"##{letter}" for letter in "bcdefghijkl"}), colors.LIGHT)
    assert "6 shorter ones missed" in figure.layout.yaxis.ticktext[lens.FIRST_TRIES]
    assert "first" in figure.layout.title.text


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("love", "as it stands: 1 look-up"),
        ("murmurate", "2 pieces: murmur ##ate"),
        ("z" * 101, "101 letters"),
        ("😀", "becomes [UNK]"),
    ],
)
def test_notice(model: Model, word: str, says: str) -> None:
    assert says in lens.notice(lens.match(word, model.reader.vocabulary))


@pytest.mark.parametrize("word", ["murmurate", "love", "z" * 101, "q😀q"], ids=lambda word: word[:9])
def test_python(model: Model, word: str) -> None:
    names: dict[str, Any]
    found, names = lens.match(word, model.reader.vocabulary), {}
    exec(code.wordpiece_code(model.info, word), names)
    assert (tuple(names["pieces"]), names["n_tries"]) == (found.pieces, len(found.tries))
    assert len(lens.tries_columns(found)["looked up"]) == len(found.tries)
