"""Logit lens for two: what each layer of both says, and how much of the original's answers each layer gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def show_compared(page: Page, both: Both, look: Look) -> None:
    """The layers of both at the tokens around the chosen one; a word that is hidden in the original is hidden in the variant, where it stands there."""
    looks = {both.original: look, both.variant: _beside(both, look)}
    windows = {subject: measures.window(one.encoding.n_tokens, one.position) for subject, one in looks.items()}
    groups = [group for group in both.alignment.shared if _in_sight(both, group, windows)] if both.are_one_model else []
    words = _first_choices(both.original, look, [both.alignment.original[group][0] for group in groups])

    def said(subject: Subject) -> measures.Said:
        return layers_say(subject, looks[subject].encoding, windows[subject], words)

    def draw(subject: Subject, theme: Theme) -> Picture:
        if not subject.model.info.fills_blanks:
            raise MissingHead(subject.model.info.why_not("masked_words"))
        encoding, positions, its = looks[subject].encoding, windows[subject], said(subject)
        return Picture(
            figures.every_token_figure(its, encoding, positions, theme, token=subject.model.reader.token),
            measures.every_token_notice(its, encoding, positions), {}, "Table: the first choice of each layer at each token",
        )  # fmt: skip

    def differ() -> Picture:
        if not both.are_one_model:
            raise UnsupportedModel(TWO_MODELS)
        if not groups:
            raise UnsupportedModel(NOTHING_SHARED)
        sides = zip(looks, (both.alignment.original, both.alignment.variant), strict=True)
        shares = [
            compared.own_shares(said(subject), [windows[subject].index(of[group][0]) for group in groups])
            for subject, of in sides
        ]
        names = [both.alignment.names[group] for group in groups]
        spelled = [both.original.model.reader.token(one) for one in words]
        return compared.picture((shares[0], shares[1]), names, spelled, page.theme)

    page.compare(draw, differ, name="logit_lens")
    with page.fold("How it is computed"):
        st.markdown(f"{measures.METHOD}\n\n{compared.METHOD}")


def _in_sight(both: Both, group: int, windows: Mapping[Subject, Sequence[int]]) -> bool:
    """Whether both windows show a group; hiding a word leaves each token in its place."""
    return (
        both.alignment.original[group][0] in windows[both.original]
        and both.alignment.variant[group][0] in windows[both.variant]
    )


def _first_choices(subject: Subject, look: Look, positions: Sequence[int]) -> list[int]:
    """What the last layer says at some positions: one product with the vocabulary, before those of all layers."""
    if not positions:
        return []
    last = subject.model.vocabulary_logits(subject.run(look.encoding).hidden_states[-1][list(positions)])
    return measures.likeliest(last, 1)[:, 0].tolist()


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
