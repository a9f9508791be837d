"""The Glossary page and the links to its lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def test_the_search_finds_terms_and_says_when_there_is_none(open_page: Callable[..., AppTest]) -> None:
    app = open_page("glossary")
    everything = len(app.markdown)
    app.text_input(key="glossary_search").set_value("wordpiece").run()
    assert 1 < len(app.markdown) < everything and any("**WordPiece**" in element.value for element in app.markdown)
    app.text_input(key="glossary_search").set_value("xyzzy").run()
    assert "No term" in app.info[0].value


def test_a_page_links_each_of_its_terms_to_its_line(open_page: Callable[..., AppTest]) -> None:
    app = open_page("attention")
    links = {element.proto.label: element.proto for element in app.get("page_link")}
    assert links["Key"].query_string == "term=Key"
    assert any("by which a token is found" in text.value for text in app.markdown)  # what it means stands beside it
