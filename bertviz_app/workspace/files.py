"""A file with texts: handed over, read in a way that the visitor sees and can change, and its columns chosen, before anything is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from bertviz_app import settings
from bertviz_app.lenses.file_labels import speaking_of
from bertviz_app.uploads.decoding import ENCODINGS, MAX_BYTES, Decoded, decoded
from bertviz_app.uploads.layout import DELIMITERS, Layout, layout, layout_with
from bertviz_app.uploads.table import Table, label_columns, table, text_column
from bertviz_app.uploads.texts import TextRow, text_rows, what_is_left_out, what_was_read
from bertviz_app.workspace import scene
from bertviz_app.workspace.markup import plain

TYPES = ("csv", "tsv", "tab", "txt")
SHOWN = 3  # rows of the preview
LONGEST = 300  # characters of a cell on the screen
NO_LABELS = "none"
A_LINE = "none: a text per line"


@dataclass(frozen=True)
class Upload:
    """A file as it was handed over; `number` is Streamlit's name for this very upload."""

    number: str
    name: str
    data: bytes


@dataclass(frozen=True)
class Chosen:
    """The texts of a file: its rows, the headings of all its columns, and that of the labels, if one was chosen."""

    rows: tuple[TextRow, ...]
    headings: tuple[str, ...]
    label: str | None


def chosen_texts(labels: Sequence[str]) -> Chosen | None:
    """The texts of the visitor's file, kept while they look at other pages; None as long as there is no file. Raises `BadTable`.

    `labels` are those of the classifier: a column that speaks of the same is taken for the file's labels, until another is chosen.
    """
    upload = _handed_over()
    if upload is None:
        return None
    with st.expander("How the file is read"):
        read, laid = _ways(upload)
    found = _read(upload, read, laid)
    st.caption(plain(" ".join(what_was_read(found, read))))
    text, label = _columns(upload, found, labels)
    _preview(found, text)
    rows = text_rows(found, text, label)
    st.caption(plain(what_is_left_out(rows)))
    return Chosen(rows, found.headings, None if label is None else found.headings[label])


def _handed_over() -> Upload | None:
    limit, megabytes = settings.current().max_rows, MAX_BYTES // 1_000_000
    file = st.file_uploader(
        f"A table (CSV, TSV) or a list (TXT, a text per line): up to {megabytes} MB, of which the first {limit:,} rows are read",
        TYPES, key="table_file", max_upload_size=megabytes,
        help="The column with the texts is chosen next. The file stays in this server's memory and is gone with your visit.",
    )  # fmt: skip
    before: Upload | None = scene.UPLOAD.value()
    if file is not None and (before is None or before.number != file.file_id):
        scene.UPLOAD.put(Upload(file.file_id, file.name, file.getvalue()))
    upload: Upload | None = scene.UPLOAD.value()
    if upload is not None and file is None:
        st.caption(plain(f"The file is “{upload.name}”, which you handed over before."))
    return upload


def _ways(upload: Upload) -> tuple[Decoded, Layout]:
    """The encoding and the layout: as they are recognised, until something else is chosen."""
    seen, names = decoded(upload.data), list(ENCODINGS)
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    name = left.selectbox("Encoding", names, index=names.index(seen.encoding), key=f"file_encoding_{upload.number}")
    read = seen if name == seen.encoding else decoded(upload.data, name)
    guess = layout(read.text, upload.name)
    cuts = {A_LINE: None} | {name: delimiter for delimiter, name in DELIMITERS.items()}
    if guess.delimiter not in cuts.values():
        cuts[f"“{guess.delimiter}”"] = guess.delimiter
    known = list(cuts.values())
    key = f"{upload.number}_{name}"
    cut = middle.selectbox("Delimiter", list(cuts), index=known.index(guess.delimiter), key=f"file_delimiter_{key}")
    laid = guess if cuts[cut] == guess.delimiter else layout_with(read.text, cuts[cut])
    has_heading = right.toggle("First row is a heading", value=laid.has_heading, key=f"file_heading_{key}_{cut}")
    return read, replace(laid, has_heading=has_heading)


def _read(upload: Upload, read: Decoded, laid: Layout) -> Table:
    limit = settings.current().max_rows
    asked = (upload.number, read.encoding, laid, limit)
    found: Table | None = scene.TABLE.of(asked)
    if found is None:
        found = table(read.text, laid, max_rows=limit)
        scene.TABLE.put(asked, found)
    return found


def _columns(upload: Upload, found: Table, labels: Sequence[str]) -> tuple[int, int | None]:
    """The places of the column with the texts, and of the one with the labels: as they are recognised, until others are chosen."""
    left, right = st.columns(2, vertical_alignment="bottom")
    headings, key = list(found.headings), f"{upload.number}_{found.layout}"
    text = headings.index(left.selectbox("Column with the texts", headings, index=text_column(found), key=f"text_column_{key}"))
    offered = [NO_LABELS, *(headings[place] for place in label_columns(found, text))]
    if len(offered) == 1:
        return text, None
    guess = speaking_of([[row.label for row in text_rows(found, text, place)] for place in label_columns(found, text)], labels)
    index = 0 if guess is None else 1 + guess
    label = right.selectbox("Column with the right labels", offered, index=index, key=f"label_column_{key}_{text}")
    return text, None if label == NO_LABELS else headings.index(label)


def _preview(found: Table, text: int) -> None:
    """The first rows, the column with the texts first and marked."""
    places = [text, *(place for place in range(len(found.headings)) if place != text)]
    rows = found.rows[:SHOWN]
    shown = {
        f"▸ {found.headings[place]}" if place == text else found.headings[place]: [_cut(row.cells[place]) for row in rows]
        for place in places
    }
    st.dataframe({"#": [row.number for row in rows]} | shown, hide_index=True, key="file_preview")


def _cut(cell: str) -> str:
    return cell if len(cell) <= LONGEST else cell[: LONGEST - 1] + "…"
