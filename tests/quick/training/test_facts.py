"""Sentences made from facts say what their source says, and nothing that the model will be asked."""

from __future__ import annotations

from pathlib import Path

from training.cloze import FORTY, sentences
from training.corpus import pack
from training.facts import OPPOSITES, fact_sentences, gloss_sentence
from training.near_copies import NearCopies


class Letters:
    """A tokenizer that gives each word an id: 1000 + its length."""

    def __call__(self, sentences: list[str], **_: object) -> dict[str, list[list[int]]]:
        return {"input_ids": [[1000 + len(word) for word in sentence.split()] for sentence in sentences]}


def test_each_source_gives_its_sentences(tmp_path: Path) -> None:
    (tmp_path / "wordnet.txt").write_text(
        "Birch: a switch of twigs. He used it.\nBirch: a tree.\n\nDry: free from liquid.\nTo kite: soar.\n"
    )
    (tmp_path / "factbook.txt").write_text(
        "Chad is located in Central Africa, south of Libya. The capital of Chad is N'Djamena.\n"
    )
    found = fact_sentences(tmp_path)
    assert found["facts_glosses"] == [["A birch is a switch of twigs."], ["To kite is to soar."]]
    assert [sentence for (sentence,) in found["facts_countries"]] == [
        "Chad lies in Central Africa.", "N'Djamena is the capital of Chad.", "N'Djamena is a city in Chad."
    ]  # fmt: skip


def test_without_the_files_there_are_the_opposites_alone(tmp_path: Path) -> None:
    found = fact_sentences(tmp_path)
    assert {name: bool(rows) for name, rows in found.items()} == {
        "facts_glosses": False, "facts_countries": False, "facts_opposites": True
    }  # fmt: skip


def test_a_long_definition_and_one_of_a_quality_are_left() -> None:
    assert gloss_sentence("Band: a strip of material that is put around the leg of a bird to know it again.") is None
    assert gloss_sentence("Civil: of or occurring within the state.") is None


def test_every_pair_of_opposites_is_two_words_and_stands_once() -> None:
    pairs = [tuple(pair.split()) for pair in OPPOSITES.split(", ")]
    assert all(len(pair) == 2 and pair[0] != pair[1] for pair in pairs)
    assert len({frozenset(pair) for pair in pairs}) == len(pairs)


def test_what_the_model_is_asked_is_left_out_of_them(tmp_path: Path) -> None:
    (tmp_path / "factbook.txt").write_text(
        "France is located in Western Europe, by the sea. The capital of France is Paris. Languages spoken in France include French.\n"
    )
    told: list[str] = []
    refuse = NearCopies([*sentences(), *sentences(FORTY)])
    texts = {"facts_countries": fact_sentences(tmp_path)["facts_countries"]}
    packed = pack(texts, Letters(), refuse=refuse, report=told.append)
    assert told == ["facts_countries: 3 sentences so far, 1 left out"]  # the one about the capital
    assert len(packed.documents) == 4
