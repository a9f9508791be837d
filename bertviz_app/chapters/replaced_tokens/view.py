"""Replaced tokens: which tokens look as if somebody had put them in?"""

from __future__ import annotations

import streamlit as st

from bertviz_app.chapters.replaced_tokens import measures, snippet
from bertviz_app.chapters.replaced_tokens.view_compared import show_compared
from bertviz_app.records.forward import Encoding
from bertviz_app.workspace import choices
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.untrained import suggest_instead


def replacement(page: Page, subject: Subject) -> tuple[int, str] | None:
    """The token that was clicked and the word that stands in its place, for as long as the sentence stays the same."""
    position = choices.clicked_token(Choice.REPLACEMENT, subject.encoding)
    word = choices.said_of_token(Choice.REPLACEMENT, subject.encoding)
    hint = "Click a token, then type what to put in its place."
    clicked = page.strip(subject.encoding, key="replaced", hint=hint, chosen=() if position is None else (position,))
    if clicked is not None and clicked != position and not subject.encoding.is_special[clicked]:
        choices.click_token(Choice.REPLACEMENT, subject.encoding, clicked)
        st.rerun()
    if position is None:
        return None
    typed = st.text_input(
        f"Instead of “{subject.encoding.tokens[position]}”", word, max_chars=60, key=f"instead_{position}"
    ).strip()
    choices.click_token(Choice.REPLACEMENT, subject.encoding, position, typed)
    return (position, typed) if typed else None


def verdict(page: Page, subject: Subject, encoding: Encoding, changed: tuple[int, ...]) -> None:
    """What the discriminator takes each token for."""
    probabilities = measures.replaced(subject.model.replacement_logits(subject.run(encoding).hidden_states[-1]))
    said = measures.notice(encoding, probabilities, changed)
    page.show(measures.replaced_figure(encoding, probabilities, changed, page.theme), name="replaced", alt="Bars", notice=said)
    with page.fold("How it is computed"):
        st.markdown(subject.model.info.special.spelled(measures.METHOD))
        page.table(measures.columns(encoding, probabilities), name="replaced")
    page.python(snippet.python_code(subject.info, encoding))


def show(page: Page) -> None:
    """The whole page, below its title."""
    if "replaced_tokens" not in page.model.info.objectives:
        suggest_instead(page, page.subject, "replaced_tokens")
    else:
        page.sentence()
        if page.variant:
            show_compared(page, Both(page.subject, page.variant))
            return
        chosen = replacement(page, page.subject)
        encoding = (
            page.subject.encoding
            if chosen is None
            else page.model.encode(*measures.with_replacement(page.subject.encoding, *chosen))
        )
        verdict(
            page, page.subject, encoding, () if chosen is None else measures.changed_positions(page.subject.encoding, encoding)
        )
