"""Nothing that stands on a page changes unless it is meant to: each page and view, held against what was kept of it.

Three families, a sentence alone and a pair, both themes, on small random checkpoints, which do not change with the weights of the app.
What was meant to change is kept anew by `python -m scripts.goldens`, and the difference read like any other.
"""

from __future__ import annotations

from typing import Any

import golden
import pytest
import visiting

from bertviz_app.workspace.page_list import PAGES

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # BertViz leaves its scripts open


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_what_it_was(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, found = golden.kept(page), visiting.all_of_a_page(page, monkeypatch)
    assert list(found) == list(kept)
    changed = [line for case in kept for line in golden.differences(kept[case], found[case], case)]
    assert not changed, "\n".join(changed[:20])
