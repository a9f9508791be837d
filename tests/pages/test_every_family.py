"""Every page × every family × a sentence alone and a pair: through the real way of loading, on tiny random checkpoints."""

from __future__ import annotations

import json

import pytest
import tiny
from choosing import clicked

from bertviz_app import load
from bertviz_app.analysis.glossary import TERMS
from bertviz_app.workspace.navigation import PAGES
from scripts import families_table

# BertViz leaves the files it reads to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

VIEWS = {
    "tokens": ("tokens_view", ("From text to ids", "Step by step", "Padding and truncation", "Side by side")),
    "forward_pass": ("forward_view", ("Shapes", "Embedding sum", "Last hidden state", "Norms")),
    "models": ("models_view", ("Catalogue", "Parameters", "Families", "Memory")),
    "attention": ("attention_view", ("Explorer", "One head", "BertViz head view", "BertViz model view")),
    "attention_summed_up": ("summed_view", ("Side by side", "One map", "One token", "Agreement")),
    "embeddings": ("embeddings_view", ("Tokens in 2-D", "3-D", "Over the layers", "Several sentences", "Similarity", "Neighbours")),
    "interventions": ("interventions_view", ("Switch off", "Map of heads", "Patching")),
    "tasks": ("task", ("Named entities", "Question answering", "Sentence pairs", "Summary", "Similarity", "Sentiment")),
    "attribution": ("attribution_view", ("One method", "Side by side", "Faithfulness")),
    "logit_lens": ("lens_view", ("Every token", "One token", "Neurons")),
}  # fmt: skip
PAIR = "The cat sat on the mat."


def cases():
    for key in PAGES:
        name, views = VIEWS.get(key, ("", ("",)))
        for view in views:
            for pair in (None, PAIR):
                yield pytest.param(
                    key, {name: view} if name else {}, pair, id=f"{key}-{view or 'page'}-{'pair' if pair else 'single'}"
                )


@pytest.fixture
def open_with(open_page, tiny_families, monkeypatch):
    """Opens a page with a family's checkpoint chosen; no error may be on the screen."""

    def run(family: str, key: str, *, text: str = "I love [MASK] starlings.", pair: str | None = None, state=None):
        folder = tiny_families[family]
        monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
        app = open_page(key, text=text, pair=pair, state={"model": folder.name} | (state or {}))
        assert not app.error, [error.value for error in app.error]
        return app

    return run


def said(app) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


@pytest.mark.parametrize("family", tiny.FAMILIES)
@pytest.mark.parametrize(("key", "state", "pair"), cases())
def test_every_page_opens(open_with, family, key, state, pair):
    app = open_with(family, key, pair=pair, state=state)
    assert key in ("home", "glossary", "models") or "What to notice." in said(app)


def test_the_matrix_in_the_documentation_is_that_of_the_rows():
    assert families_table.PATH.read_text(encoding="utf-8") == families_table.table()


@pytest.mark.parametrize("family", tiny.FAMILIES)
@pytest.mark.parametrize("key", ["fill_in_the_blank", "next_sentence", "replaced_tokens"])
def test_a_page_shows_the_objective_or_says_why_not_and_offers_another(open_with, tiny_families, family, key):
    app = open_with(family, key, pair=PAIR)
    info = load(str(tiny_families[family])).info
    if families_table.cell(key, info.objectives).startswith("offers"):
        assert info.why_not("pair" if key == "next_sentence" else families_table.needs(key)[0]) in said(app)
        assert not app.get("plotly_chart")
    else:
        assert app.get("plotly_chart")


def test_a_replacement_is_typed_and_judged(open_with, tiny_families):
    encoding = load(str(tiny_families["electra-discriminator"])).encode("the man went to the store.")
    state = clicked("replacement", encoding, 2, "cat")
    app = open_with("electra-discriminator", "replaced_tokens", text="the man went to the store.", state=state)
    assert "The replacement “cat” is" in said(app)


@pytest.mark.parametrize("family", tiny.FAMILIES)
@pytest.mark.parametrize("mode", ["Matrix", "Neurons"])
def test_a_head_is_drawn_in_every_way_or_a_sentence_says_why_not(open_with, family, mode):
    app = open_with(family, "attention", state={"explorer_mode": mode})
    assert "What to notice." in said(app)
    assert (mode == "Neurons" and family.startswith("deberta")) == ("this view would show a part of them" in said(app))


def axes(chart):
    """The axes of numbers of a figure, and the bars of its colours. Plotly writes 0.00000006 as 60n and 30000 as 30k unless told otherwise."""
    layout, traces = chart["layout"], chart["data"]
    places = [layout, layout.get("scene", {})]
    found = [axis for place in places for name, axis in place.items() if name[1:5] == "axis"]
    found += [trace.get("colorbar", {}) for trace in traces if trace["type"] == "heatmap" and trace.get("showscale", True)]
    return [axis for axis in found if "ticktext" not in axis and axis.get("showticklabels", True)]


@pytest.mark.parametrize(
    ("key", "state"), [case.values[:2] for case in cases() if case.values[2] and case.values[0] != "glossary"]
)
def test_special_tokens_are_spelled_as_the_model_writes_them(open_with, key, state):
    app = open_with("roberta", key, text="I love the starlings.", pair=PAIR, state=state)
    labels = [box.label for box in (*app.toggle, *app.selectbox, *app.checkbox)]
    labels += [option for box in (*app.selectbox, *app.multiselect, *app.button_group) for option in box.options]
    labels += [box.help or "" for box in (*app.toggle, *app.selectbox, *app.checkbox, *app.slider)]
    charts = [chart.proto.spec for chart in app.get("plotly_chart")]  # titles, axes, legends, hovers
    assert [axis for chart in charts for axis in axes(json.loads(chart)) if axis.get("exponentformat") != "none"] == []
    columns = [str(name) for table in app.dataframe for name in table.value.columns]
    # The glossary's own lines are about BERT's terms, whatever the model.
    shown = [text.value for text in (*app.markdown, *app.caption, *app.error, *app.info, *app.warning)]
    shown = [text for text in shown if text not in {term.meaning for term in TERMS}]
    found = [
        text
        for text in (
            *(text.replace("\\", "") for text in shown),
            *labels,
            *charts,
            *columns,
            *(code.value for code in app.code),
        )
        for name in ("[CLS]", "[SEP]", "[PAD]")
        if name in text
    ]
    assert not found, [text[max(0, text.find("[") - 200) : text.find("[") + 100] for text in found]
