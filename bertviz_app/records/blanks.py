"""Words that are hidden from a model: the text as it is read, with blanks in their places, and the way back to the text as it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Characters = tuple[int, int]  # first, and the one after the last


@dataclass(frozen=True)
class Blanked:
    """A text with blanks in the place of words.

    `words` are where these stand in the text that was typed, in order; `places` where the blanks of each stand in `text`.
    """

    text: str
    words: tuple[Characters, ...] = ()
    places: tuple[Characters, ...] = ()

    def hidden_at(self, start: int, end: int) -> Characters | None:
        """The word, as it was typed, for which these characters of `text` are a blank; None where they are no such blank.

        >>> blanked("I love AI", {(2, 6): 1}, "[MASK]").hidden_at(2, 8)
        (2, 6)
        """
        return next((w for w, (first, last) in zip(self.words, self.places, strict=True) if first <= start < end <= last), None)

    def typed(self, start: int, end: int) -> Characters:
        """Where characters of `text` that are no blank stand in the text that was typed.

        >>> blanked("I love AI", {(2, 6): 1}, "[MASK]").typed(9, 11)
        (7, 9)
        """
        pairs = list(zip(self.words, self.places, strict=True))
        longer = sum((last - first) - (w_end - w_start) for (w_start, w_end), (first, last) in pairs if last <= start)
        return start - longer, end - longer


def blanked(text: str, words: Mapping[Characters, int], blank: str) -> Blanked:
    """The text with so many blanks in the place of each of these words. One that overlaps another, or leaves the text, is left as it is.

    >>> blanked("I love AI", {(2, 6): 1}, "[MASK]").text
    'I [MASK] AI'
    """
    parts: list[str] = []
    hidden: list[Characters] = []
    places: list[Characters] = []
    done = length = 0
    for (start, end), n in sorted(words.items()):
        if not done <= start < end <= len(text):
            continue
        first = length + start - done
        parts += [text[done:start], blank * n]
        done, length = end, first + n * len(blank)
        hidden.append((start, end))
        places.append((first, length))
    return Blanked("".join([*parts, text[done:]]), tuple(hidden), tuple(places))
