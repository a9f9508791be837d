from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from streamlit.testing.v1 import AppTest

from bertviz_app.workspace import address
from bertviz_app.workspace.scene import Choice, HiddenWords, Scene

ROOT = Path(__file__).parents[3]


def test_no_other_module_touches_the_session() -> None:
    """Every name that a session remembers stands in one file."""
    sources = [*ROOT.glob("*.py"), *(ROOT / "pages").glob("*.py"), *(ROOT / "bertviz_app").rglob("*.py")]
    touching = {path.name for path in sources if "session_state" in path.read_text(encoding="utf-8")}
    assert touching == {"session.py"}


def test_a_value_about_one_text_is_none_about_another() -> None:
    def script() -> None:
        import streamlit as st

        from bertviz_app.workspace import session

        token = session.KeptOf("token", 7)
        token.put(("a text", 1), 3)
        st.text([token.of(("a text", 1)), token.of(("another text", 1)), session.KeptOf("other", None).of("a text")])

    app = AppTest.from_function(script).run()
    assert app.text[0].value == "[3, 7, None]"


def test_a_choice_for_the_next_run_is_made_once_and_before_its_widget() -> None:
    def script() -> None:
        import streamlit as st

        from bertviz_app.workspace import session

        session.choose_now()
        number = st.slider("Number", 1, 9, key="number")
        if st.button("Later"):
            session.choose_later({"number": 5})
            session.choose_later({"other": 1})
        st.text(number)

    app = AppTest.from_function(script).run()
    app.button[0].click().run()
    assert app.text[0].value == "1"
    app.run()
    assert app.text[0].value == "5" and app.session_state["other"] == 1
    app.slider[0].set_value(2).run()
    assert app.text[0].value == "2"


def test_a_page_can_be_opened_on_any_scene(open_page: Callable[..., AppTest]) -> None:
    """All of it: page, model, texts, hidden words, choices; what it leaves open is as the page has it by itself."""
    before = {"layer": 5, "head": 2, "attention_view": "One head", "attention_hide": True}
    app = open_page("attention", text="I love AI!", state=before)
    scene = Scene(
        "attention", "embedded", {"text": "the cat sat."}, HiddenWords(("the cat sat.", None), ((0, 4, 7),)),
        choices={Choice.LAYER: 2, Choice.ATTENTION_VIEW: "One head"},
    )  # fmt: skip
    app.session_state["scene"] = replace(scene, page="attention")
    app.query_params.clear()
    app.query_params.update(address.written(scene))
    app.session_state["_later"] = {choice: scene.choices.get(choice) for choice in Choice}
    app.run()
    assert not app.exception and app.slider(key="layer").value == 2 and app.slider(key="head").value == 1
    assert not app.toggle(key="attention_hide").value and app.text_input(key="draft_text").value == "the cat sat."
    assert any("Hidden on every page: “cat”" in caption.value.replace("\\", "") for caption in app.caption)
