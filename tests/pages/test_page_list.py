"""What follows from the list of pages stands where it belongs: scripts, documentation, the table of families."""

from __future__ import annotations

from bertviz_app.families.objectives import OBJECTIVES
from bertviz_app.workspace.page_list import PAGES
from scripts import pages


def test_nothing_is_left_to_be_written() -> None:
    """Otherwise: python -m scripts.pages"""
    assert [str(path.relative_to(pages.ROOT)) for path in pages.outdated()] == []


def test_each_page_has_a_folder_among_the_chapters_and_no_other_has() -> None:
    folders = {path.name for path in (pages.ROOT / "bertviz_app" / "chapters").iterdir() if (path / "view.py").exists()}
    assert folders == set(PAGES)


def test_what_a_page_needs_is_shown_there() -> None:
    for page in PAGES.values():
        assert {OBJECTIVES[task].page for task in page.needs} <= {page.key}
    assert {task for page in PAGES.values() for task in page.needs} == set(OBJECTIVES)
