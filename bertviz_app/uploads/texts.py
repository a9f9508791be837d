"""The texts of an uploaded table, each with its row, and what is said of the file: what was read, what was left out, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bertviz_app.uploads.cells import is_missing
from bertviz_app.uploads.decoding import Decoded
from bertviz_app.uploads.layout import Layout
from bertviz_app.uploads.table import Table

_SHOWN = 40  # characters of a title row that are quoted


@dataclass(frozen=True)
class TextRow:
    """One text among many.

    number   its row as a spreadsheet counts, or its line
    problem  why it cannot be read, in two or three words; empty where it can
    cells    the whole row, to join the result back
    label    what the file says it is; None where it says nothing
    second   the second text of a pair; None where a text stands alone
    """

    number: int
    text: str
    problem: str = ""
    cells: tuple[str, ...] = ()
    label: str | None = None
    second: str | None = None

    @property
    def both(self) -> str:
        """What is read, on one line."""
        return self.text if self.second is None else f"{self.text} · {self.second}"


def typed_rows(text: str) -> tuple[TextRow, ...]:
    """The lines of a box that hold something, each with its number in the box.

    >>> [(row.number, row.text) for row in typed_rows("Fine.\\n\\nPoor.")]
    [(1, 'Fine.'), (3, 'Poor.')]
    """
    lines = re.split(r"\r\n|\r|\n", text)
    return tuple(TextRow(number, line) for number, line in enumerate(lines, start=1) if line.strip())


def text_rows(table: Table, text: int, label: int | None = None, second: int | None = None) -> tuple[TextRow, ...]:
    """The texts of one column, with the labels of another, and with the second texts of pairs; a row that cannot be read keeps its place, with the reason."""
    found = []
    for row in table.rows:
        cell = row.cells[text]
        said = None if label is None or is_missing(row.cells[label]) else row.cells[label].strip()
        pair = None if second is None else row.cells[second]
        problem = row.problem or _absence(cell, table.layout)
        if pair is not None and not problem and (absent := _absence(pair, table.layout)):
            problem = f"second text: {absent}"
        found.append(TextRow(row.number, cell, problem, row.cells, said, pair))
    return tuple(found)


def what_was_read(table: Table, decoded: Decoded) -> list[str]:
    """Sentences: how the file was read, and which rows of it are not there any more."""
    layout, n = table.layout, len(table.rows)
    cut = "one text per line" if layout.delimiter is None else f"cells separated by {_name(layout.delimiter)}"
    heading = f"heading in row {table.heading_row}" if layout.has_heading else "no heading"
    width = "" if layout.delimiter is None else f" and {_counted(len(table.headings), 'column')}"
    said = [f"Read as {decoded.encoding}, {cut}, {heading}: {_counted(n, 'row')}{width}."]
    if decoded.is_guess:
        said.append(
            f"Nothing in the file says how it is encoded: {decoded.encoding} is the likeliest. If letters look wrong, choose another."
        )
    said += decoded.notes
    if layout.quotes == "letters" and layout.delimiter is not None:
        said.append("Its quotation marks do not come in pairs: they are read as letters.")
    if table.above:
        quoted = ", ".join(f"“{_short(title)}”" for title in table.above[:3]) + (" …" if len(table.above) > 3 else "")
        said.append(
            f"Left out: {_counted(len(table.above), 'row')} on top, which {'is a title' if len(table.above) == 1 else 'are titles'}: {quoted}."
        )
    if table.n_blank:
        said.append(f"Left out: {_counted(table.n_blank, 'blank row')}.")
    if table.n_beyond:
        said.append(f"Left out: the last {_counted(table.n_beyond, 'row')}; this server reads {n:,} of a file.")
    return said


def what_is_left_out(rows: Sequence[TextRow]) -> str:
    """One sentence: how many rows hold no text that can be read, and why.

    >>> what_is_left_out([TextRow(1, "Fine"), TextRow(2, "", "empty cell"), TextRow(3, "", "empty cell")])
    '2 of 3 rows are left out: empty cell (2). They keep their place in the result, with the reason.'
    """
    reasons = Counter(row.problem for row in rows if row.problem)
    if not reasons:
        return f"Each of the {len(rows):,} rows has a text." if len(rows) > 1 else "The one row has a text."
    listed = ", ".join(f"{reason} ({n:,})" for reason, n in reasons.most_common())
    n = sum(reasons.values())
    keep = (
        "They keep their place in the result, with the reason."
        if n > 1
        else "It keeps its place in the result, with the reason."
    )
    return f"{n:,} of {_counted(len(rows), 'row')} {'is' if n == 1 else 'are'} left out: {listed}. {keep}"


def _absence(cell: str, layout: Layout) -> str:
    if not cell.strip():
        return "empty cell"
    # In a list without a heading nobody but the writer says what a line is: "None" is a word.
    is_table = layout.delimiter is not None or layout.has_heading
    return f"missing value “{cell.strip()}”" if is_table and is_missing(cell) else ""


def _name(delimiter: str) -> str:
    return {";": "semicolons", ",": "commas", "\t": "tabs", "|": "vertical bars"}.get(delimiter, f"“{delimiter}”")


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
