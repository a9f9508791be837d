"""The two lists of everyday sentences ask what can be answered, and one does not ask what the other does."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import AutoTokenizer

from training.cloze import FORTY, SIXTY, sentences
from training.near_copies import NearCopies
from training.prepare import TOKENIZER


@pytest.mark.parametrize(("table", "n"), [(SIXTY, 60), (FORTY, 40)])
def test_each_has_one_blank_and_a_word_of_one_token(table: Path, n: int) -> None:
    vocabulary = AutoTokenizer.from_pretrained(TOKENIZER).get_vocab()
    asked = sentences(table)
    assert len({cloze.text for cloze in asked}) == n
    for cloze in asked:
        assert cloze.text.count("[MASK]") == 1
        assert any(word in vocabulary for word in cloze.words), cloze.text
        assert len(set(cloze.words)) == len(cloze.words) > 0, cloze.text


def test_no_sentence_of_one_list_is_a_near_copy_of_one_of_the_other() -> None:
    is_known = NearCopies(sentences(SIXTY))
    filled = [cloze.text.replace("[MASK]", word) for cloze in sentences(FORTY) for word in cloze.words]
    assert [sentence for sentence in filled if is_known(sentence)] == []


def test_a_near_copy_of_either_list_is_left_out() -> None:
    refuse = NearCopies([*sentences(SIXTY), *sentences(FORTY)])
    assert refuse("Paris is the capital of France.") and refuse("A spider has eight legs.")
    assert not refuse("The spider sat on the wall.")
