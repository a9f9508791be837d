from __future__ import annotations

from bertviz_app.models import turnstile


def said(app):
    return " ".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


def test_nothing_is_switched_off_at_first_and_costs_nothing_more(open_page):
    open_page("fill_in_the_blank", text="The cat sat on the [MASK] again.")
    before = turnstile().passed
    app = open_page("interventions", text="The cat sat on the [MASK] again.")
    assert turnstile().passed == before and "Nothing is switched off" in said(app)
    assert len(app.get("plotly_chart")) == 1


def test_a_head_and_a_layer_are_switched_off_and_on_again(open_page, model):
    app = open_page("interventions", text="The cat sat on the [MASK].")
    before = turnstile().passed
    app.multiselect(key=f"heads_off_{model.key}").set_value(["2.1", "4, all"]).run()
    app.multiselect(key=f"layers_off_{model.key}").set_value([6]).run()
    assert not app.exception and "head 1 of layer 2, all heads of layer 4 and the whole of layer 6" in said(app)
    assert turnstile().passed == before + 2  # one for each choice
    app.multiselect(key=f"heads_off_{model.key}").set_value([]).run()
    app.multiselect(key=f"layers_off_{model.key}").set_value([]).run()
    assert "Nothing is switched off" in said(app)


def test_a_pair_brings_its_predictions(open_page):
    app = open_page("interventions", text="The man went to the store.", pair="He bought milk.")
    assert not app.exception and {"next sentence", "sentiment"} <= set(app.dataframe[0].value["prediction"])


def test_the_map_is_made_on_request_once_and_a_click_switches_the_head_off(open_page, model):
    state = {"interventions_view": "Map of heads"}
    app = open_page("interventions", text="The bird sat on the [MASK].", state=state)
    assert not app.get("plotly_chart") and "Which heads does that hang on" in said(app)
    button = app.button(key="head_map")
    assert button.label.startswith("Make 72 passes, ")
    button.click().run()
    assert not app.exception and len(app.get("plotly_chart")) == 1 and "of 72 heads" in said(app)
    assert app.dataframe[0].value.shape == (72, 3)
    before = turnstile().passed
    app.run()
    again = open_page("interventions", text="The bird sat on the [MASK].", state=state)  # another visitor
    again.button(key="head_map").click().run()
    assert turnstile().passed == before and len(again.get("plotly_chart")) == 1


def test_a_clicked_head_is_switched_off(open_page, model):
    state = {"_switch_off": {f"heads_off_{model.key}": ["3.5"], "interventions_view": "Switch off"}}
    app = open_page("interventions", text="The cat sat on the [MASK].", state=state)
    assert "Without head 5 of layer 3" in said(app)
