from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamlit.testing.v1 import AppTest

from bertviz_app.workspace import address
from bertviz_app.workspace.scene import Scene

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

ROOT = Path(__file__).parents[3]
WIDGETS = r"\.(selectbox|segmented_control|pills|multiselect|toggle|checkbox|slider|select_slider)\("
# The model stands in the sidebar of all pages; what is said of a checkpoint is about that; the words that are followed can be typed; a margin is
# a broken number; how a file is read is about that very file.
OTHERS = {"choices.py", "navigation.py", "about.py", "view_files.py", "view_layers.py", "view_answers.py"}


def script() -> None:
    import streamlit as st

    from bertviz_app.workspace import choices, session
    from bertviz_app.workspace.scene import Choice

    session.choose_now()
    offered = session.now().texts.get("offered", "Ann,Bob").split(",")
    names = {
        "view": choices.view(Choice.TOKENS_VIEW, ("Ids", "Pieces")),
        "method": choices.one_of(
            Choice.HEAD_MEASURE,
            "Method",
            ("Mean", "Flow", "On [CLS]"),
            spelled=lambda text: text.replace("[CLS]", session.now().texts.get("cls", "[CLS]")),
        ),
        "name": offered.index(choices.one_of_these(Choice.FOLLOWED_NAME, "Name", offered)),
        "off": choices.some_of(Choice.LAYERS_OFF, "Off", ["1", "2", "3"]),
        "words": choices.switch(Choice.WHOLE_WORDS, "Words"),
        "layer": choices.number(Choice.LAYER, "Layer", 1, int(session.now().texts.get("layers", "6"))),
        "state": choices.one_on_scale(Choice.STATE, "State", ["embeddings", "1", "2"], value="2"),
    }
    st.json(names)
    for sentence in choices.corrections():
        st.warning(sentence)


def read(app: AppTest, texts: dict[str, str]) -> None:
    """Other texts in the same session."""
    before = app.session_state["scene"] if "scene" in app.session_state else Scene()
    app.session_state["scene"] = replace(before, texts=texts)


def in_address(app: AppTest) -> dict[str, list[str]]:
    """What the browser is told to put into the address."""
    said = address.written(app.session_state["scene"])
    return {choice.value: said[choice] for choice in app.session_state["_address"]}


def opened(**parameters: Any) -> AppTest:
    app = AppTest.from_function(script)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def seen(app: AppTest) -> dict[str, Any]:
    import json

    assert not app.exception
    return json.loads(app.json[0].value)


def test_everything_that_can_be_chosen_on_a_page_is_drawn_here() -> None:
    sources = [*(ROOT / "bertviz_app").rglob("*.py"), *(ROOT / "pages").glob("*.py"), *ROOT.glob("*.py")]
    sources = [path for path in sources if "components" not in path.parts]  # there it is JavaScript
    assert {path.name for path in sources if re.search(WIDGETS, path.read_text(encoding="utf-8"))} == OTHERS


def test_defaults_and_a_link() -> None:
    assert seen(opened()) == {
        "view": "Ids", "method": "Mean", "name": 0, "off": [], "words": False, "layer": 1, "state": "2",
    }  # fmt: skip
    app = opened(tokens_view="Pieces", head_measure="Flow", layers_off=["1", "3"], whole_words="true", layer="4", state="1")
    assert seen(app) == {
        "view": "Pieces", "method": "Flow", "name": 0, "off": ["1", "3"], "words": True, "layer": 4, "state": "1",
    }  # fmt: skip
    assert not app.warning


def test_what_is_chosen_stands_in_the_address() -> None:
    app = opened()
    app.multiselect(key="layers_off").set_value(["2"]).run()
    app.toggle(key="whole_words").set_value(True).run()
    app.slider(key="layer").set_value(3).run()
    assert seen(app)["off"] == ["2"] and seen(app)["words"] and seen(app)["layer"] == 3
    assert (
        app.session_state["scene"].choices | {"layers_off": ["2"], "whole_words": True, "layer": 3}
        == app.session_state["scene"].choices
    )


def test_what_a_link_asks_for_and_does_not_exist_is_said_until_something_else_is_chosen() -> None:
    app = opened(tokens_view="Smoke", layers_off=["2", "9"], layer="99", state="7")
    assert seen(app)["view"] == "Ids" and seen(app)["off"] == ["2"] and seen(app)["layer"] == 6 and seen(app)["state"] == "2"
    said = [warning.value for warning in app.warning]
    assert len(said) == 4 and "“Smoke”" in said[0] and "“9”" in said[1] and "“Layer 99”" in said[2] and "“7”" in said[3]
    app.run()
    assert [warning.value for warning in app.warning] == said
    app.slider(key="layer").set_value(2).run()
    assert [warning.value for warning in app.warning] == [said[0], said[1], said[3]]


def test_the_address_says_what_is_shown() -> None:
    """Numbers always: what is left out would be the default of whoever opens the link, with another model and another text."""
    app = opened()
    assert in_address(app) == {"layer": ["1"], "state": ["2"]}
    app = opened(layer="99", state="1")
    assert in_address(app) == {"layer": ["6"], "state": ["1"]}
    app.slider(key="layer").set_value(1).run()
    assert in_address(app) == {"layer": ["1"], "state": ["1"]}


