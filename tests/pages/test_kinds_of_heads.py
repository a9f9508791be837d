"""The Kinds of heads page: the map, the sample read on request and once, and the way to a head."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.chapters.kinds_of_heads import measures as lens
from bertviz_app.chapters.kinds_of_heads import view_maps as workspace
from bertviz_app.chapters.kinds_of_heads.kinds import KINDS
from bertviz_app.serving.pass_queue import pass_queue

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from bertviz_app.records.forward import ForwardPass

NAMES = [workspace.KIND, *(measure.name for measure in lens.MEASURES)]


def said(app: Any) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


def test_it_costs_no_pass_of_its_own(open_page: Callable[..., AppTest]) -> None:
    open_page("home")
    before = pass_queue().passed
    app = open_page("kinds_of_heads")
    assert pass_queue().passed == before and "What to notice." in said(app)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pair", [None, "It was late."])
def test_every_measure_is_shown(open_page: Callable[..., AppTest], name: Any, pair: Any) -> None:
    app = open_page("kinds_of_heads", pair=pair, state={"head_measure": name})
    assert not app.error and (name if name != workspace.KIND else "heterogeneous") in said(app)


def test_the_sample_is_read_on_a_click_and_once(open_page: Callable[..., AppTest]) -> None:
    app = open_page("kinds_of_heads", state={"head_measure": "Entropy"})
    before = pass_queue().passed
    assert len(app.get("plotly_chart")) == 1 and app.button(key="read_sample").label.startswith(
        "Compare with 40 other sentences ("
    )
    app.button(key="read_sample").click().run()
    assert not app.exception and pass_queue().passed == before + 40
    assert len(app.get("plotly_chart")) == 3 and "Furthest from the sample" in said(app)
    assert len(open_page("kinds_of_heads").get("plotly_chart")) == 3 and pass_queue().passed == before + 40
    assert (
        "20 other passages of two sentences ("
        in open_page("kinds_of_heads", pair="It was late.").button(key="read_sample").label
    )


def test_the_table_holds_the_numbers(open_page: Callable[..., AppTest], forward: ForwardPass) -> None:
    table = open_page("kinds_of_heads", text="I love AI!").dataframe[0].value
    measures = lens.measured(forward)
    assert np.allclose(table["entropy (bits)"], measures.values[0].ravel(), atol=1e-4)
    assert table["kind"].tolist() == [KINDS[kind] for kind in measures.kinds.ravel()]


@pytest.mark.parametrize("text", ["a", "😀 😀", "[SEP] [CLS] ok", "[MASK] " * 50, "<script></script> $x$", "word " * 3_000])
def test_any_text(open_page: Callable[..., AppTest], text: Any) -> None:
    app = open_page("kinds_of_heads", text=text)
    assert not app.error and "What to notice." in said(app)
