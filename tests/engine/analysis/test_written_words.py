from __future__ import annotations

import itertools
import time
import unicodedata
from typing import Any

import pytest
import regex
from odd_texts import NFD_TEXTS, ODD_TEXTS

from bertviz_app.analysis import written_words as written

ALL_TEXTS = (*ODD_TEXTS, *NFD_TEXTS)
# Where the definition follows UAX #29 to the letter: nothing of what it leaves open, or what the docstring tailors.
TAILORED = regex.compile(r"[-‐‑&·‧.@:/;'’‘＇\"\p{No}\p{LB=SA}\p{Pc}]|\p{C}|\uFFFD|\p{WB=Katakana}", regex.VERSION1)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in written.spans(text)]


def test_there_are_two_hundred_diverse_texts() -> None:
    assert len(ODD_TEXTS) >= 200 and len(NFD_TEXTS) >= 15


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("J. K. Rowling and George W. Bush", ["J.", "K.", "Rowling", "and", "George", "W.", "Bush"]),
        ("Mr. Smith of Acme Inc. in St. Louis.", ["Mr.", "Smith", "of", "Acme", "Inc.", "in", "St.", "Louis", "."]),
        ("J.-P. Sartre, J.R.R. Tolkien", ["J.-P.", "Sartre", ",", "J.R.R.", "Tolkien"]),
        ("Jean-Paul lives in D.C.", ["Jean-Paul", "lives", "in", "D.C."]),
        ("Ph.D., e.g. in the U.S.A.", ["Ph.D.", ",", "e.g.", "in", "the", "U.S.A."]),
        ("It costs $1,893.6, not 1'893.", ["It", "costs", "$", "1,893.6", ",", "not", "1'893", "."]),
        ("don't don’t can't", ["don't", "don’t", "can't"]),
        ("O'Neill's state-of-the-art café", ["O'Neill", "'s", "state-of-the-art", "café"]),
        ("It’s the dogs' 'small' house", ["It", "’s", "the", "dogs", "'", "'", "small", "'", "house"]),
        ("see http://a.b/c, or www.x.org/a?b=1.", ["see", "http://a.b/c", ",", "or", "www.x.org/a?b=1", "."]),
        ("(https://en.wikipedia.org/wiki/Bank_(geography))", ["(", "https://en.wikipedia.org/wiki/Bank_(geography)", ")"]),
        ("mail a.b+c@d-e.org.", ["mail", "a.b+c@d-e.org", "."]),
        ("huggingface/transformers", ["huggingface", "/", "transformers"]),
        ("नई दिल्ली", ["नई", "दिल्ली"]),
        ("Ana\u00efs Ana\u0069\u0308s", ["Anaïs", "Anai\u0308s"]),
        ("東京でBERT", ["東", "京", "で", "BERT"]),
        ("コンピュータ", ["コンピュータ"]),
        ("می‌خواهم", ["می‌خواهم"]),
        ("so\u00adft a\u200bb", ["so\u00adft", "a\u200bb"]),
        ("left.She v1.0.2 example.com.", ["left", ".", "She", "v1.0.2", "example.com", "."]),
        ("No. 5? No. I won't.", ["No.", "5", "?", "No", ".", "I", "won't", "."]),
        ("AT&T, C++, 50%", ["AT&T", ",", "C", "+", "+", ",", "50", "%"]),
        ("👨‍👩‍👧🇩🇪 m²", ["👨‍👩‍👧", "🇩🇪", "m²"]),
        ("", []),
        (" \n\u3000", []),
    ],
)
def test_what_a_word_is(text: Any, words: Any) -> None:
    assert cut(text) == words


