"""The documentation has a page for every chapter, and what stands around the code says what is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import bertviz_app
from bertviz_app.workspace.page_list import PAGES
from scripts.docstrings import as_markdown

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_every_chapter_has_its_page_in_the_order_of_the_sidebar() -> None:
    (chapters,) = (entry["Chapters"] for entry in read("mkdocs.yml")["nav"] if "Chapters" in entry)
    assert chapters == [f"chapters/{key}.md" for key in PAGES]
    assert {path.name for path in (DOCS / "chapters").iterdir()} == {f"{key}.md" for key in PAGES}


@pytest.mark.parametrize("key", PAGES)
def test_a_chapter_says_what_it_shows_its_formula_and_source_and_its_limits(key: Any) -> None:
    text = (DOCS / "chapters" / f"{key}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {PAGES[key].title}\n")
    expected = ["What it shows", "Formula and source", "Limits"] if key != "glossary" else ["What it shows", "Limits"]
    assert re.findall("^## (.*)$", text, re.MULTILINE) == expected
    assert all(len(part.strip()) > 60 for part in re.split("^## .*$", text, flags=re.MULTILINE)[1:])


def test_every_page_of_the_documentation_can_be_come_to() -> None:
    def files(entry: Any) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        return [file for part in (entry.values() if isinstance(entry, dict) else entry) for file in files(part)]

    assert set(files(read("mkdocs.yml")["nav"])) == {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}


def test_the_reference_has_every_public_name() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in (DOCS / "api").glob("*.md"))
    assert all(f"::: bertviz_app.{name}\n" in text for name in bertviz_app.__all__ if name != "__version__")


@pytest.mark.parametrize(
    ("docstring", "markdown"),
    [
        ("One line.", "One line."),
        ("Sums.\n\n>>> 1 + 1\n2", "Sums.\n\n```pycon\n>>> 1 + 1\n2\n```"),
        ("Fields.\n\n    a      the first\n    bcd    the second", "Fields.\n\n    a      the first\n    bcd    the second"),
        ("Fields.\n\na      the first\nbcd    the second\n\nMore.", "Fields.\n\n```text\na      the first\nbcd    the second\n```\n\nMore."),
    ],
)  # fmt: skip
def test_columns_and_examples_stay_as_they_are(docstring: Any, markdown: Any) -> None:
    assert as_markdown(docstring) == markdown


def test_the_hosted_checks_are_those_of_every_machine() -> None:
    jobs = read(".github/workflows/check.yml")["jobs"]
    assert any(step.get("run") == ".ci/run" for step in jobs["check"]["steps"])
    entries = [hook["entry"].split()[0] for hook in read(".pre-commit-config.yaml")["repos"][0]["hooks"]]
    assert set(entries) == {"ruff", "mypy"}


@pytest.mark.parametrize("form", ["problem", "idea"])
def test_an_issue_form_asks_for_something(form: Any) -> None:
    fields = read(f".github/ISSUE_TEMPLATE/{form}.yml")["body"]
    assert len({field["id"] for field in fields}) == len(fields) > 2
    assert any(field.get("validations", {}).get("required") for field in fields)


def test_the_film_is_small() -> None:
    assert 50_000 < (DOCS / "film.webp").stat().st_size < 1_500_000
