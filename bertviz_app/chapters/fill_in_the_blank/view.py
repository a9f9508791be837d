"""Fill in the blank: hide a word, see what BERT would put there."""

from __future__ import annotations

import streamlit as st

from bertviz_app import settings
from bertviz_app.analysis.head_snippet import Evidence
from bertviz_app.chapters.fill_in_the_blank import measures, snippet
from bertviz_app.chapters.fill_in_the_blank.view_blanks import filled_one_by_one, n_words, own_probabilities, seen_probabilities
from bertviz_app.chapters.fill_in_the_blank.view_compared import compared
from bertviz_app.drawing.numbering import numbered
from bertviz_app.drawing.plots import shown
from bertviz_app.workspace.evidence import show_evidence
from bertviz_app.workspace.hidden_words import hidden_blanks
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.untrained import suggest_instead


def seen_words(page: Page, subject: Subject) -> None:
    """While nothing is hidden: what the model says of each word that it sees."""
    encoding = subject.encoding
    positions, seen = seen_probabilities(subject)
    title = "How sure BERT is of each word it can see"
    figure = measures.tokens_figure(encoding, positions, seen, page.theme, title=title)
    said = measures.seen_notice(encoding, positions, seen)
    page.show(figure, name="seen", alt="Bars: the probability of each token at its own place", notice=said)
    with page.fold("Table"):
        page.table(numbered(encoding.tokens, positions) | {"probability": seen}, name="seen")


def filled_blanks(page: Page, subject: Subject, blanks: list[int], k: int) -> Evidence:
    """The k likeliest words for each blank, and what the first of them looks at."""
    encoding, forward = subject.encoding, subject.forward
    logits = subject.model.vocabulary_logits(forward.hidden_states[-1][blanks])
    filled = measures.fill(logits, blanks, subject.model.reader.token, k=k)
    given, hidden = hidden_blanks(subject, blanks)
    said = measures.blanks_notice(filled, measures.originals(logits[given], subject.typed, hidden))
    figure = measures.blanks_figure(filled, page.theme)
    page.show(figure, name="blanks", alt="Bars: the most likely words for each blank", notice=said)
    n_drawn = len(measures.drawn(filled))
    if n_drawn < len(filled):
        st.caption(f"Showing {n_drawn} of {len(filled)} blanks; the table below has all of them.")
    if len(filled) > 1:
        with page.fold("Fill the blanks one by one"):
            filled_one_by_one(page, subject, encoding)
    with page.fold("All words as a table"):
        page.table(measures.columns(filled), name="blanks")
    who = "the blank" if len(blanks) == 1 else f"the first blank, token {shown(blanks[0])},"
    return show_evidence(page, subject, forward, blanks[:1], who=who)


def guesses(page: Page, subject: Subject) -> None:
    """What the model says of each blank, and what it takes further passes to say."""
    page.hide_words()
    encoding = subject.encoding
    k, evidence = 5, Evidence(0, ())
    if encoding.positions("mask"):
        blanks = subject.model.reader.require_masks(encoding, at_most=settings.current().max_masks)
        k = n_words()
        evidence = filled_blanks(page, subject, blanks, k)
    else:
        seen_words(page, subject)
    with page.fold("How sure BERT is of each word when that word is hidden"):
        own_probabilities(page, subject)
    with page.fold("How it is computed"):
        st.markdown(subject.model.info.special.spelled(measures.METHOD))
    page.python(snippet.python_code(subject.info, encoding, k=k, evidence=evidence))


def show(page: Page) -> None:
    """The whole page, below its title."""
    if not page.model.info.fills_blanks:
        suggest_instead(page, page.subject, "masked_words")
        return
    page.sentence()
    if page.variant:
        compared(page)
    else:
        guesses(page, page.subject)
