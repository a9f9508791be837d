"""Running text, packed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.corpus import Corpus, everyday_text, pack, running_text, split_sentences


class Letters:
    """A tokenizer that gives each word an id: 1000 + its length."""

    def __call__(self, sentences: list[str], **_: object) -> dict[str, list[list[int]]]:
        return {"input_ids": [[1000 + len(word) for word in sentence.split()] for sentence in sentences]}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    (tmp_path / "se_novel.txt").write_text("It rained. We went in.\nThe end.\n\nAnother day came. It shone.\n")
    (tmp_path / "trivia.txt").write_text("What is red? A rose is.\n")
    return pack(running_text(tmp_path), Letters(), refuse=lambda sentence: sentence == "The end.", report=lambda _: None)


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


def test_what_was_left_out_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("One. Two. Three.\n")
    said: list[str] = []
    pack(running_text(tmp_path), Letters(), refuse=lambda sentence: sentence != "Two.", report=said.append)
    assert said == ["a: 1 sentences so far, 2 left out"]


def test_of_the_everyday_sentences_one_in_a_hundred_is_held_out(tmp_path: Path) -> None:
    path = tmp_path / "everyday.tsv"
    path.write_text("".join(f"Sentence {number}.\t{number}\tsomebody\n" for number in range(100, 300)))
    read, held_out = (everyday_text(path, held_out=held_out)["everyday"] for held_out in (False, True))
    assert held_out == [["Sentence 100."], ["Sentence 200."]]
    assert len(list(read)) == 198
    assert ["Sentence 101."] in read
    assert everyday_text(tmp_path / "none.tsv", held_out=False) == {}


def test_a_span_is_several_sentences_in_a_row(corpus: Corpus) -> None:
    assert corpus.span(1, 4) == corpus.sentence(1) + corpus.sentence(2) + corpus.sentence(3)
