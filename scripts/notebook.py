"""Run the notebook of the documentation and write what its cells give into it: docs/notebook.ipynb.

python -m scripts.notebook

Cells run in this process, one after the other, as in Jupyter: what the last line of a cell is, is its output. Figures are drawn where the notebook is opened, and not kept.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "docs" / "notebook.ipynb"


def sources(notebook: dict[str, Any]) -> list[str]:
    """The Python of each code cell."""
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def outputs(codes: list[str]) -> list[list[dict[str, Any]]]:
    """What each cell gives, as a notebook keeps it: the last line as text and, where it can be one, as a table."""
    names: dict[str, Any] = {"__name__": "__main__"}
    return [_kept(_run(code, names), number) for number, code in enumerate(codes, start=1)]


def _run(code: str, names: dict[str, Any]) -> object:
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "a cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "a cell", "eval"), names) if isinstance(last, ast.Expr) else None


def _kept(value: Any, number: int) -> list[dict[str, Any]]:
    if value is None or hasattr(value, "to_plotly_json"):
        return []
    data = {"text/plain": repr(value).splitlines(keepends=True)}
    if hasattr(value, "_repr_html_"):
        data["text/html"] = value._repr_html_().splitlines(keepends=True)
    return [{"output_type": "execute_result", "execution_count": number, "data": data, "metadata": {}}]


def main() -> None:
    notebook = json.loads(FILE.read_text(encoding="utf-8"))
    given = iter(enumerate(outputs(sources(notebook)), start=1))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"], cell["outputs"] = next(given)
    FILE.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
