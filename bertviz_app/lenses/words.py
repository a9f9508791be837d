"""Words of a text, whatever pieces a tokenizer cuts them into: where they stand, which tokens they are, and one vector for each.

A word is a run of letters and digits, held together by hyphens and apostrophes; in Chinese and Japanese, which set no spaces, each
character. Its tokens are those that stand for some of its characters; its vector at a layer is the mean of theirs.
"""

from __future__ import annotations

import re

import numpy as np

from bertviz_app.records import Encoding, Floats, Integers

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # kana, and the ideographs of the basic plane
LETTER = rf"[^\W{CJK}]"
WORD = rf"[{CJK}]|{LETTER}+(?:[’'-]{LETTER}+)*"


def spans(text: str, pattern: str = WORD) -> tuple[tuple[int, int], ...]:
    """Start and end, in characters, of each word of a text, or of each match of another pattern, whatever its case.

    >>> spans("It's a bank."), spans("Bank, banks: bank", pattern_of("bank"))
    (((0, 4), (5, 6), (7, 11)), ((0, 4), (13, 17)))
    """
    return tuple(match.span() for match in re.finditer(pattern, text, re.IGNORECASE))


def pattern_of(word: str) -> str:
    """The pattern of one word (or several), not as a part of a longer one; between words any white space.

    Beside a Chinese or Japanese character there is no knowing where a word ends.

    >>> spans("I love New\\nYork, New Yorkers", pattern_of("new york")), spans("我在银行工作。", pattern_of("银行"))
    (((7, 15),), ((2, 4),))
    """
    inner = r"\s+".join(map(re.escape, word.split()))
    before = "" if re.match(f"[{CJK}]", word.strip()) else f"(?<!{LETTER})"
    after = "" if re.search(f"[{CJK}]$", word.strip()) else f"(?!{LETTER})"
    return f"{before}{inner}{after}"


def positions(encoding: Encoding, start: int, end: int) -> Integers:
    """The tokens of the first text that stand for some of these characters; none where they were cut off."""
    begins, ends = encoding.offsets.T
    return np.flatnonzero((begins < end) & (ends > start) & (begins < ends) & (encoding.segment_ids == 0))


def vectors(states: Floats, encoding: Encoding, places: tuple[tuple[int, int], ...]) -> tuple[Integers, Floats]:
    """Which of some places were read, and a vector for each of these: states [layer + 1, position, d_model] → [word], [word, layer + 1, d_model]."""
    tokens = [positions(encoding, *place) for place in places]
    read = [index for index, rows in enumerate(tokens) if len(rows)]
    means = [states[:, tokens[index]].mean(axis=1) for index in read]
    shape = (0, len(states), states.shape[-1])
    return np.array(read, dtype=np.int64), np.stack(means) if means else np.empty(shape, dtype=np.float32)
