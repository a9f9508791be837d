"""What BPE and Unigram share: the steps of a word end where the tokenizers library does, on odd words and within texts, and are said well."""

from __future__ import annotations

import re
from types import ModuleType

import pytest
from laws import broken_laws
from tokenizers_of_all_kinds import reader, spelled_words

from bertviz_app.analysis import words_to_tokens
from bertviz_app.chapters.tokens import merges, unigram_path
from bertviz_app.chapters.tokens.piece_boxes import piece_columns

CASES = [
    (merges, "bundled byte-level BPE"),
    (merges, "small byte-level BPE"),
    (unigram_path, "bundled Unigram"),
    (unigram_path, "small Unigram"),
]


@pytest.mark.parametrize(("lens", "kind"), CASES)
def test_the_last_step_is_what_the_tokenizer_returns(lens: ModuleType, kind: str) -> None:
    file, tokenizer, words = reader(kind).model_file(), reader(kind)._tokenizer.backend_tokenizer, spelled_words(kind)
    assert len(words) > 400
    for word in words:
        found, theirs = lens.of_word(word, file), tokenizer.model.tokenize(word)
        assert found.pieces == tuple(token.value for token in theirs), word
        assert found.ids == tuple(token.id for token in theirs), word


@pytest.mark.parametrize(("lens", "kind"), CASES)
def test_the_words_of_a_text_lead_to_its_tokens(lens: ModuleType, kind: str) -> None:
    file, legible = reader(kind).model_file(), reader(kind).spelling.legible
    for text in (
        "I love AI!",
        "Naïve café, déjà vu 😀.",
        "déjà vu 😀😀.",
        "東京 [ok] x",
        "東京 [ok] \u200b x",
        " two  spaces ",
    ):
        encoding = reader(kind).encode(text)
        for word in words_to_tokens.words(encoding, reader(kind).trace):
            if not word.is_control:
                found = lens.of_word(word.spelled, file)
                assert found.ids == tuple(encoding.token_ids[list(word.positions)])
                ours = piece_columns(found.pieces, found.ids, legible)["token"]
                for piece, place in zip(ours, word.positions, strict=True):
                    assert piece == encoding.tokens[place] or encoding.token_ids[place] == file.get("unk_id")


@pytest.mark.parametrize(("lens", "kind"), CASES)
def test_sentences_keep_the_laws(lens: ModuleType, kind: str) -> None:
    file, legible = reader(kind).model_file(), reader(kind).spelling.legible
    for word in spelled_words(kind):
        said = lens.notice(lens.of_word(word, file), legible)
        assert not broken_laws(re.sub("“.*?”", "“x”", said, flags=re.DOTALL)), said
