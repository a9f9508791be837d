"""Which typed characters each token of an input stands for: a blank that hides a word stands for that word."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bertviz_app.records.blanks import Blanked
from bertviz_app.records.forward import Encoding

Span = tuple[int, int]
NOWHERE = (0, 0)


@dataclass(frozen=True, eq=False)
class Read:
    """An input as a model reads it, and the texts as they were typed.

    encoding  what is read
    texts     the sentence and the second one as they were typed, nothing hidden
    blanked   both as they are read, with the way back to what was typed
    """

    encoding: Encoding
    texts: tuple[str, str | None]
    blanked: tuple[Blanked, Blanked]

    @staticmethod
    def plain(encoding: Encoding) -> Read:
        """An input of which nothing is hidden."""
        texts = (encoding.text, encoding.pair)
        return Read(encoding, texts, (Blanked(texts[0]), Blanked(texts[1] or "")))

    def text(self, segment: int) -> str:
        """The first text (0) or the second (1) as it was typed."""
        return (self.texts[segment] or "") if self._leads_back(segment) else self._as_read(segment)

    def span(self, position: int) -> Span:
        """The typed characters of a token, without white space around them, which some tokenizers count to it; `NOWHERE` for none.

        >>> import numpy as np
        >>> hidden = Blanked("I [MASK] AI", words=((2, 6),), places=((2, 8),))
        >>> encoding = Encoding("I [MASK] AI", None, ("i", "[MASK]", "ai"), *np.zeros((3, 3)), [(0, 1), (2, 8), (9, 11)], np.arange(3), ("word", "mask", "word"))
        >>> [Read(encoding, ("I love AI", None), (hidden, Blanked(""))).span(position) for position in range(3)]
        [(0, 1), (2, 6), (7, 9)]
        """
        segment = int(self.encoding.segment_ids[position])
        start, end = (int(place) for place in self.encoding.offsets[position])
        covers = self.encoding.source_text(position)
        start, end = start + len(covers) - len(covers.lstrip()), end - len(covers) + len(covers.rstrip())
        if start >= end:
            return NOWHERE
        if not self._leads_back(segment):
            return start, end
        blanked = self.blanked[segment]
        return blanked.hidden_at(start, end) or blanked.typed(start, end)

    def _as_read(self, segment: int) -> str:
        return (self.encoding.text if segment == 0 else self.encoding.pair) or ""

    def _leads_back(self, segment: int) -> bool:
        """Whether places of the text as it is read are places of the blanked one: a typed blank may be spelled longer by a model."""
        return len(self._as_read(segment)) == len(self.blanked[segment].text)


def seen(text: str, span: Span) -> list[int]:
    """The places of a stretch of text that are no white space."""
    return [place for place in range(*span) if not text[place].isspace()]


def decisive(text: str, places: Iterable[int]) -> list[int]:
    """Of some places of a text those by which two stretches are told to be the same.

    What one tokenizer drops and another keeps (an accent that stands by itself, an invisible character) counts where there is nothing else.
    """
    places = list(places)
    return [place for place in places if unicodedata.category(text[place])[0] not in "CM"] or places
