"""How a file is laid out: what separates its cells, what its quotation marks mean, what stands above the heading, and whether there is one.

`layout` guesses by a rule; whoever knows better changes a field of what it hands back. A delimiter is one that cuts most rows, the heading
among them, into the same number of cells. Where none does, the file is a list: a text a line.

Source: Y. Shafranovich, RFC 4180 (2005), section 2. `sep=;` in the first line is Excel's own convention.
"""

from __future__ import annotations

import csv
import io
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from bertviz_app.errors import BadTable
from bertviz_app.uploads import names
from bertviz_app.uploads.cells import is_missing, is_no_text, n_words

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
QUOTES = ("doubled", "escaped", "letters")
MAX_CELL = csv.field_size_limit()  # characters in one cell: 131,072
_SAMPLE = 400  # rows that are looked at
_MOST_TITLES = 20  # rows above the heading
_NEVER = "\x1f"  # separates nothing: the delimiter of a list
_RARE = ("\t", "|")  # delimiters that stand in no sentence
_PROSE = 4  # words of the usual text of a column of texts

Rows = list[list[str]]


@dataclass(frozen=True)
class Layout:
    """What the rows are read by.

    delimiter    None: a text a line
    quotes       "doubled": a quotation mark in a quoted cell is written twice; "escaped": behind a backslash; "letters": they quote nothing
    n_above      rows above the heading (or above the first text), blank ones not counted
    has_heading  whether the first row below those names the columns
    start        characters at the start of the file that are no row: a `sep=` line
    """

    delimiter: str | None
    quotes: str = QUOTES[0]
    n_above: int = 0
    has_heading: bool = True
    start: int = 0


def layout(text: str, name: str = "") -> Layout:
    """The likeliest layout of a file of this name. Of a `.txt` only tabs make a table, and only where each line has as many.

    Raises `BadTable` where no cell holds anything, or a cell is too long.
    """
    found = re.match(r'"?sep=(.)"?(\r\n|\n|\r|$)', text)
    if found:
        delimiter, start = found[1], found.end()
        rows, quotes = sample_rows(text[start:], delimiter)
        return _headed(Layout(delimiter, quotes, start=start), rows)
    is_list = PurePath(name).suffix.lower() == ".txt"
    candidates = [_candidate(text, delimiter) for delimiter in (("\t",) if is_list else DELIMITERS)]
    kept = [candidate for candidate in candidates if candidate and (not is_list or candidate[0][1] == 1.0)]
    if kept:
        return max(kept, key=lambda candidate: candidate[0])[1]
    if is_list:
        return Layout(None, QUOTES[2], has_heading=False)
    rows, quotes = sample_rows(text, None)
    return replace(Layout(None, quotes), has_heading=_is_heading(_filled(rows)))


def layout_with(text: str, delimiter: str | None) -> Layout:
    """The likeliest layout with a delimiter that somebody chose. Raises `BadTable` as `layout` does."""
    rows, quotes = sample_rows(text, delimiter)
    if not _filled(rows):
        raise BadTable("This file is empty: no cell has text in it.")
    return _headed(Layout(delimiter, quotes), rows)


