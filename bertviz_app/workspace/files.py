"""A file with texts: handed over, read in a way that the visitor sees and can change, and its columns chosen, before anything is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bertviz_app import settings
from bertviz_app.lenses.file_labels import speaking_of
from bertviz_app.temporary import require_temporary_folder
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
HEADINGS = ("the first row", "none")
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
    upload: Upload | None = scene.UPLOAD.value()
    # What is asked before anything is read makes room for what was found.
    with st.expander("The file and its columns", expanded=not (upload and _is_read(upload))):
        upload = _handed_over()
        if upload is None:
            return None
        with st.expander("How the file is read"):
            read, laid = _ways(upload)
        found = _read(upload, read, laid)
        st.caption(plain(" ".join(what_was_read(found, read))))
        text, label = _columns(found, labels)
        _preview(found, text)
    rows = text_rows(found, text, label)
    st.caption(plain(what_is_left_out(rows)))
    return Chosen(rows, found.headings, None if label is None else found.headings[label])


def _is_read(upload: Upload) -> bool:
    about, _ = scene.VERDICTS.latest()
    return isinstance(about, tuple) and about[-1] == upload.number


def one_of(place: DeltaGenerator, label: str, offered: Sequence[str], first: int, *, about: str = "") -> str:
    """One of a list for the file that is there: that at `first`, which was recognised, until another is chosen.

    It is kept over pages with the file, and gone with it: of another file something else is recognised.
    """
    number = scene.UPLOAD.value().number
    key = f"file_{number}_{blake2b(repr((label, tuple(offered), about)).encode('utf-8', 'replace'), digest_size=8).hexdigest()}"
    kept = scene.FILE_CHOICES.of(number)
    index = offered.index(kept[key]) if key in kept else first
    chosen = str(place.selectbox(plain(label), offered, index=index, key=key))
    if chosen != offered[first] or key in kept:
        scene.FILE_CHOICES.put(number, {**kept, key: chosen})
    return chosen


def _handed_over() -> Upload | None:
    if scene.UPLOAD.value() is None:
        require_temporary_folder()  # the server would only answer the upload with a number
    limit, megabytes = settings.current().max_rows, MAX_BYTES // 1_000_000
    file = st.file_uploader(
        f"A table (CSV, TSV) or a list (TXT, a text per line): up to {megabytes} MB, of which the first {limit:,} rows are read",
        TYPES, key=scene.TABLE_FILE.name, on_change=_forget_removed, max_upload_size=megabytes,
        help="The column with the texts is chosen next. The file stays in this server's memory and is gone with your visit; "
        f"of several files, the newest stay, {settings.current().upload_megabytes} MB together.",
    )  # fmt: skip
    before: Upload | None = scene.UPLOAD.value()
    if file is not None and (before is None or before.number != file.file_id):
        scene.UPLOAD.put(Upload(file.file_id, file.name, file.getvalue()))
    upload: Upload | None = scene.UPLOAD.value()
    if upload is not None and file is None:
        st.caption(plain(f"The file is “{upload.name}”, which you handed over before."))
    return upload


def _forget_removed() -> None:
    # Called for what the visitor does to the box, not when a page is left: then the file stays.
    if scene.TABLE_FILE.value() is None:
        scene.UPLOAD.take()


def _ways(upload: Upload) -> tuple[Decoded, Layout]:
    """The encoding and the layout: as they are recognised, until something else is chosen."""
    seen, names = decoded(upload.data), list(ENCODINGS)
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    name = one_of(left, "Encoding", names, names.index(seen.encoding))
    read = seen if name == seen.encoding else decoded(upload.data, name)
    guess = _recognised(upload, read)
    cuts = {A_LINE: None} | {name: delimiter for delimiter, name in DELIMITERS.items()}
    if guess.delimiter not in cuts.values():
        cuts[f"“{guess.delimiter}”"] = guess.delimiter
    known = list(cuts.values())
    cut = one_of(middle, "Delimiter", list(cuts), known.index(guess.delimiter))
    laid = guess if cuts[cut] == guess.delimiter else layout_with(read.text, cuts[cut])
    heading = one_of(right, "Heading", HEADINGS, int(not laid.has_heading), about=f"{name} {cut}")
    return read, replace(laid, has_heading=heading == HEADINGS[0])


def _recognised(upload: Upload, read: Decoded) -> Layout:
    """The likeliest layout, found once: of 5 MB that takes a second, which a click on a page must not cost."""
    known = scene.LAYOUTS.of(upload.number)
    if read.encoding not in known:
        known = {**known, read.encoding: layout(read.text, upload.name)}
        scene.LAYOUTS.put(upload.number, known)
    found: Layout = known[read.encoding]
    return found


def _read(upload: Upload, read: Decoded, laid: Layout) -> Table:
    limit = settings.current().max_rows
    asked = (upload.number, read.encoding, laid, limit)
    found: Table | None = scene.TABLE.of(asked)
    if found is None:
        found = table(read.text, laid, max_rows=limit)
        scene.TABLE.put(asked, found)
    return found


def _columns(found: Table, labels: Sequence[str]) -> tuple[int, int | None]:
    """The places of the column with the texts, and of the one with the labels: as they are recognised, until others are chosen."""
    left, right = st.columns(2, vertical_alignment="bottom")
    headings = list(found.headings)
    text = headings.index(one_of(left, "Column with the texts", headings, text_column(found)))
    offered = [NO_LABELS, *(headings[place] for place in label_columns(found, text))]
    if len(offered) == 1:
        return text, None
    guess = speaking_of([[row.label for row in text_rows(found, text, place)] for place in label_columns(found, text)], labels)
    index = 0 if guess is None else 1 + guess
    label = one_of(right, "Column with the right labels", offered, index)
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
