"""Fill in the blank: hide a word, see what BERT would put there."""

import streamlit as st

from bertviz_app import settings
from bertviz_app.lenses import fill_in_the_blank as lens
from bertviz_app.lenses import fill_in_the_blank_code
from bertviz_app.lenses.numbering import numbered
from bertviz_app.workspace import Page, choices, open_page
from bertviz_app.workspace.blanks import filled_one_by_one, hidden_blanks, hidden_words, own_probabilities, seen_probabilities
from bertviz_app.workspace.offers import offer_instead
from bertviz_app.workspace.scene import Choice


def guesses(page: Page) -> None:
    page.sentence()
    encoding = hidden_words(page)
    k = 5
    if not encoding.positions("mask"):
        positions, seen = seen_probabilities(page)
        title = "How sure BERT is of each word it can see"
        figure = lens.tokens_figure(encoding, positions, seen, page.theme, title=title)
        said = lens.seen_notice(encoding, positions, seen)
        page.show(figure, name="seen", alt="Bars: the probability of each token at its own place", notice=said)
        with page.fold("Table"):
            page.table(numbered(encoding.tokens, positions) | {"probability": seen}, name="seen")
    else:
        blanks = page.model.reader.require_masks(encoding, at_most=settings.current().max_masks)
        k = choices.number(Choice.TOP_K, "Words to show", 3, 20, value=5)
        logits = page.model.vocabulary_logits(page.run(encoding).hidden_states[-1][blanks])
        filled = lens.fill(logits, blanks, page.model.reader.token, k=k)
        given, hidden = hidden_blanks(page, blanks)
        said = lens.blanks_notice(filled, lens.originals(logits[given], page.typed, hidden))
        figure = lens.blanks_figure(filled, page.theme)
        page.show(figure, name="blanks", alt="Bars: the most likely words for each blank", notice=said)
        n_drawn = len(lens.drawn(filled))
        if n_drawn < len(filled):
            st.caption(f"Showing {n_drawn} of {len(filled)} blanks; the table below has all of them.")
        if len(filled) > 1:
            with page.fold("Fill the blanks one by one"):
                filled_one_by_one(page, encoding)
        with page.fold("All words as a table"):
            page.table(lens.columns(filled), name="blanks")
    with page.fold("How sure BERT is of each word when that word is hidden"):
        own_probabilities(page)
    with page.fold("How it is computed"):
        st.markdown(page.model.info.special.spelled(lens.METHOD))
    page.python(fill_in_the_blank_code.python_code(page.model.info, encoding, k=k))


with open_page("fill_in_the_blank") as page:
    if page.model.info.fills_blanks:
        guesses(page)
    else:
        offer_instead(page, "masked_words")
