"""Write what follows from the list of pages: python -m scripts.pages. A test holds that nothing is left to be written.

A new page is a folder in `bertviz_app/chapters` and a row of `PAGES`; its script in `pages/`, its place in the documentation and its column of what it
shows for which family are made of the two.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from bertviz_app.workspace.page_list import PAGES, PageEntry
from scripts import comparing_table, families_table

ROOT = Path(__file__).parents[1]
NAV = re.compile(r"(  - Chapters:\n)(?:      - chapters/\w+\.md\n)+")
SCRIPT = '''"""{title}: {line}"""

from bertviz_app.chapters.{key}.view import show
from bertviz_app.workspace.opening import open_page

with open_page("{key}") as page:
    show(page)
'''


def script(page: PageEntry) -> str:
    """What Streamlit runs for a page."""
    line = page.line[0].lower() + page.line[1:]
    return SCRIPT.format(key=page.key, title=page.title, line=line)


def documentation(page: PageEntry) -> str:
    """The page of the documentation about a chapter that has none yet: what its folder says of itself."""
    return f"# {page.title}\n\n{inspect.getdoc(import_module(f'bertviz_app.chapters.{page.key}'))}\n"


def written() -> Mapping[Path, str]:
    """Each file that follows from the list, and what must stand in it."""
    files = {ROOT / page.file: script(page) for page in PAGES.values() if page.key != "home"}
    listed = "".join(f"      - chapters/{key}.md\n" for key in PAGES)
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    files[ROOT / "mkdocs.yml"] = NAV.sub(lambda found: found[1] + listed, nav)
    files |= {families_table.PATH: families_table.table(), comparing_table.PATH: comparing_table.table()}
    for page in PAGES.values():
        about = ROOT / "docs" / "chapters" / f"{page.key}.md"
        if not about.exists():
            files[about] = documentation(page)
    return files


def outdated() -> dict[Path, str]:
    """Those of them that are not as they must be."""
    return {path: text for path, text in written().items() if not path.exists() or path.read_text(encoding="utf-8") != text}


if __name__ == "__main__":
    for path, text in outdated().items():
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