@pytest.mark.parametrize("text", ALL_TEXTS)
def test_no_character_is_in_two_words_and_only_white_space_in_none(text: Any) -> None:
    spans = written.spans(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    inside = {place for start, end in spans for place in range(start, end)}
    outside = [text[place] for place in range(len(text)) if place not in inside]
    assert all(regex.match(r"[\s\p{M}\p{C}\uFFFD]", letter, regex.VERSION1) for letter in outside)
    assert not any(regex.match(r"\s", text[place]) for start, end in spans for place in (start, end - 1))


@pytest.mark.parametrize("text", ALL_TEXTS)
def test_both_normal_forms_have_the_same_words(text: Any) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert [unicodedata.normalize("NFC", word) for word in cut(decomposed)] == cut(composed)


@pytest.mark.parametrize("text", [text for text in ALL_TEXTS if not TAILORED.search(text)])
def test_where_nothing_is_tailored_words_are_those_of_the_standard(text: Any) -> None:
    standard = regex.split(r"(?w)\b", text, flags=regex.VERSION1)
    assert cut(text) == [piece for piece in standard if piece.strip()]


@pytest.mark.parametrize("invisible", ["\u00ad", "\u200b", "\u200d", "\x00", "\ufffd", "\u0301"])
def test_what_cannot_be_seen_ends_no_word(invisible: Any) -> None:
    without_spaces = regex.compile(r"[\p{Han}\p{Hiragana}\p{WB=Katakana}\p{LB=SA}]", regex.VERSION1)
    words = {
        word for text in ALL_TEXTS for word in cut(text) if len(word) > 1 and word.isalpha() and not without_spaces.search(word)
    }
    assert len(words) > 200
    assert [word for word in words if len(cut(word[:1] + invisible + word[1:])) != 1] == []


def test_each_chinese_character_is_one_word() -> None:
    text = "".join(text for text in ODD_TEXTS)
    ideographs = [letter for letter in text if regex.match(r"\p{Han}", letter)]
    alone = [word for word in cut(text) if regex.match(r"\p{Han}", word)]
    assert len(ideographs) == len(alone) > 40 and all(len(regex.findall(r"\p{Han}", word)) == 1 for word in alone)


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("Bank, banks: bank", "bank", ["Bank", "bank"]),
        ("I love New\n York, York", "new york", ["New\n York"]),
        ("What is C++? C. C ++", "c++", ["C++"]),
        ("a.b a", "a.b", ["a.b"]),
        ("snake_bank", "bank", []),
        ("Die Straße", "strasse", ["Straße"]),
        ("", "bank", []),
        ("bank", " ", []),
        ("I can’t, you can, we can't", "can", ["can"]),
        ("I don’t, you don't", "don't", ["don’t", "don't"]),
        ("I don’t, you don't", "don’t", ["don’t", "don't"]),
        ("The bank's bank", "bank", ["bank", "bank"]),
        ("a café, a cafe\u0301, a cafe", "café", ["café", "cafe\u0301"]),
        ("a café, a cafe\u0301, a cafe", "cafe", ["cafe"]),
        ("नई दिल्ली", "दिल", []),
        ("नई दिल्ली", "दिल्ली", ["दिल्ली"]),
        ("St. Louis, St Louis", "st louis", ["St. Louis", "St Louis"]),
        ("他在银行工作，我也在银行。", "银行", ["银行", "银行"]),
        ("我们用BERT模型，不用BERTs。", "bert", ["BERT"]),
        ("在ABC銀行で", "銀行", ["銀行"]),
        ("ban\u00adk", "bank", ["ban\u00adk"]),
        ("a a a a", "a a", ["a a", "a a"]),
    ],
)
def test_a_word_is_found_whole_whatever_its_case_and_apostrophe(text: Any, wanted: Any, found: Any) -> None:
    assert [text[start:end] for start, end in written.found(text, wanted)] == found


def test_a_blank_is_one_thing() -> None:
    text = "Angela [MASK] met J. [MASK]."
    blanks = [(7, 13), (21, 27)]
    assert [text[a:b] for a, b in written.spans(text, blanks)] == ["Angela", "[MASK]", "met", "J.", "[MASK]", "."]
    assert written.found(text, "[MASK]", blanks, [(0, 6)]) == blanks and written.found(text, "MASK", blanks) == []


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a.b..c",
        "-a",
        "((",
        "www.",
        "J.",
        "Mr. ",
        "'s",
        "a@",
        "e\u0301",
        "a.a/",
        "a-",
        "http://(",
        "http://.",
        "一",
        "a a. ",
    ],
)
def test_hostile_texts_take_no_time(unit: Any) -> None:
    begun = time.perf_counter()
    written.spans(unit * (20_000 // len(unit)))
    assert time.perf_counter() - begun < 2
