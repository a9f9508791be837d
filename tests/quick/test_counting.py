"""What people see counts from 1: read from the sources of all that is shown. `plots.shown` is the one place that converts."""

from __future__ import annotations

import re
from pathlib import Path

from bertviz_app.drawing.numbering import layers, numbered, titles

ROOT = Path(__file__).parents[2]
ROOMS = ("bertviz_app/analysis", "bertviz_app/chapters", "bertviz_app/workspace", "bertviz_app/drawing", "pages")
SHOWN = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "snippet" not in path.name]
# A number on the screen that is made by hand: {place + 1}, str(place + 1); how many of one name came before is no place. What is printed by Python beside a table is not the screen.
BY_HAND = re.compile(r"\{(?!n |twins )[\w.\[\]]+ \+ 1(:[^}]*)?\}|str\(\w+ \+ 1\)")
OF_POSITIONS = re.compile(r"""["'](position|index)["']: (list\(range|\[|range|np\.arange)""")


def test_what_is_shown_is_counted_by_one_function() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in SHOWN
        for line in path.read_text(encoding="utf-8").splitlines()
        if BY_HAND.search(line) and "print(" not in line and "#" not in line
    ]
    assert len(SHOWN) > 100 and found == []


def test_no_table_has_a_column_of_positions() -> None:
    in_a_title = re.compile(r", position \{?%?\{")  # of a hover or a chart
    texts = {path: path.read_text(encoding="utf-8") for path in SHOWN}
    assert [path.name for path, text in texts.items() if OF_POSITIONS.search(text) or in_a_title.search(text)] == []


def test_rows_and_columns_are_numbered_from_1() -> None:
    assert numbered(["a", "b"]) == {"token number": [1, 2], "token": ["a", "b"]}
    assert numbered(["a", "b"], unit="word") == {"word number": [1, 2], "word": ["a", "b"]}
    assert numbered(["a", "b", "c"], [2]) == {"token number": [3], "token": ["c"]}
    assert titles(["a", "a"]) == ["1 a", "2 a"] and layers(3) == ["embeddings", "1", "2"]
