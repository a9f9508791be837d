"""What a view shows something of: a model, and what it reads. Two of them can stand side by side; none knows where it came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import streamlit as st

from bertviz_app.analysis.typed_characters import Read
from bertviz_app.records.blanks import Blanked, Characters, blanked
from bertviz_app.records.forward import Encoding, FinalState, ForwardPass, ModelInfo
from bertviz_app.records.interventions import Intervention
from bertviz_app.workspace import caches, costs, jobs
from bertviz_app.workspace.lazily import lazily
from bertviz_app.workspace.scene import HiddenWords, Span, Texts

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Subject:
    """A model, the sentence and the second one as they were typed, the words of both that are hidden from the model, and what of it is off.

    The model is opened, the texts are read, encoded and run when they are first asked for, and once: a view may draw the box for a text, or
    say which it begins with, before it asks.
    """

    opened: Callable[[], Model]
    asked: Callable[[], HiddenWords]
    off: Callable[[], Intervention] = Intervention

    @lazily
    def input(self) -> HiddenWords:
        """The texts as they were typed, and the words of them that are hidden."""
        return self.asked()

    @property
    def typed_texts(self) -> Texts:
        """The sentence and the second one, if there is one, as they were typed."""
        return self.input.texts

    @property
    def hidden(self) -> tuple[Span, ...]:
        """The words that are hidden."""
        return self.input.words

    @lazily
    def model(self) -> Model:
        """The model, loaded if it is not there."""
        return self.opened()

    @lazily
    def switched_off(self) -> Intervention:
        """The heads and layers of the model that every pass is made without."""
        return self.off()

    @property
    def info(self) -> ModelInfo:
        """The model as the Python of a page calls it. Where a folder of the server's own lies is the server's business."""
        return self.model.info.called_by_folder

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

    @property
    def read(self) -> Read:
        """The input with the way back to what was typed."""
        return Read(self.encoding, self.typed_texts, self.blanked)

    @lazily
    def forward(self) -> ForwardPass:
        """The one encoder pass over what was typed: the same record on every page, for every visitor."""
        return self.run(self.encoding)

    def run(self, encoding: Encoding) -> ForwardPass:
        """An encoder pass over another encoding, or the record of it if it was made before."""
        if caches.known(self.model, encoding, self.switched_off):
            return caches.forward_pass(self.model, encoding, self.switched_off)
        with st.spinner(costs.waiting(f"Running BERT on {encoding.n_tokens} tokens")):
            return caches.forward_pass(self.model, encoding, self.switched_off)

    def final_states(self, encodings: Sequence[Encoding], label: str) -> list[FinalState]:
        """The last layer of many encodings, in the order given; `label` says what is read, once on a page."""
        if self.switched_off:
            return [forward.final_state for forward in self.runs(encodings, label)]
        found = {i: state for i, encoding in enumerate(encodings) if (state := caches.final_state(self.model, encoding))}
        missing = [index for index in range(len(encodings)) if index not in found]
        if missing:
            job = self._reading(caches.read_final_states, label, [encodings[index] for index in missing])
            states: list[FinalState] = jobs.result(job, key=label)
            found |= zip(missing, states, strict=True)
        return [found[index] for index in range(len(encodings))]

    def runs(self, encodings: Sequence[Encoding], label: str) -> list[ForwardPass]:
        """An encoder pass over each of several encodings, in the order given; `label` says what is read, once on a page."""
        if all(caches.known(self.model, encoding, self.switched_off) for encoding in encodings):
            return [caches.forward_pass(self.model, encoding, self.switched_off) for encoding in encodings]
        return jobs.result(self._reading(caches.read_passes, label, encodings, self.switched_off), key=label)

    def _reading(
        self, work: Callable[..., list[T]], label: str, encodings: Sequence[Encoding], *more: Intervention
    ) -> jobs.Job[list[T]]:
        n, longest = len(encodings), max(encoding.n_tokens for encoding in encodings)
        seconds = costs.expected(self.model, n, longest)
        return jobs.Job(label, work, (self.model, tuple(encodings), *more), seconds, keep=False)


def positions_of(word: Span, encoding: Encoding) -> list[int]:
    """The tokens that lie within a stretch of a text as it was typed."""
    segment, start, end = word
    inside = (encoding.segment_ids == segment) & (encoding.offsets[:, 0] >= start) & (encoding.offsets[:, 1] <= end)
    return np.flatnonzero(inside & (encoding.offsets[:, 0] < encoding.offsets[:, 1])).tolist()
