"""The Attention summed up page: four views of the same maps, and a method that a model does not give."""

from __future__ import annotations

import numpy as np
import pytest

from bertviz_app.errors import UnsupportedModel
from bertviz_app.lenses import token_maps as lens
from bertviz_app.lenses.token_maps_words import METHODS, NORMS
from bertviz_app.models import turnstile
from bertviz_app.workspace import token_maps as workspace

VIEWS = ("Side by side", "One map", "One token", "Agreement")


def said(app) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("pair", [None, "It was late."])
def test_every_view_has_its_picture_sentence_and_table(open_page, view, pair):
    app = open_page("attention_summed_up", pair=pair, state={"summed_view": view})
    assert len(app.get("plotly_chart")) == (3 if view == "Side by side" else 1)
    assert "What to notice." in said(app) and len(app.dataframe) == 1
    assert any("Download" in button.label for button in app.get("download_button"))


def test_it_makes_no_pass_of_its_own_and_computes_once(open_page):
    open_page("attention_summed_up", text="It is computed once.")
    before = turnstile().passed
    for view in VIEWS:
        open_page("attention_summed_up", text="It is computed once.", state={"summed_view": view})
    assert turnstile().passed == before


def test_the_table_holds_the_numbers(open_page, forward):
    table = open_page("attention_summed_up", text="I love AI!").dataframe[0].value
    mean = lens.mean_weights(forward.attentions).mean(axis=0)
    np.testing.assert_allclose(table["drawn on, the mean"], mean, atol=1e-4)


def test_norms_are_shown_layer_by_layer(open_page):
    state = {"summed_view": "One map", "summed_method": NORMS.name, "summed_layer": "3"}
    app = open_page("attention_summed_up", text="I love AI!", state=state)
    assert "In layer 3, the share of “[CLS]” and “[SEP]” is" in said(app)
    app.select_slider(key="summed_layer").set_value("mean of all").run()
    assert not app.exception and "By norms, tokens draw on themselves" in said(app)


def test_a_token_is_followed(open_page, model):
    key = model.encode("I love AI!").key
    state = {"summed_view": "One token", "_summed_token": (key, 2)}
    assert "“love” draws most on" in said(open_page("attention_summed_up", text="I love AI!", state=state))
    blank = open_page("attention_summed_up", text="I [MASK] AI!", state=state)  # another text: its blank
    assert "“[MASK]” draws most on" in said(blank)


@pytest.mark.parametrize("view", VIEWS)
def test_a_method_that_a_model_does_not_give_is_said_and_the_others_are_shown(open_page, monkeypatch, view):
    def refuse(*_):
        raise UnsupportedModel("This layer has a part that it does not know.")

    monkeypatch.setattr(workspace, "_norm_map", refuse)
    app = open_page("attention_summed_up", text=f"Refused for {view}.", state={"summed_view": view})
    assert not app.error and f"{NORMS.name} is missing. This layer has a part that it does not know." in said(app)
    assert len(app.get("plotly_chart")) == (len(METHODS) - 1 if view == "Side by side" else 1)
    assert "What to notice." in said(app)


@pytest.mark.parametrize("text", ["a", "😀 😀", "[SEP] [CLS] ok", "[MASK] " * 50, "<script></script> $x$", "word " * 3_000])
@pytest.mark.parametrize("view", VIEWS)
def test_any_text(open_page, text, view):
    app = open_page("attention_summed_up", text=text, state={"summed_view": view})
    assert not app.error and "What to notice." in said(app)
