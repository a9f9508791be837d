"""Forward pass: every tensor, in order."""

from __future__ import annotations

import streamlit as st

from bertviz_app.chapters.forward_pass import hidden_states, snippet
from bertviz_app.chapters.forward_pass.view_compared import show_compared
from bertviz_app.chapters.forward_pass.view_pictures import BY_TOKEN, picture
from bertviz_app.drawing.tables import csv_text
from bertviz_app.workspace import choices
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

VIEWS = ("Shapes", BY_TOKEN, "Last hidden state", "Pooled vector", "Norms")


def chosen_token(page: Page, subject: Subject, *, clickable: bool) -> int:
    """The strip of tokens, and the one whose numbers are shown."""
    kept = choices.clicked_token(Choice.FORWARD_TOKEN, subject.encoding)
    position = min(1, subject.encoding.n_tokens - 1) if kept is None else kept
    hint = "Click a token to see its sum" if clickable else ""
    clicked = page.strip(subject.encoding, hint=hint, chosen=(position,) if clickable else ())
    if clickable and clicked is not None and clicked != position:
        choices.click_token(Choice.FORWARD_TOKEN, subject.encoding, clicked)
        st.rerun()
    return position


def show(page: Page) -> None:
    """The whole page, below its title."""
    page.sentence()
    above = st.container()
    view = choices.view(Choice.FORWARD_VIEW, VIEWS)
    with above:
        position = chosen_token(page, page.subject, clickable=view == BY_TOKEN)
    if page.variant:
        show_compared(page, Both(page.subject, page.variant), view, position)
        return
    drawn, name = picture(page.subject, view, position, page.theme), view.lower().replace(" ", "-")
    page.show(drawn.figure, name=name, alt=view, notice=drawn.notice)
    with page.fold("Table"):
        page.table(drawn.columns, name=name)
        if view == "Last hidden state":
            last, tokens = page.subject.forward.hidden_states[-1], page.subject.encoding.tokens
            csv = {"file_name": "last_hidden_state.csv", "mime": "text/csv", "key": "csv_all", "on_click": "ignore"}
            st.download_button(
                "Download all numbers as CSV", lambda: csv_text(hidden_states.states_columns(last, tokens)).encode(), **csv
            )
    page.python(snippet.python_code(page.subject.info, page.subject.encoding, position, view))
