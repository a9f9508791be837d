"""What is said of a file: how it was read, what is left out, and why."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bertviz_app.errors import BadTable
from bertviz_app.uploads.cells import MISSING, is_missing, is_no_text, is_number
from bertviz_app.uploads.decoding import ENCODINGS, MAX_BYTES, decoded
from bertviz_app.uploads.layout import Layout, layout
from bertviz_app.uploads.table import label_columns, table, text_column
from bertviz_app.uploads.texts import TextRow, text_rows, typed_rows, what_is_left_out, what_was_read


def said(data: bytes, name: str = "file.csv", max_rows: int = 100) -> str:
    read = decoded(data)
    return " ".join(what_was_read(table(read.text, layout(read.text, name), max_rows=max_rows), read))


def rows_of(data: bytes, name: str = "file.csv") -> tuple[TextRow, ...]:
    text = decoded(data).text
    found = table(text, layout(text, name), max_rows=100)
    return text_rows(found, text_column(found), next(iter(label_columns(found, text_column(found))), None))


def test_how_a_file_was_read_is_one_sentence() -> None:
    assert (
        said(b"id;text\n1;Fine\n2;Poor\n")
        == "Read as UTF-8, cells separated by semicolons, heading in row 1: 2 rows and 2 columns."
    )
    assert said(b"Fine\n", "file.txt") == "Read as UTF-8, one text per line, no heading: 1 row."


def test_a_guessed_encoding_is_said_to_be_one() -> None:
    assert "is the likeliest" in said("id,text\n1,Größe\n".encode("cp1252"))
    assert "likeliest" not in said("id,text\n1,Größe\n".encode("utf-16"))


def test_what_stands_above_blank_rows_and_rows_beyond_the_limit_are_counted() -> None:
    words = said(b"Reviews of May\n\nid,text\n1,Fine\n\n2,Poor\n3,Good\n", max_rows=2)
    assert "heading in row 3: 2 rows and 2 columns" in words
    assert "1 row on top, which is a title: “Reviews of May”" in words
    assert "2 blank rows" in words and "the last 1 row; this server reads 2 of a file" in words


def test_every_row_of_a_file_is_accounted_for() -> None:
    data = b"Title\n\nid,text\n1,Fine\n2,\n\n3,NaN\n4,a,b\n5,Good\n6,More\n"
    text = decoded(data).text
    found = table(text, layout(text), max_rows=5)
    heading, all_rows = 1, text.count("\n")
    assert len(found.above) + heading + found.n_blank + len(found.rows) + found.n_beyond == all_rows


@pytest.mark.parametrize("cell", ["NaN", "#N/A", "null", "NA", "None", "NULL", "nan", "n/a", "<NA>", "#DIV/0!", ""])
def test_a_missing_value_is_left_out_with_the_reason(cell: Any) -> None:
    rows = rows_of(f"id,text\n1,Fine\n2,{cell}\n3,Poor\n".encode())
    assert [row.number for row in rows] == [2, 3, 4]
    assert [bool(row.problem) for row in rows] == [False, True, False]
    assert cell in rows[1].problem
    assert what_is_left_out(rows).startswith("1 of 3 rows is left out: ")


def test_in_a_list_without_a_heading_none_is_a_word() -> None:
    assert [row.problem for row in rows_of(b"None\nFine\n", "file.txt")] == ["", ""]


def test_rows_with_too_many_cells_are_left_out_and_short_ones_are_not() -> None:
    rows = rows_of(b"id,text,label\n1,Fine,pos\n2,a,b,neg\n3,Poor\n")
    assert [row.problem for row in rows] == ["", "4 cells in 3 columns", ""]
    assert [row.label for row in rows] == ["pos", "b", None]
    assert [row.cells for row in rows] == [("1", "Fine", "pos"), ("2", "a", "b"), ("3", "Poor", "")]


def test_where_nothing_is_left_out_that_is_said_too() -> None:
    assert what_is_left_out(typed_rows("a\nb")) == "Each of the 2 rows has a text."
    assert what_is_left_out(typed_rows("a")) == "The one row has a text."


def test_the_visitor_s_word_counts_more_than_the_guess() -> None:
    text = decoded(b"good,1\nbad,0\n").text
    as_list = table(text, Layout(None, "letters", has_heading=False), max_rows=9)
    assert as_list.column(0) == ("good,1", "bad,0")
    headed = table(text, Layout(","), max_rows=9)
    assert headed.headings == ("good", "1") and headed.column(0) == ("bad",)
    assert decoded("Größe".encode("cp1252"), "Cyrillic (Windows-1251)").text == "GrцЯe"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b",,\n,,\n", "empty"),
        (b"text\n\n", "no rows"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"PK\x03\x04rest", "workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\x01\x02\x03\x04\x05", "control characters"),
        (bytes(range(256)) * 4, "control characters"),
        (b"text\n" + b"x" * 200_000, "131,072"),
        (b"x" * (MAX_BYTES + 1), "limit is 5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: Any, reason: Any) -> None:
    with pytest.raises(BadTable, match=reason):
        said(data)


def test_any_bytes_give_rows_or_a_bad_table() -> None:
    chance = random.Random(0)
    alphabet = [
        b"a", b"text", b"id", b",", b";", b"|", b'"', b"\n", b"\r", b"\t", b" ", b"=", b"sep=;", b"\\", b"\xe2\x80\xa8", b"\xc3", b"\0", b"\x1f",
        b"\xed\xa0\x80", b"\xff\xfe", b"NaN", b"1", b"A long text of many words here.",
    ]  # fmt: skip
    read = refused = 0
    for _ in range(4000):
        data = b"".join(chance.choices(alphabet, k=chance.randrange(14)))
        name = chance.choice(["file.csv", "file.txt"])
        try:
            text = decoded(data).text
            found = table(text, layout(text, name), max_rows=3)
        except BadTable:
            refused += 1
            continue
        read += 1
        assert all(len(row.cells) == len(found.headings) == len(set(found.headings)) for row in found.rows)
        assert all(row.text.strip() or row.problem for row in text_rows(found, text_column(found)))
    assert read > 1000 and refused > 100


@pytest.mark.parametrize("name", ENCODINGS)
def test_every_encoding_that_is_offered_can_be_chosen(name: Any) -> None:
    assert decoded("text\nabc".encode(ENCODINGS[name]), name).text == "text\nabc"


def test_cells() -> None:
    assert all(map(is_missing, MISSING)) and not any(map(is_missing, ("0", "none", "Nothing", "-")))
    assert all(map(is_number, ("3", "-1,5", "1,893.60", "5 %", "$3.50", "1e-5", "−2")))
    assert not any(map(is_number, ("3 stars", "", "-", "€", "1.2.3.4", "v2")))
    assert all(map(is_no_text, ("2024-01-02", "2024-01-02T10:11:12Z", "https://a.b/c", "a@b.org", "1")))
    assert not any(map(is_no_text, ("at a@b.org", "Fine", "2024 was good")))
