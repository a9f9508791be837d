"""Keep what stands on the pages now, for tests/pages/test_goldens.py: python -m scripts.goldens [PAGE ...]"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bertviz_app.workspace.page_list import PAGES

ROOT = Path(__file__).parents[1]


def main(pages: list[str]) -> None:
    """Write one file a page."""
    sys.path.insert(0, str(ROOT / "tests"))
    import golden
    import visiting

    for page in pages or PAGES:
        with pytest.MonkeyPatch.context() as monkeypatch:
            golden.keep(page, visiting.all_of_a_page(page, monkeypatch))
        sys.stdout.write(f"{page}: {(golden.FOLDER / f'{page}.json').stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
