"""Many texts at once: where they come from, reading them with a bar that shows how far it is, and the result to take away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app import settings
from bertviz_app.errors import InputError
from bertviz_app.lenses import classes, sentiment
from bertviz_app.lenses.classes import Reading
from bertviz_app.lenses.sentiment import Verdict
from bertviz_app.records import Encoding, Floats
from bertviz_app.tables import HEADINGS, MAX_BYTES, TextColumn, TextRow, csv_text, read_texts
from bertviz_app.workspace import scene

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

AT_ONCE = 250  # last layers held in memory at the same time
LONGEST = 300  # characters of a text in the table on the screen; the CSV has them whole
EXAMPLES = (
    "A wonderful film, warm and funny from start to finish.",
    "I want these two hours of my life back.",
    "The acting is superb, but the story is painfully slow.",
    "Not bad at all.",
    "The film lasts ninety minutes.",
)

NAMES = f"{', '.join(HEADINGS[:-1])} or {HEADINGS[-1]}"


def told_to_read(n: int) -> bool:
    """A button that starts the work, and is gone as soon as it was pressed."""
    place = st.empty()
    pressed = place.button(f"Read {n:,} texts", type="primary", key="read_texts")
    if pressed:
        place.empty()
    return pressed


def uploaded_texts() -> tuple[TextRow, ...]:
    """The rows of a CSV that the visitor hands over, kept while they look at other pages. Raises `BadTable`."""
    limit = settings.current().max_rows
    file = st.file_uploader(
        f"A CSV with a column called {NAMES}", ["csv", "tsv", "txt"], key="table_file", max_upload_size=MAX_BYTES // 1_000_000,
        help=f"UTF-8, up to {MAX_BYTES // 1_000_000} MB and {limit:,} rows. Without such a heading, the first column is read, "
        "from the first row on. The file stays in this server's memory and is gone with your visit.",
    )  # fmt: skip
    if file is not None and scene.TABLE_ID.value() != file.file_id:
        scene.TABLE.take()
        scene.TABLE.put(read_texts(file.getvalue(), max_rows=limit))
        scene.TABLE_ID.put(file.file_id)
    table: TextColumn | None = scene.TABLE.value()
    if table is None:
        return ()
    _say_what_was_read(table, limit)
    return table.rows


def classifier_of(page: Page) -> str:
    """The head that texts are read by: that about sentiment, else the one classifier that the model has, whatever it is about. Empty without one."""
    info = page.model.info
    return "sentiment" if "sentiment" in info.labels else info.classifier


def reading_of(page: Page, vector: Floats) -> Reading:
    """What the classifier says of one class vector [d_model]. Raises `MissingHead` where there is none."""
    task = classifier_of(page)
    return classes.read(page.model.info.task_heads[task], page.model.class_logits(task, vector))


def verdicts_of(page: Page, rows: Sequence[TextRow]) -> list[Verdict]:
    """What the sentiment head says of each row; a row that cannot be read keeps its place, with the reason."""
    encodings, notes = _encoded(page, rows)
    places = sorted(encodings)
    readings: dict[int, Reading] = {}
    for start in range(0, len(places), AT_ONCE):
        chunk = places[start : start + AT_ONCE]
        which = f"{start + 1:,} to {start + len(chunk):,} of {len(places):,}" if len(places) > AT_ONCE else f"{len(places):,}"
        states = page.final_states([encodings[place] for place in chunk], f"Reading texts {which}")
        for place, state in zip(chunk, states, strict=True):
            readings[place] = reading_of(page, state.class_vector)
    return [Verdict(row.text, readings.get(place), notes[place]) for place, row in enumerate(rows)]


def show_verdicts(verdicts: Sequence[Verdict]) -> None:
    """The result as a table, long texts shortened, and as a CSV with everything in it."""
    st.dataframe(sentiment.columns(verdicts, longest=LONGEST), hide_index=True, key="table_verdicts")
    if any(len(verdict.text) > LONGEST for verdict in verdicts):
        st.caption(f"Long texts are shown by their first {LONGEST} characters; the CSV has them whole.")
    # The byte order mark tells a spreadsheet that this is UTF-8.
    st.download_button(
        "Download CSV", lambda: csv_text(sentiment.columns(verdicts)).encode("utf-8-sig"), "inside-bert-sentiment.csv",
        "text/csv", key="csv_verdicts", on_click="ignore",
    )  # fmt: skip


def _say_what_was_read(table: TextColumn, limit: int) -> None:
    guessed = "the first column, from the first row on, as no heading says which"
    column = guessed if table.heading is None else f"the column `{_code(table.heading)}`"
    rest = f" The {table.n_dropped:,} rows beyond {limit:,} are left out: the limit of this server." if table.n_dropped else ""
    st.caption(f"{len(table.rows):,} rows; read is {column}.{rest}")


def _encoded(page: Page, rows: Sequence[TextRow]) -> tuple[dict[int, Encoding], list[str]]:
    """The encodings of the rows that can be read, by place; and a note for each row, empty where there is nothing to say."""
    encodings: dict[int, Encoding] = {}
    notes = [row.problem for row in rows]
    with st.spinner(f"Cutting {len(rows):,} texts into tokens"):
        for place, row in enumerate(rows):
            if row.problem:
                continue
            try:
                encoding = page.model.encode(row.text)
            except InputError as error:
                notes[place] = str(error)
                continue
            encodings[place] = encoding
            if encoding.n_dropped:
                notes[place] = f"Cut: {encoding.n_dropped:,} tokens did not fit into the {encoding.n_tokens} the model reads."
    return encodings, notes


def _code(heading: str) -> str:
    # Within a code span only a backtick is special.
    return " ".join(heading.replace("`", "'").split())
