"""Running text: documents of sentences of token ids, packed into flat arrays.

A file of text holds one paragraph a line and a blank line between documents. Sentences are cut at . ! ? followed by a space and
a capital: crude, and enough for BERT, whose "sentence" is any span of running text (Devlin et al. 2019, section 3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Texts = Mapping[str, Iterable[list[str]]]  # name of a source → its documents, each a list of paragraphs

LONGEST = 126  # tokens of a sentence; what is longer becomes several
_END = re.compile(r"(?<=[.!?])[”\"')\]]* +(?=[A-Z“\"'(\[0-9])")

# How often a source is read, as a factor on its share of the text. Fiction is half of the words: sampled down. What reads like
# the short plain sentences that visitors type is sampled up.
FACTORS = {
    "se_": 0.45, "gov_": 0.6, "wordnet": 0.6, "speeches": 0.5, "wikipedia_squad": 1.6, "wikipedia_split": 2.0, "factbook": 3.0,
    "trivia": 1.5, "stories": 3.0, "dialogue": 0.7, "ud_ewt_web": 1.5, "everyday": 10.0,
    "facts_glosses": 3.0, "facts_countries": 6.0, "facts_opposites": 10.0,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Corpus:
    """Packed text. Sentence i is ids[sentences[i] : sentences[i + 1]]; document j holds sentences documents[j] to documents[j + 1] − 1.

    ids        [token]          uint16: bert-base-uncased has 30,522
    sentences  [sentence + 1]   where each sentence starts
    documents  [document + 1]   which sentence each document starts with
    sources    [document]       index into `names`
    """

    ids: NDArray[np.uint16]
    sentences: NDArray[np.int64]
    documents: NDArray[np.int64]
    sources: NDArray[np.int64]
    names: tuple[str, ...]

    def sentence(self, index: int) -> list[int]:
        """The token ids of one sentence."""
        return self.span(index, index + 1)

    def span(self, first: int, last: int) -> list[int]:
        """The token ids of sentences first … last − 1, one after another."""
        tokens: list[int] = self.ids[self.sentences[first] : self.sentences[last]].tolist()
        return tokens

    def document_weights(self) -> NDArray[np.float64]:
        """[document] how likely each is drawn: its tokens × the factor of its source; sums to 1."""
        starts = self.sentences[self.documents]
        factors = np.array([_factor(name) for name in self.names])
        weights = np.diff(starts) * factors[self.sources]
        result: NDArray[np.float64] = weights / weights.sum()
        return result

    def save(self, path: Path) -> None:
        """One .npz file."""
        np.savez(path, ids=self.ids, sentences=self.sentences, documents=self.documents, sources=self.sources, names=self.names)

    @classmethod
    def open(cls, path: Path) -> Corpus:
        """What `save` wrote."""
        with np.load(path) as file:
            ids, sentences, documents, sources = (file[name] for name in ("ids", "sentences", "documents", "sources"))
            return cls(ids, sentences, documents, sources, tuple(file["names"].tolist()))


def pack(texts: Texts, tokenizer: Any, *, refuse: Callable[[str], bool], report: Callable[[str], None]) -> Corpus:
    """All sources as one corpus. Sentences for which `refuse` says yes are left out, and counted in the report."""
    ids: list[NDArray[np.uint16]] = []
    lengths: list[int] = []
    documents, sources, n_refused = [0], [], 0
    for number, (name, of_source) in enumerate(texts.items()):
        for document in of_source:
            found = [sentence for paragraph in document for sentence in split_sentences(paragraph)]
            sentences = [sentence for sentence in found if not refuse(sentence)]
            n_refused += len(found) - len(sentences)
            encoded = tokenizer(sentences, add_special_tokens=False, verbose=False)["input_ids"] if sentences else []
            parts = [tokens[i : i + LONGEST] for tokens in encoded for i in range(0, len(tokens), LONGEST)]
            if not parts:
                continue
            ids.append(np.fromiter((token for part in parts for token in part), dtype=np.uint16))
            lengths += [len(part) for part in parts]
            documents.append(len(lengths))
            sources.append(number)
        report(f"{name}: {len(lengths):,} sentences so far, {n_refused:,} left out")
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return Corpus(np.concatenate(ids), starts, np.array(documents), np.array(sources), tuple(texts))


def running_text(folder: Path) -> Texts:
    """Every .txt of a folder as a source: one paragraph a line, a blank line between documents."""
    return {path.stem: _documents(path) for path in sorted(folder.glob("*.txt"))}


def everyday_text(path: Path, *, held_out: bool) -> Texts:
    """A table of single sentences, each a document: sentence, number, contributor. Those whose number ends in 00 are held out.

    Nothing where there is no such file.
    """
    if not path.is_file():
        return {}
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return {path.stem: [[sentence] for sentence, number, *_ in rows if number.endswith("00") == held_out]}


def split_sentences(paragraph: str) -> list[str]:
    """One paragraph as sentences, in order.

    >>> split_sentences('It rained. "Go," he said. They went at 3.5 knots.')
    ['It rained.', '"Go," he said.', 'They went at 3.5 knots.']
    """
    sentences, start = [], 0
    for match in _END.finditer(paragraph):
        sentences.append(paragraph[start : match.end()].strip())
        start = match.end()
    return [sentence for sentence in (*sentences, paragraph[start:].strip()) if sentence]


def _documents(path: Path) -> Iterator[list[str]]:
    paragraphs: list[str] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                paragraphs.append(line.strip())
            elif paragraphs:
                yield paragraphs
                paragraphs = []
    if paragraphs:
        yield paragraphs


def _factor(name: str) -> float:
    return next((factor for start, factor in FACTORS.items() if name.startswith(start)), 1.0)
