"""Tables that leave the program and tables that come in: CSV (RFC 4180), written without formulas and read without trust.

Sources: Y. Shafranovich, RFC 4180 (2005); OWASP, "CSV Injection": a spreadsheet runs a cell that starts with = + - @
as a formula.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bertviz_app.errors import BadTable

MAX_BYTES = 5_000_000
MAX_CELL = csv.field_size_limit()  # characters in one cell: 131,072
HEADINGS = ("text", "sentence", "review")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}

_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class TextRow:
    """One row of an uploaded table; `problem` says why its text cannot be read, and is empty where it can."""

    text: str
    problem: str = ""


@dataclass(frozen=True)
class TextColumn:
    """The texts of an uploaded table, in the order of its rows.

    heading    the column's name, or None: the first row was a text like the others, and the first column was read
    n_dropped  rows beyond the limit, which were left out
    """

    rows: tuple[TextRow, ...]
    heading: str | None
    n_dropped: int


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


def read_texts(data: bytes, *, max_rows: int) -> TextColumn:
    """The texts of an uploaded CSV: UTF-8, separated by commas, semicolons or tabs, at most 5 MB.

    The first row is a heading if one of its cells is called text, sentence or review (any case, also in the plural), and that
    column is read. Otherwise there is no heading: the first column is read, from the first row on. Rows beyond `max_rows` are
    counted and left out. A row that cannot be read keeps its place, with the reason.

    Raises `BadTable` with a sentence when the file as a whole cannot be read.
    """
    text = _decoded(data)
    delimiter, place = _heading(text)
    rows = _parsed(text, delimiter)
    if place is None:
        heading, place, width = None, 0, _common_width(rows)
    else:
        heading, width = rows[0][place].strip(), len(rows[0])
        rows = rows[1:]
    if not rows:
        raise BadTable("This CSV has a heading and no rows below it.")
    kept = tuple(_text_row(row, place, width, delimiter) for row in rows[:max_rows])
    return TextColumn(kept, heading, n_dropped=max(0, len(rows) - max_rows))


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise BadTable(f"This file has {len(data) / 1e6:.1f} MB; the limit is {MAX_BYTES // 1_000_000} MB.")
    if data.startswith(b"PK\x03\x04"):
        raise BadTable("This is a workbook or an archive, not a CSV. In the spreadsheet, choose “Save as” and “CSV UTF-8”.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadTable("This file is written in UTF-16. Save it again as “CSV UTF-8”.")
    n_mark = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    try:
        text = data[n_mark:].decode("utf-8")
    except UnicodeDecodeError as error:
        place = n_mark + error.start
        raise BadTable(
            f"Byte {place + 1:,} of this file (0x{data[place]:02X}, line {data[:place].count(10) + 1:,}) is not UTF-8. "
            "Save the table again as “CSV UTF-8”."
        ) from None
    if "\0" in text:
        raise BadTable(f"Byte {data.index(0) + 1:,} of this file is zero (NUL), which no text holds: this is not a CSV.")
    if not text.strip():
        raise BadTable("This file is empty: there is no text in it.")
    return text.lstrip("\r\n")


def _heading(text: str) -> tuple[str, int | None]:
    """The delimiter, and the place of the column to read; None where the first row is no heading."""
    for delimiter in DELIMITERS:
        try:
            first_row = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error:
            continue
        cells = [cell.strip().lower().removesuffix("s") for cell in first_row]
        for name in HEADINGS:
            if name in cells:
                return delimiter, cells.index(name)
    return ",", None


def _parsed(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        if "field limit" in str(error):
            reason = f"a cell holds more than {MAX_CELL:,} characters. Is a closing quotation mark missing?"
        elif "unexpected end" in str(error):
            reason = "the file ends within a cell: a closing quotation mark is missing somewhere."
        else:
            reason = f"{error}. A quotation mark within a quoted cell is written twice."
        raise BadTable(f"Line {reader.line_num:,} of this file cannot be read as CSV: {reason}") from None
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()  # blank lines at the end of a file are nobody's text
    if not rows:
        raise BadTable("This file is empty: no cell has text in it.")
    return rows


def _common_width(rows: Sequence[Sequence[str]]) -> int:
    widths = {len(row): number for number, row in reversed(list(enumerate(rows, start=1))) if row}
    if len(widths) > 1:
        (first, at), (second, other), *_ = sorted(widths.items(), key=lambda item: item[1])
        raise BadTable(
            f"This CSV has no heading called {', '.join(HEADINGS[:-1])} or {HEADINGS[-1]}, and its rows differ: "
            f"row {at} has {first} cells, row {other} has {second}. Put each text in double quotes, "
            "or paste the texts into the box, one on a line."
        )
    return next(iter(widths))


def _text_row(row: Sequence[str], place: int, width: int, delimiter: str) -> TextRow:
    if len(row) > width:
        advice = f"put a text that holds a {DELIMITERS[delimiter]} in double quotes"
        return TextRow(delimiter.join(row), f"This row has {len(row)} cells, the heading {width}: {advice}.")
    if len(row) <= place:
        return TextRow("", "This row has no cell in the column that is read." if row else "This row is empty.")
    return TextRow(row[place], "" if row[place].strip() else "This row is empty.")


def _is_unseen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")
