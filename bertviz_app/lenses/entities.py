"""Named entities: which words name a person, an organisation, a place or something else.

    P(label | word) = softmax(W · h + b)        h: the last layer's vector of the word's first piece

Labels are IOB2: B-PER begins a person, I-PER goes on with it, O is no name. An I- that follows nothing of its type begins a name, as in
conlleval, the script that scores CoNLL-2003.
Sources: Devlin et al., BERT (2019), section 5.3; Tjong Kim Sang and De Meulder, CoNLL-2003 (2003), section 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bertviz_app import plots, written
from bertviz_app.lenses import head_code
from bertviz_app.lenses.probability import softmax
from bertviz_app.lenses.words import Unit, units
from bertviz_app.plots import OKABE_ITO, Theme
from bertviz_app.records import Encoding, Floats, ModelInfo

NO_NAME = "O"
TYPES = {"PER": "person", "ORG": "organisation", "LOC": "place", "MISC": "another name"}
COLORS = dict(zip(TYPES, (OKABE_ITO[0], OKABE_ITO[1], OKABE_ITO[2], OKABE_ITO[6]), strict=True))

METHOD = (
    "Each word is read at its first piece: the last layer’s vector there goes through one linear layer with an output for each label, and "
    "softmax makes probabilities of them. B-PER begins the name of a person, I-PER continues it, O is no name; an I- with nothing of its "
    "type before it begins a name, as in the script that scores CoNLL-2003. The probability of a name is that of its least certain word. "
    "A blank has no label, and a name ends at it. "
    "Sources: Devlin et al. (2019), section 5.3; Tjong Kim Sang and De Meulder (2003), section 2.\n\n" + written.METHOD
)


@dataclass(frozen=True)
class Entity:
    """A name: words `first` to `last` (inclusive), its type, and the probability of its least certain word."""

    kind: str
    first: int
    last: int
    probability: float


@dataclass(frozen=True, eq=False)
class Reading:
    """What the head says of a text: probabilities [word, label], and the names that follow from the likeliest labels."""

    words: tuple[Unit, ...]
    labels: tuple[str, ...]
    probabilities: Floats
    entities: tuple[Entity, ...]

    def label(self, word: int) -> str:
        """The likeliest label of a word."""
        return self.labels[int(self.probabilities[word].argmax())]

    def name(self, entity: Entity) -> str:
        """An entity as it is written; white space within it is one space."""
        inside = self.words[entity.first : entity.last + 1]
        ends = [inside[0].start, *(word.end for word in inside)]
        return "".join(f"{' ' * (word.start > end)}{word.text}" for end, word in zip(ends, inside, strict=False))


def written_words(encoding: Encoding) -> tuple[Unit, ...]:
    """The words and marks of both texts, in order; what was cut off or removed by the tokenizer is left out, and so are blanks."""
    return tuple(unit for unit in units(encoding) if unit.kind in ("word", "mark") and unit.text == _written(encoding, unit))


def read(words: Sequence[Unit], labels: Sequence[str], logits: Floats) -> Reading:
    """Softmax of the logits [word, label] at each word's first piece, and the names in them.

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
        for kind, first, last in spans(likeliest, segments)
    )
    return Reading(tuple(words), tuple(labels), probabilities, entities)


def spans(labels: Sequence[str], segments: Sequence[int] | None = None) -> list[tuple[str, int, int]]:
    """Labels of words → (type, first word, last word), as conlleval reads them; a name never reaches into another segment.

    >>> spans(["B-PER", "I-PER", "O", "I-LOC", "I-ORG", "B-ORG"])
    [('PER', 0, 1), ('LOC', 3, 3), ('ORG', 4, 4), ('ORG', 5, 5)]
    """
    found: list[tuple[str, int, int]] = []
    before, ended = "", False
    for word, label in enumerate(labels):
        prefix, dash, kind = label.partition("-")
        prefix, kind = (prefix, kind) if dash else ("I", "" if label == NO_NAME else label)
        same_text = not segments or not word or segments[word] == segments[word - 1]
        if kind and kind == before and not ended and same_text and prefix not in ("B", "S", "U"):
            found[-1] = (kind, found[-1][1], word)
        elif kind:
            found.append((kind, word, word))
        before, ended = kind, prefix in ("E", "L", "S", "U")
    return found


def color(kind: str, theme: Theme) -> str:
    """The colour of a type: four have their own, the rest share those that are left."""
    left = [shade for shade in theme.categories if shade not in COLORS.values()]
    return COLORS.get(kind) or left[sum(kind.encode("utf-8", "replace")) % len(left)]


def notice(reading: Reading) -> str:
    """How many names there are, and which decision was the closest."""
    if not reading.words:
        return "There is no word in this text."
    n, names = len(reading.words), len(reading.entities)
    among = f"{n} words" if n > 1 else "1 word"
    if not names:
        word = int(reading.probabilities.max(axis=-1).argmin())
        return f"No name among {among}: the closest call is {_decision(reading, word)}."
    inside = [word for entity in reading.entities for word in range(entity.first, entity.last + 1)]
    word = min(inside, key=lambda inside_word: float(reading.probabilities[inside_word].max()))
    counted = "1 name" if names == 1 else f"{names} names"
    return f"{counted} in {among}: the closest call among them is {_decision(reading, word)}."


def python_code(info: ModelInfo, encoding: Encoding, reading: Reading, looks: head_code.Looks) -> str:
    """Plain transformers code: `probabilities` [word, label], and what the chosen token `looks_at` [position]."""
    return f"""{head_code.loading(info, "entities")}
inputs = tokenizer({head_code.arguments(encoding)}, truncation=True, max_length={info.max_tokens}, return_tensors="pt")
first_pieces = {[word.position for word in reading.words]}  # of each word
with torch.inference_mode():
    output = model(**inputs, output_attentions=True)
probabilities = output.logits[0, first_pieces].softmax(dim=-1)  # [word, label]
for position, row in zip(first_pieces, probabilities):
    print(inputs.tokens()[position], model.config.id2label[int(row.argmax())], f"{{row.max():.4f}}")
{head_code.attention(looks)}"""


def columns(reading: Reading) -> dict[str, list[object]]:
    """A row a word: the word, its first token counted from 1, its label, and the probability of every label."""
    rows = range(len(reading.words))
    table: dict[str, list[object]] = {
        "word": [word.text for word in reading.words],
        "token": [word.position + 1 for word in reading.words],
        "label": [reading.label(row) for row in rows],
    }
    return table | {f"P({name})": reading.probabilities[:, index].tolist() for index, name in enumerate(reading.labels)}


def _written(encoding: Encoding, unit: Unit) -> str:
    return (encoding.text if unit.segment == 0 else encoding.pair or "")[unit.start : unit.end]


def _decision(reading: Reading, word: int) -> str:
    order = np.argsort(-reading.probabilities[word], kind="stable")
    chances = [f"{reading.labels[index]} with {plots.percent(reading.probabilities[word, index])}" for index in order[:2]]
    return f"“{reading.words[word].text}”, {' before '.join(chances)}"
