"""What a single cell holds: nothing, a number, a date, an address, or words."""

from __future__ import annotations

import re
import unicodedata

# What spreadsheets, pandas, R and databases write where there is nothing. A cell is missing only if this is all it holds.
MISSING = frozenset(
    (
        "#N/A", "#N/A N/A", "#NA", "N/A", "n/a", "NA", "<NA>", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None",
        "#NULL!", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#NUM!", "\\N",
    )
)  # fmt: skip
_NUMBER = re.compile(r"[-+−]?[$€£¥]?\s?(\d{1,3}([., ’']\d{3})+|\d+)?([.,]\d+)?\s?([eE][-+]?\d+)?\s?[%€$£]?")
_DATE = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|[-+]\d{2}:?\d{2}|[AP]M)?)?", re.IGNORECASE
)
_ADDRESS = re.compile(r"(https?://|www\.)\S+|[^\s@]+@[^\s@]+\.\w+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+", re.IGNORECASE)


def is_missing(cell: str) -> bool:
    """Whether a cell is empty or holds one of the ways to write that there is nothing.

    >>> [is_missing(cell) for cell in ("", " #N/A ", "null", "None of it", "0")]
    [True, True, True, False, False]
    """
    return not cell.strip() or cell.strip() in MISSING


def is_number(cell: str) -> bool:
    """Whether a cell is a number, a price or a share.

    >>> [is_number(cell) for cell in ("3", "-1,5", "1,893.60", "5 %", "3 stars", "")]
    [True, True, True, True, False, False]
    """
    cell = cell.strip()
    return any(character.isdigit() for character in cell) and _NUMBER.fullmatch(cell) is not None


def is_no_text(cell: str) -> bool:
    """Whether a cell is a number, a date or an address: nothing that a language model reads for its words."""
    cell = cell.strip()
    return is_number(cell) or bool(_DATE.fullmatch(cell) or _ADDRESS.fullmatch(cell))


def n_words(cell: str) -> float:
    """How many words a cell holds; in scripts that write no spaces two letters count as one.

    >>> n_words("Good film, really."), n_words("B07X-1138"), n_words("很好看")
    (3.0, 1.0, 1.5)
    """
    unspaced = sum(unicodedata.east_asian_width(character) == "W" and character.isalpha() for character in cell)
    spaced = sum(any(letter.isalpha() for letter in word) for word in cell.split())
    return unspaced / 2 if unspaced > len(cell) / 4 else float(spaced)
