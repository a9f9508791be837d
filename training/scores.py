"""How predictions are scored: spans of entities, and answers.

Sources: Tjong Kim Sang and De Meulder, CoNLL-2003 (entity F1: a span counts when its ends and its type are right); Rajpurkar et al.,
SQuAD (2016), section 6.1 (answers are compared without case, punctuation and articles; F1 is over their words, the best of the given answers).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

Span = tuple[int, int, str]


def spans(labels: Sequence[str]) -> set[Span]:
    """(first word, last word + 1, type) of each entity. An I- that continues nothing begins an entity, as in CoNLL's own script.

    >>> sorted(spans(["B-PER", "I-PER", "O", "I-LOC", "B-LOC"]))
    [(0, 2, 'PER'), (3, 4, 'LOC'), (4, 5, 'LOC')]
    """
    found, start, kind = set(), 0, ""
    for place, label in enumerate([*labels, "O"]):
        prefix, _, its_kind = label.partition("-")
        if kind and (prefix != "I" or its_kind != kind):
            found.add((start, place, kind))
            kind = ""
        if its_kind and not kind:
            start, kind = place, its_kind
    return found


def entity_f1(predicted: Sequence[Sequence[str]], gold: Sequence[Sequence[str]], kinds: Sequence[str]) -> float:
    """F1 over the entities of these types in all sentences."""
    n_right = n_predicted = n_gold = 0
    for labels, truth in zip(predicted, gold, strict=True):
        ours, theirs = ({span for span in spans(some) if span[2] in kinds} for some in (labels, truth))
        n_right, n_predicted, n_gold = n_right + len(ours & theirs), n_predicted + len(ours), n_gold + len(theirs)
    return 2 * n_right / (n_predicted + n_gold) if n_predicted + n_gold else 0.0


def answer_f1(answer: str, gold: Sequence[str]) -> float:
    """The best overlap of words with one of the given answers.

    >>> round(answer_f1("the Eiffel Tower in Paris", ["Eiffel tower"]), 2)
    0.67
    """
    return max(_overlap(_words(answer), _words(one)) for one in gold)


def answer_exact(answer: str, gold: Sequence[str]) -> bool:
    """Whether the answer is one of the given ones, but for case, punctuation and articles."""
    return any(_words(answer) == _words(one) for one in gold)


def _overlap(ours: list[str], theirs: list[str]) -> float:
    common = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * common / (len(ours) + len(theirs)) if common else 0.0


def _words(answer: str) -> list[str]:
    plain = "".join(character for character in answer.lower() if character not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", plain).split()
