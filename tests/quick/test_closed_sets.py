"""A key that is passed about has a type with a closed list of names: the table behind it has a row for each, and no other."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from bertviz_app.analysis import head_readings
from bertviz_app.chapters.attribution import measures
from bertviz_app.chapters.tasks import text_map
from bertviz_app.families import decodings
from bertviz_app.records import attributions


@pytest.mark.parametrize(
    ("names", "table"),
    [
        (decodings.DecodingKey, decodings.DECODINGS),
        (attributions.MethodKey, measures.METHODS),
        (attributions.Baseline, measures.BASELINE_NAMES),
        (head_readings.Block, head_readings.BLOCKS),
        (text_map.VectorWay, text_map.WAYS),
    ],
)
def test_a_type_of_names_and_its_table_are_the_same(names: Any, table: Any) -> None:
    assert list(get_args(names)) == list(table)
