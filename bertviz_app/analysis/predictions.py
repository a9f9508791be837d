"""What a prediction head says about an input: one record for all of them, whatever they are trained for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bertviz_app.analysis.probability import decoded
from bertviz_app.drawing.plots import number, percent
from bertviz_app.families.decodings import DECODINGS, DecodingKey
from bertviz_app.records.attributions import Target
from bertviz_app.records.forward import Floats


@dataclass(frozen=True, eq=False)
class Prediction:
    """A logit for each output of one head, and what is asked.

    task, title  key of the head, and what is predicted, as the screen says it
    logits       [output]; `decoding`, a key of `decodings.DECODINGS`, says what is made of them
    labels       names of the outputs; None where they are the vocabulary
    position     of the vector that is read; None for a head over the whole input
    about        the word or token at that place ("“paris”, token 9") where a head says something about each of them
    candidates   of an answer to a question: the outputs are these positions; `side` is 0 for its start, 1 for its end
    """

    task: str
    title: str
    logits: Floats
    labels: tuple[str, ...] | None = None
    position: int | None = None
    about: str = ""
    candidates: tuple[int, ...] = ()
    side: int = 0
    decoding: DecodingKey = "softmax"

    @property
    def heading(self) -> str:
        """What is predicted, and of which token."""
        return f"{self.title}, {self.about}" if self.about else self.title

    @property
    def place(self) -> tuple[object, ...]:
        """What is asked, whatever the answer: the same for two inputs in which it can be compared."""
        return self.task, self.position, self.side, self.candidates

    @property
    def values(self) -> Floats:
        """[output] probabilities, or, of a regression, the numbers."""
        return decoded(self.logits, self.decoding)

    @property
    def is_probability(self) -> bool:
        return DECODINGS[self.decoding].is_probability

    @property
    def best(self) -> int:
        """The likeliest output, or that with the largest number."""
        return int(np.argmax(self.logits))

    def said(self, output: int) -> str:
        """One value as people read it: "83 %", "−3.21"."""
        value = float(self.values[output])
        return percent(value) if self.is_probability else number(value)

    def name(self, output: int, token: Callable[[int], str]) -> str:
        """What an output stands for; `token` names those of the vocabulary."""
        return token(output) if self.labels is None else self.labels[output]

    def target(self, output: int) -> Target:
        """One of the outputs in plain values, to be explained."""
        if self.candidates:
            return Target(self.task, self.side, self.candidates[output], self.candidates)
        return Target(self.task, output, self.position, decoding=self.decoding)


def telling(several: Sequence[Prediction]) -> int:
    """Of what one head says about many tokens, the first that it says something else about than about most; else the first.

    >>> [telling([Prediction("entities", "", np.array(row)) for row in rows]) for rows in ([[1, 0], [1, 0], [0, 1]], [[1, 0]])]
    [2, 0]
    """
    likeliest = [one.best for one in several]
    most = max(set(likeliest), key=likeliest.count)
    return next((index for index, best in enumerate(likeliest) if best != most), 0)
