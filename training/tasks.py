"""The labelled data of four tasks, as packed rows that the encoder reads.

    sentiment   one sentence → NEGATIVE, POSITIVE                      read from the pooled vector
    pairs       premise, hypothesis → entailment, neutral, contradiction   read from the pooled vector
    entities    words → CoNLL labels of PER, ORG, LOC, MISC            read at the first piece of each word
    answers     question, passage → where the answer starts and ends   read at every position

Splits are as named in the folders: nothing called dev or test is ever read here but by `training.evaluate`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.examples import CLS, IGNORED, SEP, Batch

SENTIMENTS = ("NEGATIVE", "POSITIVE")
RELATIONS = ("entailment", "neutral", "contradiction")
ENTITIES = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC")
MAYBE_MISC = -1  # a label: "O" or MISC, for the source does not mark MISC

LONGEST_PASSAGE = 160  # tokens of question and passage together while training

# How many times a source is taken into the pack. Tweets are sampled down: few people write so to a demonstration.
SENTIMENT_SOURCES = {"sst2": 1, "sentiment_rt_ccby": 2}
ENTITY_SOURCES = {"ner_wikigold": 6, "ner_crossner_folded": 3, "ner_uner_ewt": 1, "ner_wnut17": 1, "ner_btc": 0.4}
WITHOUT_MISC = ("ner_uner_ewt", "ner_wnut17", "ner_btc")
WNUT = {"person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG"}


@dataclass(frozen=True, eq=False)
class TaskRows:
    """Rows of one task, packed.

    ids     [token]     row i is ids[starts[i] : starts[i + 1]], with its [CLS] and [SEP]
    starts  [row + 1]
    seconds [row]       where segment B starts within the row; the row's length where there is none
    labels  [row, …]    [row] or [row, 2]; for entities [token]
    """

    ids: NDArray[np.uint16]
    starts: NDArray[np.int64]
    seconds: NDArray[np.int64]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def draw(self, rng: np.random.Generator, n: int) -> Batch:
        """n random rows of about the same length, so that little is padding."""
        many = rng.integers(len(self), size=8 * n)
        by_length = many[np.argsort(np.diff(self.starts)[many], kind="stable")]
        first = int(rng.integers(0, 8)) * n
        return self.batch(by_length[first : first + n])

    def batch(self, rows: NDArray[np.int64]) -> Batch:
        """These rows as one batch."""
        lengths = np.diff(self.starts)[rows]
        shape = (len(rows), int(lengths.max()))
        ids, segments, mask = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        per_token = len(self.labels) == len(self.ids)
        labels = np.full(shape, IGNORED) if per_token else self.labels[rows]
        for place, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            here = slice(self.starts[row], self.starts[row + 1])
            ids[place, :length] = self.ids[here]
            mask[place, :length] = 1
            segments[place, self.seconds[row] : length] = 1
            if per_token:
                labels[place, :length] = self.labels[here]
        return Batch(ids, segments, mask, labels)

    def save(self, path: Path) -> None:
        """One .npz file."""
        np.savez(path, ids=self.ids, starts=self.starts, seconds=self.seconds, labels=self.labels)

    @classmethod
    def open(cls, path: Path) -> TaskRows:
        """What `save` wrote."""
        with np.load(path) as file:
            return cls(*(file[name] for name in ("ids", "starts", "seconds", "labels")))


def rows_of(lines: list[tuple[list[int], int, Any]], *, per_token: bool = False) -> TaskRows:
    """(ids, where segment B starts, label or labels) of each row → packed."""
    labels = [label for _, _, label in lines]
    return TaskRows(
        ids=np.array([token for ids, _, _ in lines for token in ids], dtype=np.uint16),
        starts=np.concatenate([[0], np.cumsum([len(ids) for ids, _, _ in lines])]),
        seconds=np.array([second for _, second, _ in lines]),
        labels=np.array([one for some in labels for one in some] if per_token else labels),
    )


def sentiment_rows(folder: Path, tokenizer: Any, split: str, sources: dict[str, int] = SENTIMENT_SOURCES) -> TaskRows:
    """Sentences with 0 (negative) or 1 (positive)."""
    lines = []
    for source, times in sources.items():
        table = list(_table(folder / source / f"{split}.tsv"))
        encoded = tokenizer([row["sentence"] for row in table], truncation=True, max_length=128)["input_ids"]
        lines += [(ids, len(ids), int(row["label"])) for ids, row in zip(encoded, table, strict=True)] * times
    return rows_of(lines)


def pair_rows(folder: Path, tokenizer: Any, *files: str) -> TaskRows:
    """Premise and hypothesis with an index into `RELATIONS`."""
    lines = []
    for file in files:
        for row in _table(folder / "snli_small" / f"{file}.tsv"):
            ids = tokenizer(row["premise"], row["hypothesis"], truncation=True, max_length=128)["input_ids"]
            lines.append((ids, ids.index(SEP) + 1, RELATIONS.index(row["label"])))
    return rows_of(lines)


def entity_rows(folder: Path, tokenizer: Any, rng: np.random.Generator) -> TaskRows:
    """The training sentences of all sources, each as often as `ENTITY_SOURCES` says, a fraction drawn at random."""
    lines = []
    for source, times in ENTITY_SOURCES.items():
        marks_misc = source not in WITHOUT_MISC
        rows = [entity_row(words, tags, tokenizer, marks_misc) for words, tags in entity_lines(folder / source / "train.jsonl")]
        if times < 1:
            rows = [row for row in rows if rng.random() < times]
        lines += rows * max(1, int(times))
    return rows_of(lines, per_token=True)


def entity_row(words: list[str], tags: list[str], tokenizer: Any, marks_misc: bool = True) -> tuple[list[int], int, list[int]]:
    """The ids of one sentence, and a label at the first piece of each word."""
    encoded = tokenizer(words, is_split_into_words=True, truncation=True, max_length=128)
    labels, before = [], None
    for word in encoded.word_ids():
        if word is None or word == before:
            labels.append(IGNORED)
        else:
            labels.append(ENTITIES.index(tags[word]) if tags[word] != "O" or marks_misc else MAYBE_MISC)
        before = word
    return encoded["input_ids"], len(labels), labels


def json_lines(path: Path) -> list[Any]:
    """One object a line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def entity_lines(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    """(words, tags) of each sentence, tags among `ENTITIES`; types that are none of the four count as O."""
    for row in json_lines(path):
        yield row["tokens"], [_conll(tag) for tag in row["tags"]]


def answer_rows(path: Path, tokenizer: Any, rng: np.random.Generator) -> TaskRows:
    """Question and a stretch of the passage that holds the answer; labels are its first and last position."""
    questions = json_lines(path)
    lines = []
    for at in range(0, len(questions), 1000):
        some = questions[at : at + 1000]
        asked = tokenizer([q["question"] for q in some], add_special_tokens=False)["input_ids"]
        passages = tokenizer([q["context"] for q in some], add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        for row, question in enumerate(some):
            answer = question["answers"][0]
            first, stop = answer["answer_start"], answer["answer_start"] + len(answer["text"])
            spans = np.array(passages["offset_mapping"][row])
            inside = np.flatnonzero((spans[:, 1] > first) & (spans[:, 0] < stop))
            line = _stretch(asked[row][:40], passages["input_ids"][row], inside, rng)
            if line is not None and not question.get("ambiguous"):
                lines.append(line)
    return rows_of(lines)


def _stretch(
    question: list[int], passage: list[int], inside: NDArray[np.int64], rng: np.random.Generator
) -> tuple[list[int], int, tuple[int, int]] | None:
    room = LONGEST_PASSAGE - len(question) - 3
    if not len(inside) or len(inside) > room:
        return None
    lowest, highest = max(0, int(inside[-1]) + 1 - room), min(int(inside[0]), max(0, len(passage) - room))
    start = int(rng.integers(lowest, highest + 1)) if highest > lowest else lowest
    second = len(question) + 2
    shift = second - start
    ids = [CLS, *question, SEP, *passage[start : start + room], SEP]
    return ids, second, (int(inside[0]) + shift, int(inside[-1]) + shift)


def _conll(tag: str) -> str:
    if tag in ENTITIES:
        return tag
    place, _, kind = tag.partition("-")
    return f"{place}-{WNUT[kind]}" if kind in WNUT else "O"


def _table(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
