"""What the model is asked about running text: masked words in pairs and in single sentences, and whether B follows A.

    masking   a share of the tokens is asked for: 80 % of them become [MASK], 10 % another token, 10 % stay (Devlin et al. 2019,
              section 3.1, task 1); when measuring, all of them become [MASK]
    pairs     half of the Bs follow A; of the others half come from another document of the same source, so that topic alone does
              not give them away
    singles   a third of the examples are one short sentence without a pair: what visitors type
    pieces    one to three sentences of running text without a pair: what the teacher reads

Every batch is a function of a seed alone, so that a run can be resumed anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.corpus import Corpus

PAD, UNK, CLS, SEP, MASK = 0, 100, 101, 102, 103
FIRST_WORD = 999  # ids below are special or unused
VOCABULARY = 30_522
IGNORED = -100

Ids = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Batch:
    """What the encoder reads, and what it is asked.

    ids, segments, mask   [row, position]
    labels                whatever the task asks: [row], [row, 2] or [row, position] with `IGNORED` where nothing is asked
    next_labels           [row] 0 = B follows A, 1 = it does not; None where there is no B
    """

    ids: Ids
    segments: Ids
    mask: Ids
    labels: Ids
    next_labels: Ids | None = None

    @property
    def n_tokens(self) -> int:
        return int(self.ids.size)


class TextExamples:
    """Draws batches of running text. `masked` is the share of tokens that is asked for.

    `measuring`: each source by its share of the text, and nothing but [MASK] where a word is asked for.
    """

    def __init__(self, corpus: Corpus, *, masked: float = 0.15, measuring: bool = False) -> None:
        self._corpus = corpus
        self._masked = masked
        self._fates = (1.0, 1.0) if measuring else (0.8, 0.9)
        weights = corpus.document_weights()
        if measuring:
            weights = np.diff(corpus.sentences[corpus.documents]).astype(np.float64)
        self._all = np.cumsum(weights)
        # Documents of one sentence have nothing that could come next.
        self._paired = np.cumsum(np.where(np.diff(corpus.documents) > 1, weights, 0))
        self._of_source = [np.flatnonzero(corpus.sources == source) for source in range(len(corpus.names))]

    def pairs(self, rng: np.random.Generator, n: int, *, longest: int, shorter: float = 0.25) -> Batch:
        """[CLS] A [SEP] B [SEP], at most `longest` tokens each; a share of them, `shorter`, has less room, and twice
        that share is of whole sentences only."""
        rows = [self._pair(rng, longest, shorter) for _ in range(n)]
        batch = padded([(a, b) for a, b, _ in rows])
        return self._with_masks(rng, batch, np.array([label for _, _, label in rows]))

    def singles(self, rng: np.random.Generator, n: int, *, longest: int) -> Batch:
        """[CLS] one sentence [SEP]."""
        return self._with_masks(rng, padded([(self._short_sentence(rng, longest - 2), None) for _ in range(n)]), None)

    def pieces(self, rng: np.random.Generator, n: int, *, longest: int, pool: int = 1) -> Batch:
        """[CLS] one to three sentences [SEP]: `pool` times n are drawn, and the n are of like length, so that there is little padding."""
        rows = sorted((self._piece(rng, longest - 2) for _ in range(pool * n)), key=len)
        first = n * int(rng.integers(pool))
        return self._with_masks(rng, padded([(row, None) for row in rows[first : first + n]]), None)

    def _pair(self, rng: np.random.Generator, longest: int, shorter: float) -> tuple[list[int], list[int], int]:
        corpus = self._corpus
        document = _draw(rng, self._paired)
        first, last = corpus.documents[document], corpus.documents[document + 1]
        cut = int(rng.integers(first + 1, last))  # B starts here
        room, whole = longest - 3, rng.random() < 2 * shorter
        if rng.random() < shorter:
            room = int(rng.integers(12, room + 1))
        a_room = int(rng.integers(max(4, room // 4), 3 * room // 4 + 1))
        a = self._before(cut, int(first), a_room, whole)
        label = int(rng.random() < 0.5)
        if label:
            document, cut = self._elsewhere(rng, document)
            last = corpus.documents[document + 1]
        return a, self._after(cut, int(last), room - len(a), whole), label

    def _elsewhere(self, rng: np.random.Generator, document: int) -> tuple[int, int]:
        """Another document, half of the time of the same source, and a sentence in it."""
        peers = self._of_source[self._corpus.sources[document]]
        while True:
            near = len(peers) > 1 and rng.random() < 0.5
            other = int(peers[rng.integers(len(peers))]) if near else _draw(rng, self._all)
            if other != document:
                return other, int(rng.integers(self._corpus.documents[other], self._corpus.documents[other + 1]))

    def _before(self, cut: int, first: int, room: int, whole: bool) -> list[int]:
        """The text before sentence `cut`: as many tokens as there is room for, or `whole` sentences only."""
        tokens: list[int] = []
        for index in range(cut - 1, first - 1, -1):
            sentence = self._corpus.sentence(index)
            if len(tokens) >= room or (whole and tokens and len(tokens) + len(sentence) > room):
                break
            tokens = sentence + tokens
        return tokens[-room:]

    def _after(self, index: int, last: int, room: int, whole: bool) -> list[int]:
        """The text from sentence `index` on, likewise."""
        tokens = self._corpus.sentence(index)
        for following in range(index + 1, last):
            sentence = self._corpus.sentence(following)
            if len(tokens) >= room or (whole and len(tokens) + len(sentence) > room):
                break
            tokens += sentence
        return tokens[:room]

    def _piece(self, rng: np.random.Generator, longest: int) -> list[int]:
        corpus = self._corpus
        document = _draw(rng, self._all)
        last = corpus.documents[document + 1]
        first = int(rng.integers(corpus.documents[document], last))
        return corpus.span(first, min(last, first + int(rng.integers(1, 4))))[:longest]

    def _short_sentence(self, rng: np.random.Generator, longest: int) -> list[int]:
        corpus = self._corpus
        sentence: list[int] = []
        for _ in range(8):  # a few tries for one that is neither a stub nor cut
            document = _draw(rng, self._all)
            sentence = corpus.sentence(int(rng.integers(corpus.documents[document], corpus.documents[document + 1])))
            if 5 <= len(sentence) <= longest:
                break
        return sentence[:longest]

    def _with_masks(self, rng: np.random.Generator, batch: Batch, next_labels: Ids | None) -> Batch:
        ids, labels = masked(rng, batch.ids, self._masked, self._fates)
        return Batch(ids, batch.segments, batch.mask, labels, next_labels)


def masked(rng: np.random.Generator, ids: Ids, share: float, fates: tuple[float, float]) -> tuple[Ids, Ids]:
    """ids [row, position] → the ids to read, and the labels: what stood where something is asked, `IGNORED` elsewhere.

    At least one token of each row is asked for. Up to `fates[0]` of them become [MASK], beyond `fates[1]` another token.
    """
    words = ids >= FIRST_WORD
    # Each row's words in random order: the first of them are asked for.
    order = np.where(words, rng.random(ids.shape), 2.0).argsort(axis=1).argsort(axis=1)
    asked = words & (order < np.maximum(1, np.rint(share * words.sum(axis=1)))[:, None])
    fate = rng.random(ids.shape)
    read = np.where(asked & (fate < fates[0]), MASK, ids)
    read = np.where(asked & (fate >= fates[1]), rng.integers(FIRST_WORD, VOCABULARY, ids.shape), read)
    return read, np.where(asked, ids, IGNORED)


def padded(rows: list[tuple[list[int], list[int] | None]]) -> Batch:
    """[CLS] A [SEP] (B [SEP]) for each row, filled up with [PAD]; labels are empty."""
    lines = [[CLS, *a, SEP, *([] if b is None else [*b, SEP])] for a, b in rows]
    shape = (len(rows), max(map(len, lines)))
    ids, segments, mask = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for row, (line, (a, _)) in enumerate(zip(lines, rows, strict=True)):
        ids[row, : len(line)] = line
        mask[row, : len(line)] = 1
        segments[row, len(a) + 2 : len(line)] = 1
    return Batch(ids, segments, mask, np.full(shape, IGNORED))


def _draw(rng: np.random.Generator, cumulative: NDArray[np.float64]) -> int:
    return min(int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right")), len(cumulative) - 1)
