"""One vector for a whole sentence, of a model that need not have been trained to make one: three ways.

Source: N. Reimers and I. Gurevych, Sentence-BERT (2019), section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bertviz_app.analysis.similarity import cosine_matrix
from bertviz_app.records.forward import Floats, ForwardPass, ModelInfo

METHOD = (
    "“mean” is the mean of the last layer’s vectors over the tokens that stand for text, without [CLS] and [SEP]; “[CLS]” is the last "
    "layer’s vector of the first token; “pooled” is that vector after the pooler, a dense layer and a tanh trained to tell whether one "
    "sentence follows another. {trained} Source: N. Reimers and I. Gurevych, Sentence-BERT (2019), section 3."
)


@dataclass(frozen=True)
class SentenceVector:
    """One way to make a vector of a text.

    name      as it is chosen, written with BERT's special tokens
    of        a pass → [d_model]
    variable  the list of these vectors in the Python
    """

    name: str
    of: Callable[[ForwardPass], Floats]
    variable: str

    def similarities(self, forwards: Sequence[ForwardPass]) -> Floats:
        """The cosine of every two texts: [text, text]."""
        return cosine_matrix(np.stack([self.of(forward) for forward in forwards]))


def _mean(forward: ForwardPass) -> Floats:
    mean: Floats = forward.hidden_states[-1][~forward.encoding.is_special].mean(axis=0)
    return mean


def _pooled(forward: ForwardPass) -> Floats:
    if forward.pooler_output is None:
        raise ValueError(f"{forward.model.name} has no trained pooler")
    return forward.pooler_output


MEAN = SentenceVector("mean", _mean, "means")
FIRST = SentenceVector("[CLS]", lambda forward: forward.hidden_states[-1][0], "first")
POOLED = SentenceVector("pooled", _pooled, "pooled")


def ways(info: ModelInfo) -> tuple[SentenceVector, ...]:
    """Those that a model offers: the pooled one only where its pooler is trained."""
    return (MEAN, FIRST, POOLED) if info.has_pooler else (MEAN, FIRST)


def method(info: ModelInfo) -> str:
    """What the vectors of whole sentences are, in the tokens of the model, and whether it was trained for such."""
    trained = (
        "None of them was trained for similarity."
        if info.recipe is None
        else "The model was trained for similarity with vectors of its own, which Tasks, Similarity shows."
    )
    return info.special.spelled(METHOD.format(trained=trained))
