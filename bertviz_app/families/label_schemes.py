"""How a head over words writes down stretches of them: which part of a label says where in a stretch a word stands, and which what it is.

    scheme      labels                                   a stretch
    IOB         O, B-PER, I-PER                          begins at B; an I that goes on with nothing of its kind begins one, as in conlleval
    BIOES       O, B-PER, I-PER, E-PER, S-PER            the same, and ends at E; S is one alone. BILOU writes L and U, BMEW writes M and W
    plain       O, DRUG, DOSE                            neighbours with the same label
    every word  NOUN, VERB, …  (no label for “nothing”)  one word

The part that says where may stand in front or behind, after any of `SEPARATORS`. A label set is of a scheme as a whole or not at all: “B_cell” beside
“T_cell” is plain.
Sources: Ramshaw and Marcus, Text chunking using transformation-based learning (1995); Tjong Kim Sang and De Meulder, CoNLL-2003 (2003), section 2;
Ratinov and Roth, Design challenges and misconceptions in named entity recognition (2009), section 3.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

OUTSIDE = ("o", "out", "outside", "none", "no entity")  # the label for “nothing”, in lower case
SEPARATORS = ("-", "_", ":", ".", "/")
# The letters of each scheme, and what each means: Begin, Inside, End, Single.
TAGS: tuple[Mapping[str, str], ...] = (
    {"B": "B", "I": "I"},
    {"B": "B", "I": "I", "E": "E", "S": "S"},
    {"B": "B", "I": "I", "L": "E", "U": "S"},
    {"B": "B", "M": "I", "E": "E", "S": "S"},
    {"B": "B", "M": "I", "E": "E", "W": "S"},
)
# Kinds that are names, as label sets write them, in lower case.
NAMES = {
    "per": "person", "pers": "person", "person": "person", "org": "organisation", "organization": "organisation", "organisation": "organisation",
    "loc": "place", "location": "place", "place": "place", "gpe": "country, city or state", "misc": "another name",
}  # fmt: skip


@dataclass(frozen=True)
class Scheme:
    """What each label of a head means: `parts` by label, as where in its stretch a word stands ("B", "I", "E", "S"; empty for nothing) and the kind.

    key        "iob", "plain" or "every word", as in the table above
    of_names   whether all kinds are people, places, organisations and the like
    """

    key: str
    parts: Mapping[str, tuple[str, str]]
    of_names: bool

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it looks for, in the order of the labels."""
        return tuple(dict.fromkeys(kind for where, kind in self.parts.values() if where))

    @property
    def title(self) -> str:
        """What a prediction of such a head is called."""
        return "named entities" if self.of_names else "label of a word"

    def spans(self, labels: Sequence[str], segments: Sequence[int] = ()) -> list[tuple[str, int, int]]:
        """Labels of words → (kind, first word, last word); a stretch never reaches into another segment.

        >>> scheme_of(("O", "B-PER", "I-PER", "I-LOC")).spans(["B-PER", "I-PER", "O", "I-LOC"])
        [('PER', 0, 1), ('LOC', 3, 3)]
        """
        found: list[tuple[str, int, int]] = []
        going_on: str | None = None  # the kind that the next word could continue
        for word, label in enumerate(labels):
            where, kind = self.parts[label]
            if segments and word and segments[word] != segments[word - 1]:
                going_on = None
            if where in ("I", "E") and kind == going_on:
                found[-1] = (kind, found[-1][1], word)
            elif where:
                found.append((kind, word, word))
            going_on = kind if where in ("B", "I") else None
        return found

    def counted(self, kinds: Sequence[str]) -> str:
        """What was found, by its labels: "2 names", "2 DRUG and 1 DOSE".

        >>> scheme_of(("O", "DRUG", "DOSE")).counted(["DRUG", "DOSE", "DRUG"])
        '2 DRUG and 1 DOSE'
        """
        if self.of_names:
            return "1 name" if len(kinds) == 1 else f"{len(kinds):,} names"
        most = Counter(kinds).most_common(MOST_KINDS)
        listed = [f"{n:,} {kind or 'stretch' + 'es' * (n > 1)}" for kind, n in most]
        if rest := len(set(kinds)) - len(most):
            listed.append(f"{rest:,} more kind{'s' * (rest > 1)}")
        return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)

    @property
    def nothing(self) -> str:
        """How a text is said to have none of what it looks for."""
        if self.of_names:
            return "No name"
        return (
            f"No {' or '.join(kind or 'stretch' for kind in self.kinds)}"
            if len(self.kinds) <= 3
            else f"Nothing of {len(self.kinds)} kinds"
        )

    @property
    def method(self) -> str:
        """How stretches follow from labels."""
        return _METHODS[self.key]


MOST_KINDS = 5  # that are counted one by one
_METHODS = {
    "iob": (
        "One part of each label says what a word is, the other where in its stretch it stands: B begins one, I goes on with it, E or L ends it, S or U is one alone, "
        "and O is nothing. An I with nothing of its kind before it begins a stretch, as in the script that scores CoNLL-2003."
    ),
    "plain": "The labels say what a word is, not where something begins: neighbours with the same label are taken for one stretch.",
    "every word": "Each word gets a label, none of which means “nothing”; each word stands for itself.",
}


@lru_cache(maxsize=64)
def scheme_of(labels: tuple[str, ...]) -> Scheme:
    """The scheme of a label set, which is that of the whole set."""
    outside = {label: ("", "") for label in labels if label.lower() in OUTSIDE}
    others = [label for label in labels if label not in outside]
    read = next(_readings(others), None) if others else None
    key = "iob" if read else "plain" if outside else "every word"
    parts = read or {label: ("I" if outside else "S", label) for label in others}
    kinds = {kind.lower() for _, kind in parts.values()}
    return Scheme(key, outside | parts, of_names=bool(kinds) and kinds <= set(NAMES))


def called(kind: str) -> str:
    """A kind in words, where it is that of a name; else as the label writes it."""
    return NAMES.get(kind.lower(), kind or "stretch")


def _readings(labels: Sequence[str]) -> Iterator[dict[str, tuple[str, str]]]:
    """The ways in which every label is a letter of one scheme and a kind; bare letters have the kind ""."""
    for split in _splits():
        pairs = [split(label) for label in labels]
        letters = {letter.upper() for letter, _ in pairs}
        for tags in TAGS:
            if letters <= set(tags) and letters & {"B", "I", "M"}:
                yield {label: (tags[letter.upper()], kind) for label, (letter, kind) in zip(labels, pairs, strict=True)}
                break


def _splits() -> Iterator[Callable[[str], tuple[str, str]]]:
    """Ways to cut a label into a letter and a kind; what cannot be cut so comes back as a letter that no scheme has."""
    for separator in SEPARATORS:
        yield partial(_in_front, separator=separator)
        yield partial(_behind, separator=separator)
    yield _bare


def _in_front(label: str, separator: str) -> tuple[str, str]:
    letter, _, kind = label.partition(separator)
    return (letter, kind) if kind else ("", "")


def _behind(label: str, separator: str) -> tuple[str, str]:
    kind, _, letter = label.rpartition(separator)
    return (letter, kind) if kind else ("", "")


def _bare(label: str) -> tuple[str, str]:
    return label, ""
