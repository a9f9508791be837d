"""Answers begin and end at words: which characters of a passage a stretch of its tokens comes to, and when two stretches read the same.

A head chooses tokens, and may begin in the middle of a word: “##face”. What is shown begins with the word that the first token is a piece of
and ends with that of the last; the probability is that of the stretch. Of several that come to the same words, the likeliest counts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import numpy as np

from bertviz_app.analysis import written_words
from bertviz_app.analysis.words import alone
from bertviz_app.records.forward import Encoding, Integers


def word_offsets(offsets: Integers, encodings: Iterable[Encoding]) -> Integers:
    """Characters of the passage that tokens stand for, [token, 2], widened to the words that they are pieces of.

    `encodings` are the windows of the passage, their second text.
    """
    first, *others = encodings
    whole = {span for encoding in (first, *others) for span in alone(encoding, 1)}
    spans = written_words.spans(first.pair or "", sorted(whole))
    return np.array([_widened(int(start), int(end), spans) for start, end in offsets])


def pieced_words(offsets: Integers) -> list[tuple[int, int]]:
    """The words of more than one token, as first and last token: from offsets that were widened to words, [token, 2].

    >>> pieced_words(np.array([[0, 2], [3, 9], [3, 9], [10, 11]]))
    [(1, 2)]
    """
    found: list[list[int]] = []
    for token, (start, _) in enumerate(offsets.tolist()):
        if found and start < offsets[found[-1][1], 1]:
            found[-1][1] = token
        else:
            found.append([token, token])
    return [(first, last) for first, last in found if first < last]


def reads_as(text: str) -> tuple[str, ...]:
    """What two answers share that read the same: their words, whatever case and marks around them.

    >>> reads_as("“Ada Lovelace”.") == reads_as("Ada lovelace"), reads_as("3 %") == reads_as("3")
    (True, True)
    """
    words = [text[start:end] for start, end in written_words.spans(text)]
    return tuple(written_words.folded(word) for word in words if written_words.is_word(word)) or (text,)


def _widened(start: int, end: int, spans: Sequence[written_words.Span]) -> written_words.Span:
    first = bisect_right(spans, start, key=lambda span: span[1])
    last = bisect_left(spans, end, key=lambda span: span[0]) - 1
    if first > last:
        return start, end
    return min(start, spans[first][0]), max(end, spans[last][1])
