"""What a view shows something of: a model, and what it reads. Two of them can stand side by side; none knows where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.records.blanks import Blanked, Characters, blanked
from bertviz_app.records.forward import Encoding, ForwardPass
from bertviz_app.workspace import caches, costs
from bertviz_app.workspace.lazily import lazily
from bertviz_app.workspace.scene import Span

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


@dataclass(frozen=True, eq=False)
class Subject:
    """A model, the sentence and the second one as they were typed, and the words of both that are hidden from the model.

    Encoded and run when they are first asked for, and once.
    """

    model: Model
    typed_texts: tuple[str, str | None]
    hidden: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The sentence as it is read: a blank stands for each piece of a hidden word."""
        return self.blanked[0].text

    @property
    def pair(self) -> str | None:
        """The second text as it is read; None where there is none, or nothing is left of it in tokens."""
        return None if self.encoding.pair is None else self.blanked[1].text

    @lazily
    def typed(self) -> Encoding:
        """The texts as the model would read them with nothing hidden."""
        return self.model.encode(*self.typed_texts)

    @lazily
    def blanked(self) -> tuple[Blanked, Blanked]:
        """Both texts as they are read, with a blank for each token of the model that a hidden word has."""
        counts: tuple[dict[Characters, int], dict[Characters, int]] = ({}, {})
        for word in self.hidden:
            segment, start, end = word
            counts[segment][start, end] = len(positions_of(word, self.typed)) or 1
        texts = [text or "" for text in self.typed_texts]
        if not any(counts):
            return Blanked(texts[0]), Blanked(texts[1])
        mask = self.model.reader.mask_token
        first, second = (blanked(text, words, mask) for text, words in zip(texts, counts, strict=True))
        return first, second

    @lazily
    def encoding(self) -> Encoding:
        """The text (and the second one, if there is one) as the model reads it, hidden words as blanks: the same on every page."""
        return self.model.encode(self.text, self.blanked[1].text or None)

    @lazily
    def forward(self) -> ForwardPass:
        """The one encoder pass over what was typed: the same record on every page, for every visitor."""
        return run(self.model, self.encoding)


def run(model: Model, encoding: Encoding) -> ForwardPass:
    """An encoder pass, or the record of it if it was made before. While it is waited for, the page says so."""
    if caches.known(model, encoding):
        return caches.forward_pass(model, encoding)
    with st.spinner(costs.waiting(f"Running BERT on {encoding.n_tokens} tokens")):
        return caches.forward_pass(model, encoding)


def positions_of(word: Span, encoding: Encoding) -> list[int]:
    """The tokens that lie within a stretch of a text as it was typed."""
    segment, start, end = word
    inside = (encoding.segment_ids == segment) & (encoding.offsets[:, 0] >= start) & (encoding.offsets[:, 1] <= end)
    return np.flatnonzero(inside & (encoding.offsets[:, 0] < encoding.offsets[:, 1])).tolist()
