from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny

from bertviz_app import load
from bertviz_app.analysis.words import word_positions
from bertviz_app.families.spelling import SPACE
from bertviz_app.records.blanks import Blanked, blanked

# Families whose tokenizers set a mark of a space where they begin anew behind a special token.
BEGINS_ANEW = ("xlm-r", "camembert", "albert", "deberta-v2")


def test_by_hand() -> None:
    found = blanked("I love old AI!", {(11, 13): 2, (2, 6): 1}, "[M]")
    assert found == Blanked("I [M] old [M][M]!", ((2, 6), (11, 13)), ((2, 5), (10, 16)))
    assert found.hidden_at(2, 5) == (2, 6) and found.hidden_at(13, 16) == (11, 13) and found.hidden_at(6, 9) is None
    assert found.typed(6, 9) == (7, 10) and found.typed(16, 17) == (13, 14) and found.typed(0, 1) == (0, 1)


@pytest.mark.parametrize("words", [{(3, 3): 1}, {(5, 2): 1}, {(-1, 2): 1}, {(8, 99): 1}])
def test_what_is_no_word_of_the_text_hides_nothing(words: Any) -> None:
    assert blanked("I love AI", words, "[M]") == Blanked("I love AI")


def test_of_two_that_overlap_the_first_is_hidden() -> None:
    assert blanked("I love AI", {(2, 6): 1, (4, 9): 1}, "[M]").text == "I [M] AI"


def test_whatever_is_hidden_the_rest_leads_back_to_what_was_typed() -> None:
    text, random = "one two  three four, five", np.random.default_rng(0)
    words = [(0, 3), (4, 7), (9, 14), (15, 19), (21, 25)]
    for _ in range(50):
        chosen = {word: int(random.integers(1, 4)) for word in words if random.random() < 0.5}
        found = blanked(text, chosen, "[MASK]")
        for word in words:
            if word in chosen:
                place = found.places[found.words.index(word)]
                assert found.text[slice(*place)] == "[MASK]" * chosen[word] and found.hidden_at(*place) == word
            else:
                start = next(
                    at
                    for at in range(len(found.text))
                    if found.typed(at, at + 1)[0] == word[0] and found.text[at] == text[word[0]]
                )
                assert found.text[start : start + word[1] - word[0]] == text[slice(*word)]


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_every_family_reads_the_blanks_as_if_the_tokens_had_been_replaced(tiny_families: dict[str, Path], family: Any) -> None:
    """One blank for each piece of a word, and everything around it as it was; only that a tokenizer which begins anew after a special token
    may set a mark of a space there, as it does when a blank is typed.
    """
    reader = load(str(tiny_families[family])).reader
    typed = reader.encode("The man went to the store, and I love watching starlings.", "It rained.")
    for position in (2, 5, typed.positions("word")[-3]):
        pieces = list(word_positions(typed, position))
        segment = int(typed.segment_ids[position])
        word = (int(typed.offsets[pieces, 0].min()), int(typed.offsets[pieces, 1].max()))
        texts = [typed.text, typed.pair]
        texts[segment] = blanked(texts[segment], {word: len(pieces)}, reader.mask_token).text
        found, expected = reader.encode(*texts), reader.masked(typed, pieces)
        read, wanted = (
            [i for i, token in zip(one.token_ids.tolist(), one.tokens, strict=True) if token != SPACE]
            for one in (found, expected)
        )
        assert read == wanted and (found.n_tokens == expected.n_tokens or family in BEGINS_ANEW)
