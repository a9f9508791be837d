"""What people see counts from 1: read from the sources of all that is shown. `plots.shown` is the one place that converts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bertviz_app.lenses.numbering import layers, numbered, titles

ROOT = Path(__file__).parents[1]
ROOMS = ("bertviz_app/lenses", "bertviz_app/workspace", "bertviz_app/components", "pages")
SHOWN = [path for room in ROOMS for path in sorted((ROOT / room).glob("*.py")) if not path.name.endswith("_code.py")]
# A number on the screen that is made by hand: {place + 1}, str(place + 1); how many of one name came before is no place. What is printed by Python beside a table is not the screen.
BY_HAND = re.compile(r"\{(?!n |twins )[\w.\[\]]+ \+ 1(:[^}]*)?\}|str\(\w+ \+ 1\)")
OF_POSITIONS = re.compile(r"""["'](position|index)["']: (list\(range|\[|range|np\.arange)""")


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.name)
def test_what_is_shown_is_counted_by_one_function(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [line.strip() for line in lines if BY_HAND.search(line) and "print(" not in line and "#" not in line]
    assert not found, found


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.name)
def test_no_table_has_a_column_of_positions(path):
    assert not OF_POSITIONS.search(path.read_text(encoding="utf-8"))
    assert not re.search(r", position \{?%?\{", path.read_text(encoding="utf-8"))  # of a hover or a title


def test_rows_and_columns_are_numbered_from_1():
    assert numbered(["a", "b"]) == {"token number": [1, 2], "token": ["a", "b"]}
    assert numbered(["a", "b"], unit="word") == {"word number": [1, 2], "word": ["a", "b"]}
    assert numbered(["a", "b", "c"], [2]) == {"token number": [3], "token": ["c"]}
    assert titles(["a", "a"]) == ["1 a", "2 a"] and layers(3) == ["embeddings", "1", "2"]
