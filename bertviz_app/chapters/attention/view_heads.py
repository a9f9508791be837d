"""The choices of the attention page: how a head is read, which token is followed, and BertViz for inputs it can bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis.head_readings import BLOCKS, HeadReading
from bertviz_app.chapters.attention.measures import head_patterns, mosaic_sentence, telling_head
from bertviz_app.drawing.components import bertviz_view
from bertviz_app.drawing.components.explorer import MODES
from bertviz_app.drawing.plots import shown
from bertviz_app.workspace import choices, session, whole_words
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

EXPLORER, ONE, HEAD_VIEW, MODEL_VIEW = VIEWS = ("Explorer", "One head", "BertViz head view", "BertViz model view")


def choose_view(subject: Subject, *, drawn_alone: bool = True) -> tuple[str, str]:
    """One of `VIEWS`, and how the explorer draws the opened head; two that are compared are drawn in one way."""
    _suggest_head(subject)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        view = choices.view(Choice.ATTENTION_VIEW, VIEWS)
        mode = choices.view(Choice.EXPLORER_MODE, MODES, label="Drawn as") if view == EXPLORER and drawn_alone else ""
    return view, mode


def _suggest_head(subject: Subject) -> None:
    """Open, for who comes for the first time and by no link to a head, one that is worth a look."""
    asked_for = any(session.chosen(place) or place in st.query_params for place in (Choice.LAYER, Choice.HEAD))
    if not session.HEAD_SUGGESTED.value() and not asked_for:
        layer, head = telling_head(once(head_patterns, subject.forward))
        session.choose(Choice.LAYER, shown(layer))
        session.choose(Choice.HEAD, shown(head))
    session.HEAD_SUGGESTED.put(True)


def choose_head(page: Page, subject: Subject) -> tuple[int, int, HeadReading]:
    """Layer and head, 0-based, and the reading, in one row of widgets."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        layer, head = page.layer(), page.head()
        words = whole_words.choose(subject.encoding).are_words
        hide = choices.switch(
            Choice.ATTENTION_HIDE,
            subject.model.info.special.spelled("Hide [CLS] and [SEP]"),
            help="What is left of each row is rescaled to sum to 1",
        )
        paired = subject.encoding.pair is not None
        block = choices.one_of(Choice.ATTENTION_BLOCK, "Sentences", list(BLOCKS), width=120) if paired else "All"
    return layer, head, HeadReading(words, hide, block)


def choose_token(page: Page, subject: Subject) -> int | None:
    """The token that was clicked in the strip, until it is clicked again or another text is typed."""
    position = choices.clicked_token(Choice.ATTENTION_TOKEN, subject.encoding)
    hint = "Click a token to see where it looks and what looks at it"
    if position is not None:
        hint += "; click it again for the whole head"
    clicked = page.strip(subject.encoding, key="attention", hint=hint, chosen=() if position is None else (position,))
    if clicked is not None:
        choices.click_token(Choice.ATTENTION_TOKEN, subject.encoding, None if clicked == position else clicked)
        st.rerun()
    return position


def show_bertviz(page: Page, subject: Subject, name: str) -> bool:
    """BertViz's "head_view" or "model_view"; False, with the reason on the screen, when a browser could not bear it."""
    forward = subject.forward
    n_layers = bertviz_view.head_view_layers(forward) if name == "head_view" else int(bertviz_view.bears_model_view(forward))
    if not n_layers:
        page.notice(f"{bertviz_view.too_much(forward)} The other views show the whole text.")
        return False
    if name == "model_view":
        drawn = bertviz_view.model_view(forward)
    elif n_layers > 1:
        drawn = bertviz_view.head_view(forward)
    else:
        st.caption("With this many tokens BertViz shows one layer at a time: choose it here.")
        drawn = bertviz_view.head_view(forward, layer=page.layer(), only=True)
    page.notice(forward.model.special.spelled(mosaic_sentence(head_patterns(forward))))
    st.caption(bertviz_view.HINTS[name])
    st.iframe(drawn.html, height=drawn.height, alt=f"BertViz: a line from each token to each token that it looks at ({name})")
    return True
