"""CSV out: nothing a spreadsheet runs."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from bertviz_app.drawing.tables import csv_text


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
def test_a_cell_or_heading_that_starts_like_a_formula_gets_an_apostrophe(cell: Any) -> None:
    heading, row = csv.reader(io.StringIO(csv_text({cell: [cell]}), newline=""))
    assert heading == [f"'{cell}"] and row == [f"'{cell}"]


@pytest.mark.parametrize("cell", [-0.31, "-0.31", -1, "+5", 1e-9, -1.5e-7, "##s", "[CLS]", "don't", "a=b", "–"])
def test_numbers_and_plain_texts_stay_as_they_are(cell: Any) -> None:
    assert csv_text({"a": [cell]}) == f"a\r\n{cell}\r\n"


def test_whatever_is_in_a_cell_comes_back_from_a_csv_reader() -> None:
    cells = ["a,b", 'say "hi"', "two\nlines", "two\rlines", "", None, "مرحبا", "🙂", "x\0y"]
    read = list(csv.reader(io.StringIO(csv_text({"n": range(9), "text": cells}), newline="")))
    assert read[0] == ["n", "text"]
    assert [row[1] for row in read[1:]] == [cell or "" for cell in cells]


def test_half_a_character_is_replaced_so_that_the_file_can_be_saved() -> None:
    assert csv_text({"a": ["x\ud800"]}).encode() == b"a\r\nx?\r\n"


def test_columns_of_different_length_are_a_bug() -> None:
    with pytest.raises(ValueError, match="shorter"):
        csv_text({"a": [1, 2], "b": [1]})
