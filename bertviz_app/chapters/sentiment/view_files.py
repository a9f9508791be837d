"""A file with texts: handed over, read in a way that the visitor sees and can change, and its columns chosen, before anything is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bertviz_app import settings
from bertviz_app.chapters.sentiment.file_labels import speaking_of
from bertviz_app.errors import BadTable
from bertviz_app.families.tasks import TaskFacts
from bertviz_app.serving.temporary_folder import require_temporary_folder
from bertviz_app.uploads.decoding import ENCODINGS, MAX_BYTES, Decoded, decoded
from bertviz_app.uploads.layout import DELIMITERS, Layout, layout, layout_with
from bertviz_app.uploads.table import Table, columns_of_pairs, label_columns, table, text_column
from bertviz_app.uploads.texts import TextRow, text_rows, what_is_left_out, what_was_read
from bertviz_app.workspace import session
from bertviz_app.workspace.markup import plain

TYPES = ("csv", "tsv", "tab", "txt")
SHOWN = 3  # rows of the preview
LONGEST = 300  # characters of a cell on the screen
NO_LABELS = "none"
ALONE = "none: each text stands alone"
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
    """The texts of a file: its rows, the headings of all its columns, and those of the labels and of the texts that are read, as far as they were chosen."""

    rows: tuple[TextRow, ...]
    headings: tuple[str, ...] = ()
    label: str | None = None
    read: tuple[str, ...] = ("text",)


def chosen_texts(head: TaskFacts) -> Chosen | None:
    """The texts of the visitor's file, kept while they look at other pages; None as long as there is no file. Raises `BadTable`.

    A column that speaks of the same as the labels of the `head` is taken for the file's labels, until another is chosen.
    """
    upload: Upload | None = session.UPLOAD.value()
    # What is asked before anything is read makes room for what was found.
    with st.expander("The file and its columns", expanded=not (upload and _is_read(upload))):
        upload = _handed_over()
        if upload is None:
            return None
        with st.expander("How the file is read"):
            read, laid = _ways(upload)
        found = _read(upload, read, laid)
        st.caption(plain(" ".join(what_was_read(found, read))))
        places, label = _columns(found, head)
        _preview(found, places)
    rows = text_rows(found, places[0], label, *places[1:])
    st.caption(plain(what_is_left_out(rows)))
    named = tuple(found.headings[place] for place in places)
    return Chosen(rows, found.headings, None if label is None else found.headings[label], named)


def _is_read(upload: Upload) -> bool:
    about, _ = session.VERDICTS.latest()
    return isinstance(about, tuple) and about[-1] == upload.number


def one_of(place: DeltaGenerator, label: str, offered: Sequence[str], first: int, *, about: str = "") -> str:
    """One of a list for the file that is there: that at `first`, which was recognised, until another is chosen.

    It is kept over pages with the file, and gone with it: of another file something else is recognised.
    """
    number = session.UPLOAD.value().number
    key = f"file_{number}_{blake2b(repr((label, tuple(offered), about)).encode('utf-8', 'replace'), digest_size=8).hexdigest()}"
    kept = session.FILE_CHOICES.of(number)
    index = offered.index(kept[key]) if key in kept else first
    chosen = str(place.selectbox(plain(label), offered, index=index, key=key))
    if chosen != offered[first] or key in kept:
        session.FILE_CHOICES.put(number, {**kept, key: chosen})
    return chosen


def _handed_over() -> Upload | None:
    if session.UPLOAD.value() is None:
        require_temporary_folder()  # the server would only answer the upload with a number
    limit, megabytes = settings.current().max_rows, MAX_BYTES // 1_000_000
    file = st.file_uploader(
        f"A table (CSV, TSV) or a list (TXT, a text per line): up to {megabytes} MB, of which the first {limit:,} rows are read",
        TYPES, key=session.TABLE_FILE.name, on_change=_forget_removed, max_upload_size=megabytes,
        help="The column with the texts is chosen next. The file stays in this server's memory and is gone with your visit; "
        f"of several files, the newest stay, {settings.current().upload_megabytes} MB together.",
    )  # fmt: skip
    before: Upload | None = session.UPLOAD.value()
    if file is not None and (before is None or before.number != file.file_id):
        session.UPLOAD.put(Upload(file.file_id, file.name, file.getvalue()))
    upload: Upload | None = session.UPLOAD.value()
    if upload is not None and file is None:
        st.caption(plain(f"The file is “{upload.name}”, which you uploaded earlier."))
    return upload


def _forget_removed() -> None:
    # Called for what the visitor does to the box, not when a page is left: then the file stays.
    if session.TABLE_FILE.value() is None:
        session.UPLOAD.take()


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
    known = session.LAYOUTS.of(upload.number)
    if read.encoding not in known:
        known = {**known, read.encoding: layout(read.text, upload.name)}
        session.LAYOUTS.put(upload.number, known)
    found: Layout = known[read.encoding]
    return found


def _read(upload: Upload, read: Decoded, laid: Layout) -> Table:
    limit = settings.current().max_rows
    asked = (upload.number, read.encoding, laid, limit)
    found: Table | None = session.TABLE.of(asked)
    if found is None:
        found = table(read.text, laid, max_rows=limit)
        session.TABLE.put(asked, found)
    return found


def _columns(found: Table, head: TaskFacts) -> tuple[tuple[int, ...], int | None]:
    """The places of the columns with the texts, one or the two of a pair, and of the one with the labels: as they are recognised, until others are chosen."""
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    places = _text_columns(found, head, left, middle)
    headings, may = list(found.headings), [place for place in label_columns(found, places[0]) if place not in places]
    if not may:
        return places, None
    guess = speaking_of([[row.label for row in text_rows(found, places[0], place)] for place in may], head.labels)
    offered = [NO_LABELS, *(headings[place] for place in may)]
    label = one_of(right, "Column with the right labels", offered, 0 if guess is None else 1 + guess)
    return places, None if label == NO_LABELS else headings.index(label)


def _text_columns(found: Table, head: TaskFacts, left: DeltaGenerator, right: DeltaGenerator) -> tuple[int, ...]:
    """The column with the texts, and, for a head that may read pairs, that with the second ones."""
    headings, needed = list(found.headings), head.row.needs_pair
    if head.task == "sentiment":
        return (headings.index(one_of(left, "Column with the texts", headings, text_column(found))),)
    if needed and len(headings) < 2:
        raise BadTable(
            "This head reads pairs of texts, and the file has one column only. It needs a column for each of the two."
        )
    first, second = columns_of_pairs(found, needed=needed)
    first = headings.index(one_of(left, "Column with the texts", headings, first))
    others = [*([] if needed else [ALONE]), *(heading for place, heading in enumerate(headings) if place != first)]
    index = others.index(headings[second]) if second is not None and headings[second] in others else 0
    chosen = one_of(right, "Column with the second texts", others, index)
    return (first,) if chosen == ALONE else (first, headings.index(chosen))


def _preview(found: Table, read: Sequence[int]) -> None:
    """The first rows, the columns with the texts first and marked."""
    places = [*read, *(place for place in range(len(found.headings)) if place not in read)]
    rows = found.rows[:SHOWN]
    shown = {
        f"▸ {found.headings[place]}" if place in read else found.headings[place]: [_cut(row.cells[place]) for row in rows]
        for place in places
    }
    st.dataframe({"#": [row.number for row in rows]} | shown, hide_index=True, key="file_preview")


def _cut(cell: str) -> str:
    return cell if len(cell) <= LONGEST else cell[: LONGEST - 1] + "…"
