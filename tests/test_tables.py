"""CSV out: nothing a spreadsheet runs. CSV in: whatever is handed over, texts or a sentence that says why not."""

from __future__ import annotations

import contextlib
import csv
import io
import random

import pytest

from bertviz_app.errors import BadTable
from bertviz_app.tables import MAX_BYTES, TextRow, csv_text, read_texts


def texts(data: bytes, max_rows: int = 100) -> list[str]:
    return [row.text for row in read_texts(data, max_rows=max_rows).rows]


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+cmd",
        "-foo",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\n=x",
        " =1",
        "＝1+1",
        "＋1",
        "－x",
        "＠x",
        "\u200b=1",
        "\ufeff=1",
        "﹦1",
        "-1+2",
        "+",
    ],
)
def test_a_cell_or_heading_that_starts_like_a_formula_gets_an_apostrophe(cell):
    heading, row = csv.reader(io.StringIO(csv_text({cell: [cell]}), newline=""))
    assert heading == [f"'{cell}"] and row == [f"'{cell}"]


@pytest.mark.parametrize("cell", [-0.31, "-0.31", -1, "+5", 1e-9, -1.5e-7, "##s", "[CLS]", "don't", "a=b", "–"])
def test_numbers_and_plain_texts_stay_as_they_are(cell):
    assert csv_text({"a": [cell]}) == f"a\r\n{cell}\r\n"


def test_whatever_is_in_a_cell_comes_back_from_a_csv_reader():
    cells = ["a,b", 'say "hi"', "two\nlines", "two\rlines", "", None, "مرحبا", "🙂", "x\0y"]
    read = list(csv.reader(io.StringIO(csv_text({"n": range(9), "text": cells}), newline="")))
    assert read[0] == ["n", "text"]
    assert [row[1] for row in read[1:]] == [cell or "" for cell in cells]


def test_half_a_character_is_replaced_so_that_the_file_can_be_saved():
    assert csv_text({"a": ["x\ud800"]}).encode() == b"a\r\nx?\r\n"


def test_columns_of_different_length_are_a_bug():
    with pytest.raises(ValueError, match="shorter"):
        csv_text({"a": [1, 2], "b": [1]})


@pytest.mark.parametrize(
    ("data", "heading"),
    [
        (b"text\ngood\nbad\n", "text"),
        (b"\xef\xbb\xbfid,Review\r\n1,good\r\n2,bad\r\n", "Review"),
        (b"id;SENTENCES;x\n1;good;\n2;bad;\n", "SENTENCES"),
        (b"id\ttext\n1\tgood\n2\tbad", "text"),
        (b"\n\ntext\ngood\nbad\n\n\n", "text"),
        (b'"text","sentence"\rgood,no\rbad,no', "text"),
        (b"good\nbad\n", None),
        (b"good,1\nbad,0\n", None),
    ],
)
def test_the_column_called_text_is_read_else_the_first_from_the_first_row_on(data, heading):
    table = read_texts(data, max_rows=100)
    assert table.heading == heading
    assert table.rows == (TextRow("good"), TextRow("bad"))


def test_quoted_cells_may_hold_commas_quotes_and_line_breaks():
    assert texts(b'text,n\n"a, ""b""\nc",1\n') == ['a, "b"\nc']


def test_a_row_that_cannot_be_read_keeps_its_place_with_the_reason():
    rows = read_texts(b"n,text\n1,fine\n2,\n\n3,cut, here\n4\n5,last\n", max_rows=100).rows
    assert [row.text for row in rows] == ["fine", "", "", "3,cut, here", "", "last"]
    assert [bool(row.problem) for row in rows] == [False, True, True, True, True, False]
    assert "double quotes" in rows[3].problem
    assert "no cell" in rows[4].problem


def test_rows_beyond_the_limit_are_counted_and_left_out():
    table = read_texts(b"text\n" + b"x\n" * 7, max_rows=5)
    assert (len(table.rows), table.n_dropped) == (5, 2)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b",,\n,,\n", "empty"),
        (b"text\n\n", "no rows"),
        (b"text\n\xed\xa0\x80", r"Byte 6 .*0xED, line 2"),  # a lone surrogate
        (b"\xef\xbb\xbftext\n\xff", r"Byte 9 .*0xFF"),
        (b"\x89PNG\r\n\x1a\n", r"Byte 1 .*0x89"),
        (b"text\nab\0c\n", r"Byte 8 .*NUL"),
        (b"PK\x03\x04rest", "workbook"),
        ("text\nhi".encode("utf-16"), "UTF-16"),
        (b'text\n"never closed', "closing quotation mark"),
        (b'text\n"a"b\n', "Line 2"),
        (b"text\n" + b"x" * 200_000, "131,072"),
        (b"x" * (MAX_BYTES + 1), "limit is 5 MB"),
        (b"Nice, really\nBad\n", "row 1 has 2 cells, row 2 has 1"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data, reason):
    with pytest.raises(BadTable, match=reason):
        read_texts(data, max_rows=100)


def test_any_bytes_give_texts_or_a_bad_table():
    chance = random.Random(0)
    alphabet = [b"a", b",", b";", b'"', b"\n", b"\r", b"\t", b" ", b"=", b"text", b"\xe2\x80\xa8", b"\xc3", b"\0", b"\x1c"]
    outcomes = set()
    for _ in range(3000):
        data = b"".join(chance.choices(alphabet, k=chance.randrange(12)))
        with contextlib.suppress(BadTable):
            outcomes.add(all(row.text.strip() or row.problem for row in read_texts(data, max_rows=3).rows))
    assert outcomes == {True}
