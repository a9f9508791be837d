"""Named entities: which words name a person, an organisation, a place or something else.

    P(label | word) = softmax(W · h + b)        h: the last layer's vector of the word's first piece

Labels are IOB2: B-PER begins a person, I-PER goes on with it, O is no name. An I- that follows nothing of its type begins a name, as in
conlleval, the script that scores CoNLL-2003.
Sources: Devlin et al., BERT (2019), section 5.3; Tjong Kim Sang and De Meulder, CoNLL-2003 (2003), section 2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bertviz_app import plots
from bertviz_app.lenses import head_code
from bertviz_app.lenses.probability import softmax
from bertviz_app.plots import OKABE_ITO, Theme
from bertviz_app.records import Encoding, Floats, ModelInfo

NO_NAME = "O"
TYPES = {"PER": "person", "ORG": "organisation", "LOC": "place", "MISC": "another name"}
COLORS = dict(zip(TYPES, (OKABE_ITO[0], OKABE_ITO[1], OKABE_ITO[2], OKABE_ITO[6]), strict=True))

METHOD = (
    "Each word is read at its first piece: the last layer’s vector there goes through one linear layer with an output for each label, and "
    "softmax makes probabilities of them. B-PER begins the name of a person, I-PER continues it, O is no name; an I- with nothing of its "
    "type before it begins a name, as in the script that scores CoNLL-2003. The probability of a name is that of its least certain word. "
    "Words are cut as in that corpus: “U.S.”, “O'Neill” and “well-known” are one word, “'s” is a word of its own. "
    "Sources: Devlin et al. (2019), section 5.3; Tjong Kim Sang and De Meulder (2003), section 2."
)

_CLITIC = r"['’](?:s|t|d|m|re|ll|ve)\b"
_WORDS = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # U.S.
    r"|[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"  # a script without spaces: a letter a word
    rf"|{_CLITIC}"
    rf"|\w+(?:(?!{_CLITIC})[-.'’&/]\w+)*"
    r"|[^\w\s]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Word:
    """A written word: characters `start` to `end` (exclusive) of its text, and the position of its first piece."""

    text: str
    start: int
    end: int
    segment: int
    position: int


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

    words: tuple[Word, ...]
    labels: tuple[str, ...]
    probabilities: Floats
    entities: tuple[Entity, ...]

    def label(self, word: int) -> str:
        """The likeliest label of a word."""
        return self.labels[int(self.probabilities[word].argmax())]

    def name(self, entity: Entity) -> str:
        """An entity as it is written."""
        return " ".join(word.text for word in self.words[entity.first : entity.last + 1])


def written_words(encoding: Encoding) -> tuple[Word, ...]:
    """The words of both texts, in order; a word without a token (cut off, or removed by the tokenizer) is left out."""
    words: list[Word] = []
    for segment, text in ((0, encoding.text), (1, encoding.pair or "")):
        first_piece: dict[int, int] = {}  # by the character that a token starts at
        for position in np.flatnonzero((encoding.segment_ids == segment) & (encoding.offsets[:, 1] > 0)).tolist():
            start, end = encoding.offsets[position].tolist()
            # Some tokenizers count the space in front to the token.
            start += len(text[start:end]) - len(text[start:end].lstrip())
            if not encoding.is_special[position]:
                first_piece.setdefault(start, position)
        for match in _WORDS.finditer(text):
            position = next((first_piece[at] for at in range(*match.span()) if at in first_piece), -1)
            if position >= 0:
                words.append(Word(match.group(), *match.span(), segment, position))
    return tuple(words)


def read(words: Sequence[Word], labels: Sequence[str], logits: Floats) -> Reading:
    """Softmax of the logits [word, label] at each word's first piece, and the names in them.

    Raises `ValueError` when words, labels and logits differ in number.
    """
    if logits.shape != (len(words), len(labels)):
        raise ValueError(f"{len(words)} words and {len(labels)} labels do not go with logits of shape {logits.shape}")
    probabilities = softmax(logits) if len(words) else logits
    likeliest = [labels[index] for index in probabilities.argmax(axis=-1)]
    segments = [word.segment for word in words]
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


def _decision(reading: Reading, word: int) -> str:
    order = np.argsort(-reading.probabilities[word], kind="stable")
    chances = [f"{reading.labels[index]} with {plots.percent(reading.probabilities[word, index])}" for index in order[:2]]
    return f"“{reading.words[word].text}”, {' before '.join(chances)}"
