from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[3]


def test_no_other_module_touches_the_session():
    """Every name that a session remembers stands in one file."""
    sources = [*ROOT.glob("*.py"), *(ROOT / "pages").glob("*.py"), *(ROOT / "bertviz_app").rglob("*.py")]
    touching = {path.name for path in sources if "session_state" in path.read_text(encoding="utf-8")}
    assert touching == {"scene.py"}


def test_a_value_about_one_text_is_none_about_another():
    def script():
        import streamlit as st

        from bertviz_app.workspace import scene

        token = scene.KeptOf("token", 7)
        token.put(("a text", 1), 3)
        st.text([token.of(("a text", 1)), token.of(("another text", 1)), scene.KeptOf("other", None).of("a text")])

    app = AppTest.from_function(script).run()
    assert app.text[0].value == "[3, 7, None]"


def test_a_choice_for_the_next_run_is_made_once_and_before_its_widget():
    def script():
        import streamlit as st

        from bertviz_app.workspace import scene

        scene.choose_now()
        number = st.slider("Number", 1, 9, key="number")
        if st.button("Later"):
            scene.choose_later({"number": 5})
            scene.choose_later({"other": 1})
        st.text(number)

    app = AppTest.from_function(script).run()
    app.button[0].click().run()
    assert app.text[0].value == "1"
    app.run()
    assert app.text[0].value == "5" and app.session_state["other"] == 1
    app.slider[0].set_value(2).run()
    assert app.text[0].value == "2"
