"""The two that are compared, as what a difference needs: their tokens aligned, and which layer and head of one stands beside which of the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bertviz_app.analysis.alignment import Alignment, align
from bertviz_app.analysis.pairing import head_divergences, paired_heads, paired_layers
from bertviz_app.analysis.typed_characters import Read
from bertviz_app.records.forward import Encoding
from bertviz_app.workspace.lazily import lazily
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.whole_words import shown

Place = tuple[int, int]  # layer and head, from 0


@dataclass(frozen=True, eq=False)
class Both:
    """An original and its variant. Layers and heads of one model meet by their numbers, those of two by depth and by what they do."""

    original: Subject
    variant: Subject

    @property
    def are_one_model(self) -> bool:
        """Whether both have the same weights, be it that parts of one are switched off."""
        return self.original.model.key == self.variant.model.key

    @lazily
    def alignment(self) -> Alignment:
        """The tokens of both, by the text that they stand for."""
        return align(self.original.read, self.variant.read)

    def of_words(self) -> Alignment:
        """The words of both, where pieces are put together."""
        return align(*(_whole(subject) for subject in (self.original, self.variant)))

    def layer(self, layer: int) -> int:
        """The layer of the variant that lies as deep as this one of the original; both count from 0."""
        return self.state(layer + 1) - 1

    def state(self, state: int) -> int:
        """The same for states, of which 0 is the embeddings."""
        pairs = paired_layers(self.original.model.info.n_layers, self.variant.model.info.n_layers)
        return min(pairs[1:] if state else pairs, key=lambda pair: abs(pair[0] - state))[1]

    def place(self, layer: int, head: int) -> Place:
        """The head of the variant that stands beside one of the original. Where all are taken by others, the one that looks most like it."""
        if self.are_one_model:
            return layer, head
        beside = self.layer(layer)
        heads = self.original.forward.attentions[layer], self.variant.forward.attentions[beside]
        pairs = dict(paired_heads(*heads, self.alignment))
        if head not in pairs:
            pairs[head] = int(np.nan_to_num(head_divergences(heads[0][[head]], heads[1], self.alignment)[0]).argmin())
        return beside, pairs[head]


def _whole(subject: Subject) -> Read:
    words: Encoding = shown(subject.encoding, whole=True).encoding
    return Read(words, subject.typed_texts, subject.blanked)