def test_an_option_is_called_as_the_model_writes_it_and_its_link_means_the_same_on_another() -> None:
    app = opened(head_measure="On [CLS]")
    assert seen(app)["method"] == "On [CLS]" and "head_measure" not in in_address(app)
    read(app, {"cls": "<s>"})
    app.run()
    method = next(one for one in app.selectbox if one.label == "Method")
    assert seen(app)["method"] == "On [CLS]" and method.options == ["Mean", "Flow", "On <s>"] and method.value == "On <s>"
    assert app.session_state["scene"].choices["head_measure"] == "On [CLS]" and not app.warning
    read(app, {})
    app.run()
    assert seen(app)["method"] == "On [CLS]" and not app.warning
    app = AppTest.from_function(script)
    app.query_params["head_measure"] = "On [CLS]"
    read(app, {"cls": "<s>"})
    app.run()
    assert seen(app)["method"] == "On [CLS]" and not app.warning
    app.run()
    assert seen(app)["method"] == "On [CLS]" and not app.warning


def test_a_link_with_nonsense_is_no_error() -> None:
    app = opened(layer="one", whole_words="perhaps", tokens_view="x" * 1000)
    assert seen(app)["layer"] == 1 and seen(app)["words"] is False
    assert all(len(warning.value) < 150 for warning in app.warning)


def test_a_number_that_another_model_does_not_have_is_said_and_the_nearest_taken() -> None:
    app = opened(layer="5")
    read(app, {"layers": "2"})
    app.run()
    assert seen(app)["layer"] == 2 and "“Layer 5” does not exist here, only 1 to 2." in app.warning[0].value


def box(app: AppTest) -> Any:
    return next(one for one in app.selectbox if one.label == "Name")


def test_a_choice_of_the_input_holds_by_its_name_and_not_by_its_number() -> None:
    app = opened()
    box(app).set_value("Bob").run()
    assert seen(app)["name"] == 1
    for offered, expected in (("Cid,Dan", 0), ("Bob,Cid", 0), ("Eve,Fay,Gus", 0), ("Ann,Bob", 0)):
        read(app, {"offered": offered})
        app.run()
        assert seen(app)["name"] == expected and box(app).options == offered.split(",")


def test_the_same_choice_in_a_longer_text_is_kept() -> None:
    app = opened()
    box(app).set_value("Bob").run()
    read(app, {"offered": "Zoe,Ann,Bob"})
    app.run()
    assert seen(app)["name"] == 2


def test_two_of_the_same_name_can_be_told_apart() -> None:
    app = opened()
    read(app, {"offered": "Ann,Bob,Ann"})
    app.run()
    assert box(app).options == ["Ann", "Bob", "Ann (2)"]


def test_a_browser_remembers_choices_and_no_other_name_of_the_session() -> None:
    def recalled() -> None:
        import json

        import streamlit as st

        from bertviz_app.workspace import browser_memory, choices, memory, session
        from bertviz_app.workspace.scene import Choice

        session.choose_now()
        if not session.RESTORED.value():
            kept = json.dumps({"layer": 3, "texts": "stolen", "_restored": False, "tokens_view": 7})
            memory._believe(browser_memory.answer(json.dumps({"question": "q", "texts": "", "choices": kept}), "q"))
        st.text(choices.number(Choice.LAYER, "Layer", 1, 6))
        st.text(choices.view(Choice.TOKENS_VIEW, ("Ids", "Pieces")))
        st.text(session.now().texts)

    app = AppTest.from_function(recalled).run()
    assert not app.exception and [text.value for text in app.text] == ["3", "Ids", "{}"]


def test_a_clicked_token_belongs_to_its_text_and_is_given_to_the_browser(model: Model) -> None:
    def clicking() -> None:
        import streamlit as st

        from bertviz_app import load
        from bertviz_app.workspace import choices, session
        from bertviz_app.workspace.scene import Choice

        one, other = (load("embedded").encode(text) for text in ("I love AI!", "I love you!"))
        kept = session.now().texts.get("kept")
        if kept is None:
            choices.click_token(Choice.REPLACEMENT, one, 2, "hate")
        else:
            session.see(choices={"replacement": [session.now().choices["replacement"][0], *kept.split(",")]})
        st.json(
            [
                [choices.clicked_token(Choice.REPLACEMENT, it), choices.said_of_token(Choice.REPLACEMENT, it)]
                for it in (one, other)
            ]
        )
        st.json(session.now().choices)

    import json

    app = AppTest.from_function(clicking, default_timeout=60).run()
    assert not app.exception and json.loads(app.json[0].value) == [[2, "hate"], [None, ""]]
    assert json.loads(app.json[1].value)["replacement"][1:] == ["2", "hate"]  # what the browser keeps for a reload
    for odd in ("99,hate", "-1,hate", "x,hate", "²,hate", ","):  # a browser may send anything
        read(app, {"kept": odd})
        app.run()
        assert not app.exception and json.loads(app.json[0].value) == [[None, ""], [None, ""]]
