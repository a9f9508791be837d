"""What every page keeps: what its tables count counts from 1, and the Python beside a table gives all of it, column by column."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from pandas.api.types import is_numeric_dtype
from snippets import run, same

from bertviz_app.workspace.page_list import PAGES

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

COUNTED = {
    "number",
    "token number",
    "word number",
    "sentence",
    "row",
    "rank",
    "place",
    "try",
    "step",
    "layer",
    "head",
    "neuron",
}
# Pages as they are come to, and more that is chosen on them, where a table stands at once.
PLAIN: list[tuple[str, dict[str, Any]]] = [(key, {}) for key, page in PAGES.items() if page.group != "About"]
VIEWS: list[tuple[str, dict[str, Any]]] = [
    ("tokens", {"tokens_view": "Padding and truncation"}),
    ("forward_pass", {"forward_view": "Norms"}),
    ("attention", {"attention_view": "One head"}),
    ("attention_summed_up", {"summed_view": "One map"}),
    ("embeddings", {"embeddings_view": "Several sentences"}),
    ("embeddings", {"embeddings_view": "Neighbours"}),
    ("words_in_context", {"contexts_view": "Similarity"}),
    ("logit_lens", {"lens_view": "One token"}),
]


@pytest.mark.parametrize(
    ("page", "state"), PLAIN + VIEWS, ids=lambda value: value if isinstance(value, str) else "-".join(value.values())
)
def test_tables_count_from_1_and_their_python_gives_all_of_them(
    open_page: Callable[..., AppTest], page: Any, state: Any
) -> None:
    app = open_page(page, state=state)
    tables = [element.value for element in app.dataframe]
    assert tables or not state
    for table in tables:
        assert "position" not in table.columns
        for title in COUNTED & set(table.columns):
            assert not is_numeric_dtype(table[title]) or table[title].min() >= 1, title
    scopes = [run(element.value) for element in app.code if "import" in element.value]
    frames = [value for scope in scopes for value in scope.values() if isinstance(value, pd.DataFrame)]
    for table in tables:
        mine = [frame for frame in frames if [*map(str, frame.columns)] == [*map(str, table.columns)]]
        assert mine, f"no Python gives {[*table.columns]}"
        same(mine[0], {title: table[title].tolist() for title in table.columns})
