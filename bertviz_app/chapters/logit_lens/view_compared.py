"""Logit lens for two: what each layer of both says, and how much of the original's answers each layer gains."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis.differences_said import NOTHING_SHARED
from bertviz_app.chapters.logit_lens import compared, figures, measures
from bertviz_app.chapters.logit_lens.view_layers import Look, layers_say
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import MissingHead, UnsupportedModel
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

TWO_MODELS = (
    "The layers of two models are not held against each other here: each has a vocabulary and a number of layers of its own. Both pictures "
    "stand above; “Fill in the blank” compares what two models say in the end."
)
NO_HEAD = "masked_words"


def show_compared(page: Page, both: Both, look: Look) -> None:
    """The layers of both at the tokens around the chosen one; a word that is hidden in the original is hidden in the variant, where it stands there."""
    looks = {both.original: look, both.variant: _beside(both, look)}

    def draw(subject: Subject, theme: Theme) -> Picture:
        if not subject.model.info.fills_blanks:
            raise MissingHead(subject.model.info.why_not(NO_HEAD))
        encoding = looks[subject].encoding
        positions = measures.window(encoding.n_tokens, looks[subject].position)
        said = layers_say(subject, encoding, positions)
        return Picture(
            figures.every_token_figure(said, encoding, positions, theme, token=subject.model.reader.token),
            measures.every_token_notice(said, encoding, positions), {}, "Table: the first choice of each layer at each token",
        )  # fmt: skip

    def differ() -> Picture:
        if not both.are_one_model:
            raise UnsupportedModel(TWO_MODELS)
        encodings = [looks[subject].encoding for subject in (both.original, both.variant)]
        alignment = both.alignment  # hiding a word leaves each token in its place
        shown = measures.window(encodings[0].n_tokens, look.position)
        groups = [group for group in alignment.shared if alignment.original[group][0] in shown]
        places = [[side[group][0] for group in groups] for side in (alignment.original, alignment.variant)]
        if not groups:
            raise UnsupportedModel(NOTHING_SHARED)
        ids = layers_say(both.original, encodings[0], places[0]).token_ids[-1, :, 0].tolist()
        said = [layers_say(subject, looks[subject].encoding, at, ids) for subject, at in zip(looks, places, strict=True)]
        words = [both.original.model.reader.token(one) for one in ids]
        return compared.picture((said[0], said[1]), alignment, groups, words, page.theme)

    page.compare(draw, differ, name="logit_lens")
    with page.fold("How it is computed"):
        st.markdown(f"{measures.METHOD}\n\n{compared.METHOD}")


def _beside(both: Both, look: Look) -> Look:
    """The same token in the variant, hidden where it is in the original; where it has none, what the page would begin with."""
    encoding = both.variant.encoding
    partner = next((variant for original, variant in both.alignment.groups if look.position in original and variant), ())
    position = partner[0] if partner else measures.first_position(encoding)
    hidden = measures.hides(encoding, position) if look.hidden and partner else ()
    return replace(
        look,
        encoding=both.variant.model.reader.masked(encoding, hidden) if hidden else encoding,
        position=position,
        hidden=hidden,
    )
