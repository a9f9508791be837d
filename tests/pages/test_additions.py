"""A new measure of heads is one entry, a new page a folder and a line, a new task a row: all else follows, and the tests stay green.

In a copy of the repository, with a Python of its own, so that nothing of what is running here is seen.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import additions
import pytest

ROOT = Path(__file__).parents[2]
COPIED = (
    "bertviz_app",
    "pages",
    "scripts",
    "tests",
    "docs",
    "app.py",
    "home.py",
    "pyproject.toml",
    "mkdocs.yml",
    "requirements.txt",
)
# What is run of the tests: those of the plan and of the lists, and of the others what is about one of the additions.
FILES = (
    "tests/quick/test_architecture.py",
    "tests/quick/families/test_label_sets.py",
    "tests/engine/chapters/kinds_of_heads",
    "tests/engine/analysis/test_script.py",
    "tests/engine/test_task_heads.py",
    "tests/pages/test_page_list.py",
    "tests/pages/test_documentation.py",
    "tests/pages/test_kinds_of_heads.py",
    "tests/pages/test_tables.py",
    "tests/pages/test_tasks.py",
)
NAMES = (
    "test_architecture or test_label_sets or test_page_list or laws or code_gives or one_module_writes or (tables and kinds_of_heads) or "
    "Largest or token_lengths or Topics or speech or claims or Claims"
)
ABOUT = {
    "the measure": "Largest weight",
    "its table and its Python": "test_tables_count_from_1_and_their_python_gives_all_of_them[kinds_of_heads",
    "the page": "token_lengths",
    "heads over the whole input": "Topics",
    "heads over words": "Parts of speech",
    "heads over the ends of a stretch": "Claims",
    "heads as transformers computes them": "test_equal_to_plain_transformers[speech]",
}
PYTEST = ("-m", "pytest", "-vv", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", NAMES)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy") / "repository"
    folder.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, folder / name)
    additions.add(folder)
    return folder


def python(copy: Path, *arguments: str) -> str:
    """What a Python of its own says in the copy; it must end well."""
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *arguments], cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    return done.stdout


def test_rows_are_all_that_is_added(copy: Any) -> None:
    wrote = python(copy, "-m", "scripts.pages").split()
    assert wrote == [
        "pages/token_lengths.py",
        "mkdocs.yml",
        "docs/families.md",
        "docs/comparing.md",
        "docs/chapters/token_lengths.md",
    ]
    assert python(copy, "-m", "scripts.pages") == ""
    said = python(copy, *PYTEST, *FILES)
    passed = [line for line in said.splitlines() if "PASSED" in line]
    for what, name in ABOUT.items():
        assert any(name in line for line in passed), what
