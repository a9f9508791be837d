"""The Python of the documentation runs, and gives what stands beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scripts import notebook

ROOT = Path(__file__).parents[2]


def test_the_notebook_gives_what_it_says() -> None:
    kept = json.loads(notebook.FILE.read_text(encoding="utf-8"))
    codes = notebook.sources(kept)
    assert len(codes) > 10
    assert [cell["outputs"] for cell in kept["cells"] if cell["cell_type"] == "code"] == notebook.outputs(codes)


def test_figures_are_not_kept_in_the_notebook_and_tables_are() -> None:
    given = notebook.outputs(
        ["1 + 1", "import plotly.graph_objects as go", "go.Figure()", "import pandas\npandas.DataFrame({'a': [1]})"]
    )
    assert [list(output[0]["data"]) if output else [] for output in given] == [
        ["text/plain"],
        [],
        [],
        ["text/plain", "text/html"],
    ]


@pytest.mark.parametrize("file", ["README.md", "docs/library.md"])
def test_the_python_of_the_documentation_runs(file: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall("```python\n(.*?)```", (ROOT / file).read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        claims = re.findall(r"^([^#\n]+?)  # .*?: (\([\d, ]+\))", block, re.MULTILINE)
        names: dict[str, object] = {}
        exec(block, names)
        for code, said in claims:
            assert str(eval(code, names)) == said
