"""Labels of words: named entities, or whatever else a head over words was trained to find.

    P(label | word) = softmax(W · h + b)        h: the last layer's vector of the word's first piece

Stretches follow from the likeliest labels as `label_schemes` reads them.
Sources: Devlin et al., BERT (2019), section 5.3; Tjong Kim Sang and De Meulder, CoNLL-2003 (2003), section 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bertviz_app.analysis import written_words as written
from bertviz_app.analysis.phrases import trailer
from bertviz_app.analysis.probability import softmax
from bertviz_app.analysis.words import Unit
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import OKABE_ITO, Theme
from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.families.label_schemes import Scheme, called, scheme_of
from bertviz_app.records.forward import Floats

COLORS = dict(
    zip(("person", "organisation", "place", "another name"), (OKABE_ITO[index] for index in (0, 1, 2, 6)), strict=True)
)
MOST_LABELS = 40  # that have a column of their own in the table

METHOD = (
    "Each word is read at its first piece: the last layer’s vector there goes through one linear layer with an output for each label, and "
    "softmax makes probabilities of them. {scheme} The probability of a stretch is that of its least certain word. "
    "A blank has no label, and a stretch ends at it. "
    "Sources: Devlin et al. (2019), section 5.3; Tjong Kim Sang and De Meulder (2003), section 2.\n\n" + written.METHOD
)


@dataclass(frozen=True)
class Entity:
    """A stretch of words that was found: `first` to `last` (inclusive), its kind, and the probability of its least certain word."""

    kind: str
    first: int
    last: int
    probability: float


@dataclass(frozen=True, eq=False)
class LabelledWords:
    """What the head of a `task` says of a text: probabilities [word, label], and the stretches that follow from the likeliest labels."""

    words: tuple[Unit, ...]
    labels: tuple[str, ...]
    probabilities: Floats
    entities: tuple[Entity, ...]
    task: str = "entities"

    @property
    def scheme(self) -> Scheme:
        """How the labels are read."""
        return scheme_of(self.labels)

    def label(self, word: int) -> str:
        """The likeliest label of a word."""
        return self.labels[int(self.probabilities[word].argmax())]

    def name(self, entity: Entity) -> str:
        """An entity as it is written; white space within it is one space."""
        inside = self.words[entity.first : entity.last + 1]
        ends = [inside[0].start, *(word.end for word in inside)]
        return "".join(f"{' ' * (word.start > end)}{word.text}" for end, word in zip(ends, inside, strict=False))


def read(words: Sequence[Unit], labels: Sequence[str], logits: Floats, *, task: str = "entities") -> LabelledWords:
    """Softmax of the logits [word, label] at each word's first piece, and the stretches in them.

    Raises `ValueError` when words, labels and logits differ in number.
    """
    if logits.shape != (len(words), len(labels)):
        raise ValueError(f"{len(words)} words and {len(labels)} labels do not go with logits of shape {logits.shape}")
    probabilities = softmax(logits) if len(words) else logits
    likeliest = [labels[index] for index in probabilities.argmax(axis=-1)]
    # A name does not reach over the end of a text or over a blank: their tokens are not among those of words.
    ends = (a.segment != b.segment or a.positions[-1] + 1 != b.position for a, b in pairwise(words))
    segments = np.cumsum([0, *ends]).tolist()
    entities = tuple(
        Entity(kind, first, last, float(probabilities[first : last + 1].max(axis=-1).min()))
        for kind, first, last in scheme_of(tuple(labels)).spans(likeliest, segments)
    )
    return LabelledWords(tuple(words), tuple(labels), probabilities, entities, task)


def method(labels: Sequence[str]) -> str:
    """How words get their labels, and stretches follow from them."""
    return METHOD.replace("{scheme}", scheme_of(tuple(labels)).method)


def color(kind: str, theme: Theme) -> str:
    """The colour of a kind: those of names have their own, the rest share those that are left."""
    left = [shade for shade in theme.categories if shade not in COLORS.values()]
    return COLORS.get(called(kind)) or left[sum(kind.encode("utf-8", "replace")) % len(left)]


def notice(reading: LabelledWords) -> str:
    """What was found, called by the labels of the head, and which decision was the closest."""
    if not reading.words:
        return "There is no word in this text."
    n, scheme = len(reading.words), reading.scheme
    among = f"{n:,} words" if n > 1 else "1 word"
    if not reading.entities:
        return f"{scheme.nothing} among {among}{_closest(reading, range(n))}."
    inside = [word for entity in reading.entities for word in range(entity.first, entity.last + 1)]
    return f"{scheme.counted([entity.kind for entity in reading.entities])} in {among}{_closest(reading, inside)}."


def _closest(reading: LabelledWords, words: Sequence[int]) -> str:
    """The decision about one of these words that was the closest, where one was."""
    chances = reading.probabilities[list(words)].max(axis=-1)
    if len(words) == 1:
        return f": {_decision(reading, words[0])}"
    if len(words) == 2 and plots.percent(chances[0]) != plots.percent(chances[1]):
        return f": the less certain of the two is {_decision(reading, words[int(chances.argmin())])}"
    least = trailer(chances, plots.percent)
    return "" if least is None else f": the closest call is {_decision(reading, words[least])}"


def columns(reading: LabelledWords) -> dict[str, list[object]]:
    """A row a word: the word, its first token counted from 1, its label, and the probability of every label (of more than `MOST_LABELS`, its own)."""
    rows = range(len(reading.words))
    table: dict[str, list[object]] = {
        "word": [word.text for word in reading.words],
        TOKEN_NUMBER: [plots.shown(word.position) for word in reading.words],
        "label": [reading.label(row) for row in rows],
    }
    if len(reading.labels) > MOST_LABELS:  # the label's own alone
        return table | {"probability": reading.probabilities.max(axis=-1).tolist() if reading.words else []}
    return table | {f"P({name})": reading.probabilities[:, index].tolist() for index, name in enumerate(reading.labels)}


def _decision(reading: LabelledWords, word: int) -> str:
    order = np.argsort(-reading.probabilities[word], kind="stable")
    if len(order) == 1:
        return f"“{reading.words[word].text}”, which this head can only call {reading.labels[0]}"
    chances = [f"{reading.labels[index]} with {plots.percent(reading.probabilities[word, index])}" for index in order[:2]]
    return f"“{reading.words[word].text}”, {' before '.join(chances)}"
