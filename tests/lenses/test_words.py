from __future__ import annotations

import numpy as np
import pytest

from bertviz_app.lenses import words as lens


@pytest.mark.parametrize(
    "text, word, found",
    [
        ("Bank, banks: bank", "bank", ["Bank", "bank"]),
        ("I love New\n York, York", "new york", ["New\n York"]),
        ("What is C++? C.", "c++", ["C++"]),
        ("a.b a", "a.b", ["a.b"]),
        ("snake_bank", "bank", []),
        ("Die Straße", "straße", ["Straße"]),
        ("", "bank", []),
        ("他在银行工作，我也在银行。", "银行", ["银行", "银行"]),
        ("我们用BERT模型，不用BERTs。", "bert", ["BERT"]),
        ("在ABC銀行で", "銀行", ["銀行"]),
    ],
)
def test_a_word_is_found_whole_and_whatever_its_case(text, word, found):
    assert [text[start:end] for start, end in lens.spans(text, lens.pattern_of(word))] == found


def test_what_counts_as_a_word():
    text = "It’s the well-known e-mail of 1999, isn't it?"
    assert [text[a:b] for a, b in lens.spans(text)] == ["It’s", "the", "well-known", "e-mail", "of", "1999", "isn't", "it"]


def test_each_ideograph_counts_as_a_word():
    text = "我用BERT，ok？"
    assert [text[a:b] for a, b in lens.spans(text)] == ["我", "用", "BERT", "ok"]


def test_the_pieces_of_a_word_are_averaged(model):
    encoding = model.encode("I love watching starlings murmurate.")
    start = encoding.text.index("starlings")
    rows = lens.positions(encoding, start, start + len("starlings"))
    assert [encoding.tokens[row] for row in rows] == ["star", "##lings"]
    states = model.run(encoding).hidden_states
    read, vectors = lens.vectors(states, encoding, lens.spans(encoding.text))
    assert read.tolist() == [0, 1, 2, 3, 4] and vectors.shape == (5, 7, 384)
    assert np.abs(vectors[3] - (states[:, 4] + states[:, 5]) / 2).max() < 1e-6


def test_what_was_cut_off_and_what_stands_for_no_text_is_no_place(model):
    encoding = model.encode("bank " * 100, max_tokens=10)
    read, vectors = lens.vectors(model.run(encoding).hidden_states, encoding, lens.spans(encoding.text))
    assert len(read) == len(vectors) == 8
    none, empty = lens.vectors(model.run(encoding).hidden_states, encoding, ())
    assert len(none) == 0 and empty.shape == (0, 7, 384)
