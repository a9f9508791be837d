"""Replaced tokens: which tokens look as if somebody had put them in?"""

from __future__ import annotations

import streamlit as st

from bertviz_app.chapters.replaced_tokens import measures
from bertviz_app.records.forward import Encoding
from bertviz_app.workspace import Page, choices
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.untrained import suggest_instead


def replacement(page: Page) -> tuple[int, str] | None:
    """The token that was clicked and the word that stands in its place, for as long as the sentence stays the same."""
    position = choices.clicked_token(Choice.REPLACEMENT, page.encoding)
    word = choices.said_of_token(Choice.REPLACEMENT, page.encoding)
    hint = "Click a token, then type what to put in its place."
    clicked = page.strip(page.encoding, key="replaced", hint=hint, chosen=() if position is None else (position,))
    if clicked is not None and clicked != position and not page.encoding.is_special[clicked]:
        choices.click_token(Choice.REPLACEMENT, page.encoding, clicked)
        st.rerun()
    if position is None:
        return None
    typed = st.text_input(
        f"Instead of “{page.encoding.tokens[position]}”", word, max_chars=60, key=f"instead_{position}"
    ).strip()
    choices.click_token(Choice.REPLACEMENT, page.encoding, position, typed)
    return (position, typed) if typed else None


def verdict(page: Page, encoding: Encoding, changed: tuple[int, ...]) -> None:
    """What the discriminator takes each token for."""
    probabilities = measures.replaced(page.model.replacement_logits(page.run(encoding).hidden_states[-1]))
    said = measures.notice(encoding, probabilities, changed)
    page.show(measures.replaced_figure(encoding, probabilities, changed, page.theme), name="replaced", alt="Bars", notice=said)
    with page.fold("How it is computed"):
        st.markdown(page.model.info.special.spelled(measures.METHOD))
        page.table(measures.columns(encoding, probabilities), name="replaced")
    page.python(measures.python_code(page.model.info, encoding))


def show(page: Page) -> None:
    """The whole page, below its title."""
    if "replaced_tokens" not in page.model.info.objectives:
        suggest_instead(page, "replaced_tokens")
    else:
        page.sentence()
        chosen = replacement(page)
        encoding = page.encoding if chosen is None else page.model.encode(*measures.with_replacement(page.encoding, *chosen))
        verdict(page, encoding, () if chosen is None else measures.changed_positions(page.encoding, encoding))
