from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bertviz_app import load
from bertviz_app.analysis.input_notes import notes, unread_pair, vanished_characters

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


def test_a_plain_sentence_needs_no_note(model: Model) -> None:
    assert notes(model.encode("I love AI!")) == []
    assert notes(model.encode("Café au lait", "naïve  texts")) == []


def test_the_cut_is_said_with_the_number_and_the_place(model: Model) -> None:
    encoding = model.encode("word " * 520)
    (note,) = notes(encoding)
    assert note.startswith("10 tokens") and "512" in note and "from “word word" in note


def test_of_a_pair_the_text_that_was_cut_is_quoted(model: Model) -> None:
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
def test_what_vanishes_is_named(model: Model, text: Any, lost: Any, name: Any) -> None:
    encoding = model.encode(text)
    assert vanished_characters(encoding) == [lost]
    (note,) = notes(encoding)
    assert name in note


def test_at_most_four_are_named(model: Model) -> None:
    (note,) = notes(model.encode("a\0\u0001\u0002\u0003\u0004\u0005b"))
    assert note.count("U+") == 4 and note.endswith("and others.")


def test_a_vanished_character_of_the_second_sentence_counts_too(model: Model) -> None:
    assert vanished_characters(model.encode("fine", "a\u200bb")) == ["\u200b"]


def test_unknown_words_are_quoted_and_long_ones_shortened(model: Model) -> None:
    (note,) = notes(model.encode("I 😀 you"))
    assert "[UNK]" in note and "“😀”" in note
    (note,) = notes(model.encode("x" * 10_000))
    assert "“" + "x" * 20 + "…”" in note and len(note) < 200
    (note,) = notes(model.encode("😀 🎉 👍 🚀 🌍"))
    assert note.endswith("and 2 more.")


@pytest.mark.parametrize(
    "text",
    ["Café déjà", "Anaïs Nin met Gödel in Zürich", "नई दिल्ली में", "がぎ", "عَرَبِي", "x\u0301\u0302 y", "é " * 600, "Ça \u200b va"],
)
def test_composed_and_decomposed_texts_get_the_same_notes(model: Model, tiny_families: dict[str, Path], text: Any) -> None:
    for reader in (model, load(str(tiny_families["roberta"])), load(str(tiny_families["albert"]))):
        composed, decomposed = (notes(reader.encode(unicodedata.normalize(form, text))) for form in ("NFC", "NFD"))
        if reader.info.tokenizer == "byte-level BPE" and len(text) > 500:  # a decomposed text is longer in bytes
            continue
        assert [unicodedata.normalize("NFC", note) for note in decomposed] == [
            unicodedata.normalize("NFC", note) for note in composed
        ]


def test_accents_of_europe_are_nothing_to_say_and_stripped_signs_of_letters_are(model: Model) -> None:
    assert notes(model.encode("Cafe\u0301")) == []
    (note,) = notes(model.encode("दिल्ली"))
    assert "“दिल्ली” is read as “दिलली”" in note


def test_bytes_are_tokens_so_nothing_vanished(tiny_families: dict[str, Path]) -> None:
    reader = load(str(tiny_families["roberta"]))
    assert notes(reader.encode("a\u200bb")) == [] and notes(reader.encode("e\u0301")) == []


def test_a_sign_without_a_letter_vanishes(model: Model) -> None:
    assert vanished_characters(model.encode("\u0301 a")) == ["\u0301"]


def test_an_unknown_letter_is_quoted_with_its_accent(tiny_families: dict[str, Path]) -> None:
    (note,) = notes(load(str(tiny_families["albert"])).encode("cafe\u0301"))
    assert "“e\u0301”" in note


def test_a_second_text_of_which_nothing_is_left_is_said(model: Model) -> None:
    typed = "\u200b"
    assert "sentence A is read alone" in unread_pair(typed, model.encode("Fine.", typed))
    assert unread_pair(" ", model.encode("Fine.")) == "" and unread_pair("b", model.encode("Fine.", "b")) == ""


def test_a_typed_control_token_is_said(model: Model) -> None:
    (note,) = notes(model.encode("one [SEP] two [CLS]"))
    assert "[CLS], [SEP]" in note
    assert notes(model.encode("The [MASK] sat.")) == []
    assert notes(model.encode("[UNK] is unknown")) == [
        "You typed [UNK]: the model reads it as the control token, not as letters."
    ]
