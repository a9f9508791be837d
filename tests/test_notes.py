from __future__ import annotations

import pytest

from bertviz_app.notes import notes, vanished_characters


def test_a_plain_sentence_needs_no_note(model):
    assert notes(model.encode("I love AI!")) == []
    assert notes(model.encode("Café au lait", "naïve  texts")) == []


def test_the_cut_is_said_with_the_number_and_the_place(model):
    encoding = model.encode("word " * 520)
    (note,) = notes(encoding)
    assert note.startswith("10 tokens") and "512" in note and "from “word word" in note


def test_of_a_pair_the_text_that_was_cut_is_quoted(model):
    (note,) = notes(model.encode("Short.", "long " * 600))
    assert "from “long" in note


@pytest.mark.parametrize(
    ("text", "lost", "name"),
    [
        ("a\u200bb", "\u200b", "U+200B (zero width space)"),
        ("a\0b", "\0", "U+0000 (control character)"),
        ("\u202eabc", "\u202e", "U+202E (right-to-left override)"),
        ("bell\u0007", "\u0007", "U+0007 (control character)"),
    ],
)
def test_what_vanishes_is_named(model, text, lost, name):
    encoding = model.encode(text)
    assert vanished_characters(encoding) == [lost]
    (note,) = notes(encoding)
    assert name in note


def test_at_most_four_are_named(model):
    (note,) = notes(model.encode("a\0\u0001\u0002\u0003\u0004\u0005b"))
    assert note.count("U+") == 4 and note.endswith("and others.")


def test_a_vanished_character_of_the_second_sentence_counts_too(model):
    assert vanished_characters(model.encode("fine", "a\u200bb")) == ["\u200b"]


def test_unknown_words_are_quoted_and_long_ones_shortened(model):
    (note,) = notes(model.encode("I 😀 you"))
    assert "[UNK]" in note and "“😀”" in note
    (note,) = notes(model.encode("x" * 10_000))
    assert "“" + "x" * 20 + "…”" in note and len(note) < 200
    (note,) = notes(model.encode("😀 🎉 👍 🚀 🌍"))
    assert note.endswith("and 2 more.")


def test_a_typed_control_token_is_said(model):
    (note,) = notes(model.encode("one [SEP] two [CLS]"))
    assert "[CLS], [SEP]" in note
    assert notes(model.encode("The [MASK] sat.")) == []
