"""The sentences that stand on the pages themselves, for three inputs. The whole matrix of inputs and families: python -m scripts.sentence_matrix."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from laws import broken_laws
from streamlit.testing.v1 import AppTest

from bertviz_app.workspace.page_list import PAGES

INPUTS = (("the the the", None), ("The man went to the store.", "He bought a gallon of milk."), ("[MASK]", None))
NOTICE = "**What to notice.** "


def notices(app: AppTest) -> list[str]:
    """What to notice, as people read it: Markdown's escapes taken away."""
    return [
        re.sub(r"\\(.)", r"\1", element.value.removeprefix(NOTICE))
        for element in app.markdown
        if element.value.startswith(NOTICE)
    ]


@pytest.mark.parametrize(("text", "pair"), INPUTS, ids=["repeated", "pair", "blank"])
@pytest.mark.parametrize("page", PAGES)
def test_what_is_to_be_noticed_keeps_the_laws(open_page: Callable[..., AppTest], page: Any, text: Any, pair: Any) -> None:
    for sentence in notices(open_page(page, text=text, pair=pair)):
        assert not broken_laws(sentence), sentence
