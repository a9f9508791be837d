"""Sentences that say what one of the cloze sentences says: what the model is later asked must not be what it was told.

Words are compared by their stems (Porter 1980, in its second edition for English), in British or American spelling. A sentence is a near copy where

    it contains a cloze sentence, filled in, word for word; or
    it is short and has all the words of one that carry meaning ("Paris is the capital of France", asked as "The capital of France is …"); or
    it is one but for a few words: twice the number of words that both have in the same order is ≥ `ALIKE` of their words together.

The filter would rather drop a sentence too many: the text is large, and the sixty are few.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]

from training.cloze import Cloze

ALIKE = 0.75
ROOM = 4  # words more than twice those of the cloze sentence: what is longer is about something else too
# What carries no meaning here: articles, pronouns, prepositions, auxiliaries.
PLAIN = (
    "a an the this that these those i you he she it we they me him her us them my your his its our their and or but so because when before in on "
    "at of to for with by from around round into up there is are was were be been am has have had do does did not no can very kind"
)

_stem = lru_cache(maxsize=200_000)(snowballstemmer.stemmer("english").stemWord)
_BRITISH = re.compile(r"(?<=\w\w)our(?=$|s|ed|ing|it)")


def stems(sentence: str) -> list[str]:
    """The words of a sentence, by their stems.

    >>> stems("Cats' favourite colours!")
    ['cat', 'favorit', 'color']
    """
    return [
        _stem(_BRITISH.sub("or", word))
        for word in re.findall(r"[a-z]+|\d+", sentence.lower().replace("’", "'").replace("'s", ""))
    ]


class NearCopies:
    """Says of a sentence whether it is a near copy of one of these, filled in with any of the words that fit."""

    def __init__(self, asked: Sequence[Cloze]) -> None:
        plain = set(stems(PLAIN))
        self._known = [stems(cloze.text.replace("[MASK]", word)) for cloze in asked for word in cloze.words]
        self._meaning = [frozenset(words) - plain for words in self._known]
        # Only those that share a word of meaning are compared: the index makes this quick.
        self._with: dict[str, list[int]] = {}
        for index, meaning in enumerate(self._meaning):
            for word in meaning:
                self._with.setdefault(word, []).append(index)

    def __call__(self, sentence: str) -> bool:
        words = stems(sentence)
        shared: dict[int, int] = {}
        for word in set(words):
            for index in self._with.get(word, ()):
                shared[index] = shared.get(index, 0) + 1
        # One word of meaning may be another ("Her favourite colour is …"), but not two.
        return any(n >= len(self._meaning[index]) - 1 and self._is_like(words, index) for index, n in shared.items())

    def _is_like(self, words: list[str], index: int) -> bool:
        known, meaning = self._known[index], self._meaning[index]
        if len(words) <= 2 * len(known) + ROOM and meaning <= set(words):
            return True
        n = len(known)
        if any(words[start : start + n] == known for start in range(len(words) - n + 1)):
            return True
        if not ALIKE * len(known) / (2 - ALIKE) <= len(words) <= (2 - ALIKE) * len(known) / ALIKE:
            return False  # too many or too few words to be as alike as that
        return SequenceMatcher(None, known, words, autojunk=False).ratio() >= ALIKE
