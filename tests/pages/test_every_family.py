"""Every page × every family × a sentence alone and a pair: through the real way of loading, on tiny random checkpoints."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tiny
from choosing import clicked
from visiting import stay, views

from bertviz_app import load
from bertviz_app.analysis.glossary import TERMS
from bertviz_app.workspace.page_list import PAGES
from scripts import families_table

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

# BertViz leaves the files it reads to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

TEXT, PAIR = "I love [MASK] starlings.", "The cat sat on the mat."
PLAIN = "I love the starlings."
SHOWN = (
    "plotly_chart",
    "dataframe",
    "bidi_component",
    "iframe",
)  # pictures, tables, tokens: where there is one, a sentence says what to notice
OBJECTIVES = [key for key, page in PAGES.items() if page.needs]
WITHOUT_POOLER = "This checkpoint has no trained pooler"
OTHER_NAMES = "roberta"  # its special tokens are not written as those of BERT


@pytest.fixture
def open_with(open_page: Callable[..., AppTest], tiny_families: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Opens a page with a family's checkpoint chosen; no error may be on the screen."""

    def run(family: str, key: str, *, text: str = TEXT, pair: str | None = None, state: Any = None) -> Any:
        folder = tiny_families[family]
        monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
        app = open_page(key, text=text, pair=pair, state={"model": folder.name} | (state or {}))
        assert not app.error, [error.value for error in app.error]
        return app

    return run


def said(app: Any) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


@pytest.mark.parametrize("family", tiny.FAMILIES)
@pytest.mark.parametrize("key", PAGES)
def test_every_view_of_every_page_opens(open_with: Any, tiny_families: dict[str, Path], family: Any, key: Any) -> None:
    """With a sentence alone and a pair; what is wrong with any view is said of all."""
    info, wrong = load(str(tiny_families[family])).info, {}
    app = open_with(family, key)
    for (text, pair), choice in itertools.product(
        ((TEXT, ""), (TEXT, PAIR), *([(PLAIN, PAIR)] if family == OTHER_NAMES else [])), views(app)
    ):
        stay(app, text=text, pair=pair, state=choice)
        faults = [
            error.value for error in app.error if not ("Pooled vector" in choice.values() and WITHOUT_POOLER in error.value)
        ]
        if any(map(app.get, SHOWN)) and not app.error and "What to notice." not in said(app):
            faults.append("nothing is to be noticed")
        if key in OBJECTIVES and pair and "Ordering game" not in choice.values():
            faults += not_the_objective(app, key, info)
        if family == OTHER_NAMES and pair and key != "glossary":  # whose lines are about BERT's terms, whatever the model
            faults += spelled_as_for_bert(app)
        if faults:
            wrong[text, pair, *choice.values()] = faults
    assert not wrong


def not_the_objective(app: Any, key: Any, info: Any) -> list[str]:
    """A page shows its objective, or says why not and offers another."""
    if not families_table.cell(key, info.objectives).startswith("offers"):
        return [] if app.get("plotly_chart") else ["the objective is not drawn"]
    why = info.why_not("pair" if key == "next_sentence" else PAGES[key].needs[0])
    return [*(["drawn all the same"] if app.get("plotly_chart") else []), *([] if why in said(app) else [f"not said: {why}"])]


def test_the_matrix_in_the_documentation_is_that_of_the_rows() -> None:
    assert families_table.PATH.read_text(encoding="utf-8") == families_table.table()


def test_a_replacement_is_typed_and_judged(open_with: Any, tiny_families: dict[str, Path]) -> None:
    encoding = load(str(tiny_families["electra-discriminator"])).encode("the man went to the store.")
    state = clicked("replacement", encoding, 2, "cat")
    app = open_with("electra-discriminator", "replaced_tokens", text="the man went to the store.", state=state)
    assert "The replacement “cat” is" in said(app)


@pytest.mark.parametrize("family", tiny.FAMILIES)
@pytest.mark.parametrize("mode", ["Matrix", "Neurons"])
def test_a_head_is_drawn_in_every_way_or_a_sentence_says_why_not(open_with: Any, family: Any, mode: Any) -> None:
    app = open_with(family, "attention", state={"explorer_mode": mode})
    assert "What to notice." in said(app)
    assert (mode == "Neurons" and family.startswith("deberta")) == ("this view would show a part of them" in said(app))


def axes(chart: Any) -> Any:
    """The axes of numbers of a figure, and the bars of its colours. Plotly writes 0.00000006 as 60n and 30000 as 30k unless told otherwise."""
    layout, traces = chart["layout"], chart["data"]
    places = [layout, layout.get("scene", {})]
    found = [axis for place in places for name, axis in place.items() if name[1:5] == "axis"]
    found += [trace.get("colorbar", {}) for trace in traces if trace["type"] == "heatmap" and trace.get("showscale", True)]
    return [axis for axis in found if "ticktext" not in axis and axis.get("showticklabels", True)]


def spelled_as_for_bert(app: Any) -> list[str]:
    """Special tokens are spelled as the model writes them, and numbers as numbers."""
    labels = [box.label for box in (*app.toggle, *app.selectbox, *app.checkbox)]
    labels += [option for box in (*app.selectbox, *app.multiselect, *app.button_group) for option in box.options]
    labels += [box.help or "" for box in (*app.toggle, *app.selectbox, *app.checkbox, *app.slider)]
    charts = [chart.proto.spec for chart in app.get("plotly_chart")]  # titles, axes, legends, hovers
    columns = [str(name) for table in app.dataframe for name in table.value.columns]
    # The glossary's own lines are about BERT's terms, whatever the model.
    shown = [text.value for text in (*app.markdown, *app.caption, *app.error, *app.info, *app.warning)]
    shown = [text.replace("\\", "") for text in shown if text not in {term.meaning for term in TERMS}]
    texts = (*shown, *labels, *charts, *columns, *(code.value for code in app.code))
    found = [text for text in texts for name in ("[CLS]", "[SEP]", "[PAD]") if name in text]
    return [text[max(0, text.find("[") - 200) : text.find("[") + 100] for text in found] + [
        f"an axis in powers: {axis}"
        for chart in charts
        for axis in axes(json.loads(chart))
        if axis.get("exponentformat") != "none"
    ]
