"""What the model is later asked is not what it was told."""

from __future__ import annotations

import pytest

from training.cloze import sentences
from training.near_copies import NearCopies, stems


@pytest.fixture(scope="module")
def is_near_copy() -> NearCopies:
    return NearCopies(sentences())


def test_every_cloze_sentence_is_refused_with_every_word_that_fits(is_near_copy: NearCopies) -> None:
    for cloze in sentences():
        for word in cloze.words:
            assert is_near_copy(cloze.text.replace("[MASK]", word))


@pytest.mark.parametrize(
    "sentence",
    [
        "the capital of france is PARIS!",  # case and punctuation
        "Paris is the capital of France.",  # the other way round
        "Paris, France’s capital",
        "My favorite color is red.",  # American spelling, another person
        "The dog barked at the stranger.",  # a word less
        "The earth moves round the sun.",  # another preposition
        "The birds are flying.",  # other endings
        "There are twelve months in a year.",
        "The sky is full of dark clouds.",
        "The sun rises in the east and sets in the west.",  # more about it
        "And once upon a time, there was a little girl who lived with her mother in a small house near the edge of a great forest.",  # word for word
        "Thank you very much for your gift.",  # another word at the end
    ],
)
def test_near_copies(is_near_copy: NearCopies, sentence: str) -> None:
    assert is_near_copy(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "Madrid is the capital of Spain.",
        "Tom fell asleep at the wheel.",
        "I brush my teeth twice a day.",
        "She opened the window.",
        "Where is my umbrella?",
        "We had dinner in Paris, and then a long train took us through France to a city that is not the capital of anything at all.",
    ],
)
def test_what_only_shares_some_words_stays(is_near_copy: NearCopies, sentence: str) -> None:
    assert not is_near_copy(sentence)


def test_stems_are_the_same_for_both_spellings_and_for_all_endings() -> None:
    assert stems("Her favourite colours") == stems("her favorite color")
    assert stems("our hours, four") == ["our", "hour", "four"]
