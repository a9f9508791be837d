"""Running text, packed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.corpus import Corpus, pack, refuses, split_sentences


class Letters:
    """A tokenizer that gives each word an id: 1000 + its length."""

    def __call__(self, sentences: list[str], **_: object) -> dict[str, list[list[int]]]:
        return {"input_ids": [[1000 + len(word) for word in sentence.split()] for sentence in sentences]}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    (tmp_path / "se_novel.txt").write_text("It rained. We went in.\nThe end.\n\nAnother day came. It shone.\n")
    (tmp_path / "trivia.txt").write_text("What is red? A rose is.\n")
    return pack(tmp_path, Letters(), refuse=refuses(["the END"]), report=lambda _: None)


def test_sentences_end_where_a_capital_follows() -> None:
    assert split_sentences("Dr. Who? “Yes.” He has 3.5 of them.") == ["Dr.", "Who?", "“Yes.”", "He has 3.5 of them."]
    assert split_sentences("no end") == ["no end"]


def test_documents_keep_their_sentences_and_their_source(corpus: Corpus) -> None:
    assert corpus.names == ("se_novel", "trivia")
    assert np.diff(corpus.documents).tolist() == [2, 2, 2]  # "The end." was refused
    assert corpus.sources.tolist() == [0, 0, 1]
    assert corpus.sentence(0) == [1002, 1007]
    assert corpus.sentence(4) == [1004, 1002, 1004]


def test_fiction_is_drawn_less_often_than_its_share_of_the_text(corpus: Corpus) -> None:
    weights = corpus.document_weights()
    tokens = np.array([5, 5, 6])  # It rained. We went in. · Another day came. It shone. · What is red? A rose is.
    assert weights.sum() == pytest.approx(1)
    assert weights[0] / tokens[0] == pytest.approx(0.3 * weights[2] / tokens[2])  # 0.45 of fiction against 1.5 of trivia


def test_a_saved_corpus_opens_as_it_was(corpus: Corpus, tmp_path: Path) -> None:
    corpus.save(tmp_path / "packed.npz")
    opened = Corpus.open(tmp_path / "packed.npz")
    assert opened.names == corpus.names
    assert opened.ids.tolist() == corpus.ids.tolist()
    assert opened.sentences.tolist() == corpus.sentences.tolist()


def test_what_is_asked_later_is_refused_whatever_its_case_and_punctuation() -> None:
    refuse = refuses(["The capital of France is paris."])
    assert refuse("The capital of France is Paris!")
    assert not refuse("The capital of France is Lyon.")
