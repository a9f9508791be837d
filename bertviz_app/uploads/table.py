"""The rows of an uploaded file, all of them accounted for, and the columns that hold its texts and its labels."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bertviz_app.errors import BadTable
from bertviz_app.uploads import names
from bertviz_app.uploads.cells import is_missing, is_no_text, n_words
from bertviz_app.uploads.layout import Layout, parsed

MOST_CLASSES = 100  # different values of a column that may hold labels
_A_LINE = "text"  # the heading of a list


@dataclass(frozen=True)
class FileRow:
    """One row. `number` counts as a spreadsheet does: from 1, the heading and blank rows included; `problem` says why it cannot be read."""

    number: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """What was read of a file.

    headings     [column]  each of them different; "column 3" where there is none
    rows         those that are kept, each with as many cells as there are headings
    heading_row  its number; 0 where there is none
    above        the rows above the heading, which are left out
    n_blank      blank rows between and below, which are left out
    n_beyond     rows beyond the limit, which are left out
    """

    layout: Layout
    headings: tuple[str, ...]
    rows: tuple[FileRow, ...]
    heading_row: int
    above: tuple[str, ...]
    n_blank: int
    n_beyond: int

    def column(self, place: int) -> tuple[str, ...]:
        """The cells of one column, a row that cannot be read included."""
        return tuple(row.cells[place] for row in self.rows)


def table(text: str, layout: Layout, *, max_rows: int) -> Table:
    """The rows of a text in this layout, the first `max_rows` of them. Raises `BadTable` where none is left."""
    numbered = list(enumerate(parsed(text[layout.start :], layout.delimiter, layout.quotes), start=1))
    filled = [(number, row) for number, row in numbered if row]
    above, body = filled[: layout.n_above], filled[layout.n_above :]
    first = body[0][1] if body else []
    heading_row = body[0][0] if body and layout.has_heading else 0
    body = body[1:] if layout.has_heading else body
    if not body:
        raise BadTable(
            "This file has a heading and no rows below it." if first else "This file is empty: no cell has text in it."
        )
    width = len(first) if layout.has_heading else Counter(len(row) for _, row in body).most_common(1)[0][0]
    kept = body[:max_rows]
    last = kept[-1][0]
    return Table(
        layout,
        headings=_headings(first if layout.has_heading else [], width),
        rows=tuple(_row(number, row, width) for number, row in kept),
        heading_row=heading_row,
        above=tuple(" ".join(cell for cell in row if cell.strip()) for _, row in above),
        n_blank=sum(not row for number, row in numbered if number < last),
        n_beyond=len(body) - len(kept),
    )


def text_column(found: Table) -> int:
    """The column that most likely holds the texts: by how many words its cells have, then by its name; the first of equals.

    >>> from bertviz_app.uploads.layout import layout
    >>> text = "id,title,review text\\n7,Nice,A fine film with a slow start.\\n"
    >>> text_column(table(text, layout(text), max_rows=10))
    2
    """
    scores = [_promise(heading, _sound(found, place)) for place, heading in enumerate(found.headings)]
    return scores.index(max(scores))


def columns_of_pairs(found: Table, *, needed: bool) -> tuple[int, int | None]:
    """The column with the texts, and that with the second texts of pairs: two that are called so; else, where a pair is `needed`, the two likeliest."""
    if known := names.pair_of(found.headings):
        return known
    scores = [_promise(heading, _sound(found, place)) for place, heading in enumerate(found.headings)]
    first, *others = sorted(range(len(scores)), key=lambda place: -scores[place])
    if not needed or not others:
        return first, None
    left, right = sorted((first, others[0]))
    return left, right


def label_columns(found: Table, text: int) -> list[int]:
    """The columns that may hold the class of each row, those that are called so first: their values come back; never the texts."""
    places = [place for place in range(len(found.headings)) if place != text and _may_hold_labels(found, place)]
    return sorted(places, key=lambda place: not names.is_of_labels(found.headings[place]))


def _may_hold_labels(found: Table, place: int) -> bool:
    cells, heading = _sound(found, place), found.headings[place]
    n = len({cell.strip() for cell in cells})
    comes_back = n <= max(2, len(cells) / 2) and not names.is_of_no_texts(heading)
    return 0 < n <= MOST_CLASSES and (comes_back or names.is_of_labels(heading))


def _sound(found: Table, place: int) -> list[str]:
    return [row.cells[place] for row in found.rows if not row.problem and not is_missing(row.cells[place])]


def _promise(heading: str, cells: Sequence[str]) -> float:
    """How likely a column holds the texts: the logarithm of its words, so that a name outweighs three times as many, and no name ten times."""
    texts = [cell for cell in cells if not is_no_text(cell)]
    if len(texts) <= len(cells) / 2:
        return -1.0
    length = math.log2(1 + statistics.fmean(map(n_words, texts)))
    by_name = 1.6 * names.is_of_texts(heading) - 1.6 * (names.is_of_titles(heading) or names.is_of_no_texts(heading))
    return max(0.0, length + by_name) * len(texts) / max(1, len(cells))


def _headings(given: Sequence[str], width: int) -> tuple[str, ...]:
    """A name for each column, each of them different."""
    found: list[str] = []
    for place in range(width):
        cell = " ".join(given[place].split()) if place < len(given) else ""
        name = cell or (_A_LINE if width == 1 else f"column {place + 1}")
        again = sum(name == other or other.startswith(f"{name} (") for other in found)
        found.append(f"{name} ({again + 1})" if name in found else name)
    return tuple(found)


def _row(number: int, row: Sequence[str], width: int) -> FileRow:
    """The row with as many cells as the heading: what is missing at its end is empty, what is too much makes it unreadable."""
    beyond = [cell for cell in row[width:] if cell.strip()]
    cells = (*row[:width], *[""] * (width - len(row)))
    return FileRow(number, cells, f"{len(row)} cells in {width} columns" if beyond else "")
