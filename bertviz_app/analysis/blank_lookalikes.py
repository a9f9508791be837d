"""What looks like a blank and is none: [mask], <MASK>, [ MASK ], ___, and the blanks of models of other kinds.

Only what stands by itself counts, with nothing but punctuation around it: `x[mask]`, `__init__` and https://a.b/___ are left alone.
A tokenizer reads all of these as letters, and nobody expects it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BLANK = "[MASK]"  # a blank for every model: see `reading.BLANKS`

# Words between brackets, whatever the brackets; the blanks of T5 and XLM; underscores, as in a form.
_WORDS = r"mask(?:ed|[ _]?token)?|gmask|blank|gap"
_ALIKE = re.compile(
    rf"""(?:\[\s*(?:{_WORDS})[\s_-]?\d*\s*\]
       |<\s*/?\s*(?:{_WORDS})[\s_-]?\d*\s*/?\s*>
       |\{{\{{?\s*(?:{_WORDS})\s*\}}\}}?
       |［\s*(?:{_WORDS})\s*］
       |<\s*(?:extra_id_|special)\d+\s*>
       |\[?\\?_(?:\\?_|\ (?=_))*\\?_\]?)""",
    re.IGNORECASE | re.VERBOSE,
)
_OPENING, _CLOSING = "(\"'“‘«„‚¿¡—–-", ".,;:!?\"'”’»“)…。，、—–-"
_NEAR = 8  # characters on either side that are looked at: more punctuation than that is no sentence
_OWN = ("[MASK]", "<mask>")  # blanks already


@dataclass(frozen=True)
class Lookalike:
    """Characters `start` to `end` (exclusive) of a text that look like a blank, as they are `written`."""

    start: int
    end: int
    written: str


def lookalikes(text: str) -> list[Lookalike]:
    """What looks like a blank in a text and is read as letters, in order.

    >>> [found.written for found in lookalikes("The [mask] sat on the ___. See x[mask] and [MASK].")]
    ['[mask]', '___']
    """
    found = []
    for match in _ALIKE.finditer(text):
        if match[0] not in _OWN and _stands_alone(text, match.start(), match.end()):
            found.append(Lookalike(match.start(), match.end(), match[0]))
    return found


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether there is nothing but punctuation between a stretch and white space, or the ends of the text."""
    before = text[max(0, start - _NEAR) : start].rstrip(_OPENING)
    behind = text[end : end + _NEAR]
    behind = (behind[2:] if behind[:2] in ("'s", "’s") else behind).lstrip(_CLOSING)
    return (before[-1:].isspace() or (not before and start < _NEAR)) and (
        behind[:1].isspace() or (not behind and len(text) < end + _NEAR)
    )


def with_blanks(text: str) -> str:
    """The text with a blank in the place of each lookalike.

    >>> with_blanks("The <MASK> sat. ____ slept.")
    'The [MASK] sat. [MASK] slept.'
    """
    for one in reversed(lookalikes(text)):
        text = text[: one.start] + BLANK + text[one.end :]
    return text


def question(texts: list[str]) -> str:
    """What to ask of texts with lookalikes in them; empty where there are none."""
    written = list(dict.fromkeys(one.written for text in texts for one in lookalikes(text)))
    if not written:
        return ""
    named = ", ".join(f"“{one[:20]}”" for one in written[:3]) + (" …" if len(written) > 3 else "")
    return f"Did you mean {BLANK}? {named} {'is' if len(written) == 1 else 'are'} read as letters, not as a blank."
