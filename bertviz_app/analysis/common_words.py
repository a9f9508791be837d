"""The words that two typed texts have in common, in the order of both, and so their common characters.

    best[i, j] = max(best[i − 1, j], best[i, j − 1], best[i − 1, j − 1] + weight[i, j])
    weight[i, j] = 0 where the words differ, else 2, and 1 more for each neighbour (before, behind) that is the same, too

So as many words as can meet, and of a word that stands there often the one whose neighbours meet. Where several answers are as good, which is
given depends on the order of the sequences.

Source: Needleman and Wunsch, A general method applicable to the search for similarities in the amino acid sequence of two proteins (1970),
without a penalty for gaps. Python's difflib takes seconds for two long texts of few words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis import written_words
from bertviz_app.analysis.typed_characters import NOWHERE, Read
from bertviz_app.analysis.written_words import Span

BLANK = "\0"  # what every typed blank is called among words


def common_characters(original: Read, variant: Read, segment: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A number for each character of both texts: the same for what they have in common, −1 for what the variant alone has."""
    first, second = original.text(segment), variant.text(segment)
    ours, theirs = np.arange(len(first)), np.full(len(second), -1)
    if first == second:
        return ours, ours
    for (start, end), (from_, to) in _equal_words(original, variant, segment):
        if first[start:end].casefold() == second[from_:to].casefold() and end - start == to - from_:
            theirs[from_:to] = ours[start:end]
        else:  # in another normal form: the word as a whole
            ours[start:end] = theirs[from_:to] = start
    return ours, theirs


def _equal_words(original: Read, variant: Read, segment: int) -> list[tuple[Span, Span]]:
    """Where the words stand that two texts have in common, in the order of both."""
    ours, theirs = (_words(read, segment) for read in (original, variant))
    swapped = [name for name, _ in theirs] < [name for name, _ in ours]  # what is found depends on which comes first
    first, second = (theirs, ours) if swapped else (ours, theirs)
    found = [
        (first[a][1], second[b][1]) for a, b in common_subsequence([name for name, _ in first], [name for name, _ in second])
    ]
    return [(b, a) for a, b in found] if swapped else found


def _words(read: Read, segment: int) -> list[tuple[str, Span]]:
    """The words and marks of a typed text of which something is read: what each is called, and where it stands."""
    encoding, text, is_special = read.encoding, read.text(segment), read.encoding.is_special
    spans = {at: read.span(at) for at in np.flatnonzero(encoding.segment_ids == segment).tolist()}
    typed = {  # blanks and special tokens that were typed are one word each
        span: BLANK if encoding.kinds[at] == "mask" else text[slice(*span)]
        for at, span in spans.items()
        if (is_special[at] or encoding.kinds[at] == "mask") and span != NOWHERE and _is_typed(read, at, span)
    }
    is_read = np.zeros(len(text), dtype=bool)
    for start, end in spans.values():
        is_read[start:end] = True
    words = written_words.spans(text, tuple(typed))
    return [
        (typed.get(span) or written_words.folded(text[slice(*span)]), span) for span in words if is_read[slice(*span)].any()
    ]


def _is_typed(read: Read, position: int, span: Span) -> bool:
    """Whether a special token stands in the text as it was typed, and not for a word that is hidden."""
    return span not in read.blanked[read.encoding.segment_ids[position]].words


def common_subsequence(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    """The places (in the first, in the second) of the words that meet, in their order.

    >>> common_subsequence("he sat on the bank".split(), "the cat sat on the mat".split())
    [(1, 2), (2, 3), (3, 4)]
    """
    numbers = {word: number for number, word in enumerate(dict.fromkeys([*first, *second]))}
    ours, theirs = (np.array([numbers[word] for word in words], dtype=np.int64) for words in (first, second))
    equal = ours[:, None] == theirs[None, :]  # [first, second]
    weight = 2 * equal.astype(np.int64)
    weight[1:, 1:] += equal[1:, 1:] & equal[:-1, :-1]
    weight[:-1, :-1] += equal[:-1, :-1] & equal[1:, 1:]
    best = np.zeros((len(ours) + 1, len(theirs) + 1), dtype=np.int64)
    for i in range(len(ours)):
        best[i + 1, 1:] = np.maximum.accumulate(np.maximum(best[i, 1:], best[i, :-1] + weight[i]))
    return _traced_back(best, weight)


def _traced_back(best: np.ndarray, weight: np.ndarray) -> list[tuple[int, int]]:
    met = []
    i, j = weight.shape
    while i and j:
        if weight[i - 1, j - 1] and best[i, j] == best[i - 1, j - 1] + weight[i - 1, j - 1]:
            i, j = i - 1, j - 1
            met.append((i, j))
        elif best[i, j] == best[i - 1, j]:
            i -= 1
        else:
            j -= 1
    return met[::-1]
