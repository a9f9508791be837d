"""Several texts, one a line: how many are taken is said in the label of their box, before any is typed; what is left out, below it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from bertviz_app import settings
from bertviz_app.errors import EmptyText
from bertviz_app.uploads.texts import TextRow, typed_rows


def labelled(label: str) -> str:
    """The label of a box, with the number of lines that it takes."""
    return f"{label} (up to {settings.current().max_sentences})"


def read_lines(text: str, holds_text: Callable[[str], bool]) -> tuple[TextRow, ...]:
    """The lines that can be read, at most as many as the settings allow; what is left out is said. Raises `EmptyText` where none can.

    `holds_text` says of a line whether anything is left of it in tokens.
    """
    rows = first_lines(typed_rows(text))
    readable = tuple(row for row in rows if holds_text(row.text))
    if not readable:
        raise EmptyText("There is nothing to read yet: type a sentence with a visible character first, one per line.")
    unread = [str(row.number) for row in rows if row not in readable]
    if unread:
        which = f"line {unread[0]} is" if len(unread) == 1 else f"lines {', '.join(unread)} are"
        st.caption(f"Nothing is left once it is in tokens: {which} left out.")
    return readable


def first_lines(rows: tuple[TextRow, ...]) -> tuple[TextRow, ...]:
    """As many lines as the settings allow; that there are more is said."""
    limit = settings.current().max_sentences
    if len(rows) > limit:
        st.caption(f"Only the first {limit:,} of {len(rows):,} lines are read: the limit of this server.")
    return rows[:limit]
