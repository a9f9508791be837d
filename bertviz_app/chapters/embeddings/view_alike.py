"""Why two of several sentences are alike: the cosine of their means, pair of tokens by pair of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import cosine_parts, cosine_pictures
from bertviz_app.chapters.embeddings import sentences
from bertviz_app.workspace import choices
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice

if TYPE_CHECKING:
    from bertviz_app.records.forward import ForwardPass
    from bertviz_app.workspace.page import Page

PICTURES = {"Strongest links": cosine_pictures.links_picture, "All pairs": cosine_pictures.parts_picture}
ONLY_MEANS = "It is the vector “mean” that is split here: [CLS] and the pooled vector are no mean of tokens, so that no sum over pairs gives their cosine."


def why_alike(page: Page, forwards: Sequence[ForwardPass]) -> tuple[int, int]:
    """Two of at least two sentences, and what the cosine of their means is the sum of; which two, counted from 0."""
    with page.fold("Why two of them are alike"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            names = [sentences.sentence_name(forward, index, length=40) for index, forward in enumerate(forwards)]
            places = range(len(forwards))
            first = choices.one_of_these(Choice.ALIKE_FIRST, "First sentence", places, says=names.__getitem__)
            second = choices.one_of_these(Choice.ALIKE_SECOND, "Second sentence", places, says=names.__getitem__, index=1)
            view = choices.view(Choice.ALIKE_VIEW, list(PICTURES), label="Picture of the parts")
        chosen = forwards[first], forwards[second]
        kept = [~forward.encoding.is_special for forward in chosen]
        rows = [forward.hidden_states[-1][keep] for forward, keep in zip(chosen, kept, strict=True)]
        tokens = [
            [token for token, keep in zip(forward.encoding.tokens, keeps, strict=True) if keep]
            for forward, keeps in zip(chosen, kept, strict=True)
        ]
        parts = cosine_parts.cosine_parts(rows[0], rows[1])
        picture = PICTURES[view](parts, (tokens[0], tokens[1]), page.theme)
        page.show(picture.figure, name="alike", alt=picture.alt, notice=picture.notice)
        st.caption(plain(f"{cosine_parts.METHOD} {page.model.info.special.spelled(ONLY_MEANS)}"))
        page.table(cosine_parts.matrix_columns(parts, (tokens[0], tokens[1])), name="alike")
    return first, second
