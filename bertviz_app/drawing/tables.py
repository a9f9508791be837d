"""Tables that leave the program: CSV (RFC 4180), written without formulas.

Sources: Y. Shafranovich, RFC 4180 (2005); OWASP, "CSV Injection": a spreadsheet runs a cell that starts with = + - @
as a formula.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence

_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?")


def csv_text(columns: Mapping[str, Sequence[object]]) -> str:
    """A table as CSV, its cells harmless: columns by title, all of the same length.

    Raises `ValueError` when the lengths differ.

    >>> csv_text({"token": ["=1+1", "fine"], "score": [-0.31, None]})
    "token,score\\r\\n'=1+1,-0.31\\r\\nfine,\\r\\n"
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([harmless(title) for title in columns])
    writer.writerows([harmless(cell) for cell in row] for row in zip(*columns.values(), strict=True))
    return written.getvalue()


def harmless(cell: object) -> str:
    """A cell as text that no spreadsheet takes for a formula: an apostrophe in front if it starts like one.

    Numbers stay numbers.
    """
    # Half a character (a lone surrogate) could not be saved: it becomes a question mark.
    text = "" if cell is None else str(cell).encode("utf-8", "replace").decode("utf-8")
    if _NUMBER.fullmatch(text):
        return text
    # Spreadsheets trim blanks and unseen characters, and read full-width forms (＝) like plain ones: look behind both.
    visible = next((character for character in text if not _is_unseen(character)), "")
    starts_like_formula = unicodedata.normalize("NFKC", visible) in ("=", "+", "-", "@")
    return f"'{text}" if starts_like_formula or text.startswith(("\t", "\r", "\n")) else text


def _is_unseen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")