def parsed(text: str, delimiter: str | None, quotes: str, *, most: int | None = None) -> Rows:
    """The rows of a text, blank ones as empty lists. Raises `BadTable` with the line that cannot be read."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter or _NEVER, strict=True, doublequote=quotes == QUOTES[0],
        escapechar="\\" if quotes == QUOTES[1] else None, quoting=csv.QUOTE_NONE if quotes == QUOTES[2] else csv.QUOTE_MINIMAL,
    )  # fmt: skip
    rows: Rows = []
    try:
        for row in reader:
            rows.append(row if any(cell.strip() for cell in row) else [])
            if most is not None and len(rows) >= most:
                break
    except csv.Error as error:
        reason = f"a cell holds more than {MAX_CELL:,} characters" if "field limit" in str(error) else str(error)
        raise BadTable(f"Line {reader.line_num:,} of this file cannot be read as a table: {reason}.") from None
    return rows


def sample_rows(text: str, delimiter: str | None) -> tuple[Rows, str]:
    """The first rows of a text, and what its quotation marks mean if these are its delimiters. Raises `BadTable`."""
    plain = parsed(text, delimiter, QUOTES[2], most=_SAMPLE)
    for quotes in QUOTES[:2]:
        if quotes == QUOTES[1] and '\\"' not in text:
            continue
        try:
            rows = parsed(text, delimiter, quotes)[:_SAMPLE]
        except BadTable:
            continue
        # A stray quotation mark swallows rows until the next one: where all lines agree without quoting, nothing was quoted.
        swallowed = any("\n" in cell or "\r" in cell for row in rows for cell in row)
        if not (delimiter in _RARE and swallowed and len({len(row) for row in plain if row}) == 1):
            return rows, quotes
    return plain, QUOTES[2]


def _candidate(text: str, delimiter: str) -> tuple[tuple[bool, float, bool, int], Layout] | None:
    """How good a layout with this delimiter is, and the layout; None where it does not make a table."""
    if delimiter not in text:
        return None
    rows, quotes = sample_rows(text, delimiter)
    if not _filled(rows):
        raise BadTable("This file is empty: no cell has text in it.")
    laid = _headed(Layout(delimiter, quotes), rows)
    body = _filled(rows)[laid.n_above :]
    width = len(body[0])
    if width < 2 or (delimiter == "," and not laid.has_heading and _is_prose(body)):
        return None
    is_named = laid.has_heading and any(names.is_known(cell) for cell in body[0])
    share = sum(_fits(row, width, is_named=is_named) for row in body) / len(body)
    return ((is_named, share, not laid.n_above, width), laid) if share >= (0.5 if is_named else 0.8) else None


def _headed(laid: Layout, rows: Rows) -> Layout:
    """The layout with what stands above the heading, and whether there is one."""
    filled = _filled(rows)
    n_above = _n_titles(filled)
    return replace(laid, n_above=n_above, has_heading=_is_heading(filled[n_above:]))


def _n_titles(rows: Rows) -> int:
    """Rows at the top with a single cell, where most rows have more: titles, dates, remarks."""
    usual = Counter(map(len, rows)).most_common(1)[0][0] if rows else 1
    n = 0
    while n < min(_MOST_TITLES, len(rows) - 1) and _n_filled(rows[n]) == 1:
        n += 1
    if usual == 1 or n == 0 or (_n_filled(rows[n]) > 1 and any(names.is_known(cell) for cell in rows[n])):
        return n if usual > 1 else 0
    # What follows names no columns. Then a known name is a heading itself, and of two columns one may be empty in the first rows.
    is_sure = usual > 2 or all(len(row) == 1 for row in rows[:n])
    return n if is_sure and not any(names.is_known(cell) for row in rows[:n] for cell in row) else 0


def _is_heading(rows: Rows) -> bool:
    """Whether the first row names the columns: it is made of known names, or it looks like no row below it."""
    if len(rows) < 2:
        return bool(rows) and any(names.is_known(cell) for cell in rows[0])
    first, body = rows[0], rows[1:]
    given = [cell.strip() for cell in first if cell.strip()]
    if any(n_words(cell) > 2 * _PROSE or len(cell) > 80 for cell in given) or len(set(given)) < len(given) - 1:
        return False
    if any(names.is_known(cell) for cell in given):
        return True
    if len(first) == 1:
        return _names_a_list(given[0], [row[0] for row in body])
    columns = [[row[place] for row in body if len(row) > place and not is_missing(row[place])] for place in range(len(first))]
    if _counts(given):  # the names that pandas gives to columns without any
        return any(_is_of_prose(column) for column in columns)
    pairs = [(cell.strip(), column) for cell, column in zip(first, columns, strict=True) if cell.strip() and column]
    if any(is_no_text(cell) or cell in column for cell, column in pairs):
        return False
    return any(_differs(cell, column) for cell, column in pairs)


def _names_a_list(cell: str, body: Sequence[str]) -> bool:
    """A single column's first cell names it if it is one or two bare words, and each of three or more texts below is a sentence."""
    return bool(re.fullmatch(r"[^\W\d][\w-]*([ _][\w-]+)?", cell)) and len(body) > 2 and all(n_words(text) > 2 for text in body)


def _differs(cell: str, column: Sequence[str]) -> bool:
    if all(is_no_text(other) for other in column):
        return not is_no_text(cell)
    return _is_of_prose(column) and n_words(cell) <= _PROSE - 1 and not cell.endswith((".", "!", "?", "…", "。"))


def _counts(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and list(cells) in ([str(n) for n in range(start, start + len(cells))] for start in (0, 1))


def _is_of_prose(column: Sequence[str]) -> bool:
    return bool(column) and statistics.median(map(n_words, column)) >= _PROSE


def _is_prose(rows: Rows) -> bool:
    """Whether commas stand in sentences: a space behind most of them, and no column of numbers or dates."""
    behind = [cell for row in rows for cell in row[1:] if cell.strip()]
    columns = zip(*(row for row in rows if len(row) == len(rows[0])), strict=True)
    holds_values = any(all(is_no_text(cell) for cell in column) for column in columns)
    return sum(cell[0].isspace() for cell in behind) > len(behind) / 2 and not holds_values


def _fits(row: Sequence[str], width: int, *, is_named: bool) -> bool:
    n = max((place for place, cell in enumerate(row, start=1) if cell.strip()), default=0)
    return len(row) == width or (len(row) > width and n <= width) or (is_named and 2 <= len(row) < width)


def _n_filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _filled(rows: Rows) -> Rows:
    return [row for row in rows if row]
