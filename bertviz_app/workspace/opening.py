"""`open_page`: what every page begins with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from importlib import import_module
from pathlib import Path

import streamlit as st

from bertviz_app.errors import InsideBertError
from bertviz_app.workspace import caches, choices, jobs, memory, session
from bertviz_app.workspace.markup import plain, style
from bertviz_app.workspace.navigation import SIDEBAR, draw_head, draw_sidebar, go_to, say_unknown_model
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.page_list import PAGES


@contextmanager
def open_page(key: str) -> Iterator[Page]:
    """Page config, sidebar, title; then the page's own lines, with errors shown as sentences.

    Any `InsideBertError` from within becomes one sentence on the screen and ends the page; anything else is a bug and keeps its traceback.
    """
    entry = PAGES[key]
    title = "Inside BERT" if key == "home" else f"{entry.title} · Inside BERT"
    st.set_page_config(
        page_title=title,
        page_icon=str(Path(__file__).with_name("assets") / "icon.png"),
        layout="wide",
        initial_sidebar_state=SIDEBAR,
    )
    theme = memory.theme()
    st.html(style(theme, embedded=bool(st.context.is_embedded)))
    session.choose_now()
    if (elsewhere := session.GOING.take()) is not None:
        go_to(elsewhere)
    model_name = draw_sidebar(key)
    draw_head(entry)
    caches.warm_up()  # the first page of all has its title before torch is imported
    said = st.container()
    if not memory.restore():
        st.stop()  # the browser answers in a moment, and this page runs again with what was typed before
    # Plotly asks what of pandas is there, and stumbles over one that another visitor's run is just importing. This waits for it.
    import_module("pandas")
    page = Page(model_name, memory.theme())
    try:
        with _its_turn(), page.borrowed:  # what the page uses cannot be let go before its run is over
            say_unknown_model()
            yield page
            page.end()
    except jobs.Halted:
        pass  # the page ends here, with a button to go on
    except InsideBertError as error:
        st.error(plain(str(error)), icon=":material/info:")
    for sentence in filter(None, [session.FORGOTTEN.take(), *choices.corrections()]):
        said.warning(plain(sentence))
    memory.keep()


@contextmanager
def _its_turn() -> Iterator[None]:
    """One of the few runs that compute at the same time; who has to wait is told so."""
    with ExitStack() as stack:
        with st.spinner("Waiting for a free place") if caches.runs.is_full else nullcontext():
            stack.enter_context(caches.runs.turn())
        yield
