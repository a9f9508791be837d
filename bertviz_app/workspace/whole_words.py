"""Whole words in the place of their pieces: one choice for every list, picture and map of tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from bertviz_app.analysis import words
from bertviz_app.records.attributions import Attribution
from bertviz_app.records.forward import Encoding
from bertviz_app.workspace import choices
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, eq=False)
class Shown:
    """What stands at the places of a list: tokens, or the words that they make.

    encoding  the tokens, or a word in the place of each
    groups    [position] the place of each token
    """

    encoding: Encoding
    groups: NDArray[np.int64]

    @property
    def are_words(self) -> bool:
        """Whether pieces are put together."""
        return self.encoding.unit == "word"

    def of(self, positions: Sequence[int]) -> list[int]:
        """The places of some tokens, each once."""
        return list(dict.fromkeys(int(self.groups[position]) for position in positions))

    def attributed(self, found: Attribution) -> Attribution:
        """The parts of each word's tokens, added up."""
        return replace(found, values=words.summed(found.values, self.groups))


def shown(encoding: Encoding, *, whole: bool) -> Shown:
    """The tokens of an encoding, or its words."""
    if not whole:
        return Shown(encoding, np.arange(encoding.n_tokens))
    return Shown(words.as_words(encoding), words.groups_of(words.units(encoding)))


def choose(encoding: Encoding) -> Shown:
    """Whether pieces or whole words are shown, the same on every page; where one token covers several words, it is said."""
    whole = choices.switch(Choice.WHOLE_WORDS, "Whole words", help="Merge word pieces into words")
    if whole and (said := words.joined_notice(words.units(encoding))):
        st.caption(plain(said))
    return shown(encoding, whole=whole)
