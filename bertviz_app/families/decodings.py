"""How the logits of a head over a whole input become what is shown: a row for each way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

DecodingKey = Literal["softmax", "sigmoid", "number"]


@dataclass(frozen=True)
class Decoding:
    """How logits become what is shown.

    title       what a prediction of a head with its own labels is called
    what        what it says of an input
    quantity    the word for one value; `python` makes the values of `logits` in PyTorch
    method      how it is computed, for the page
    """

    key: DecodingKey
    title: str
    what: str
    quantity: str
    python: str
    method: str

    @property
    def is_probability(self) -> bool:
        return self.quantity == "probability"


DECODINGS: Mapping[DecodingKey, Decoding] = {
    decoding.key: decoding
    for decoding in (
        Decoding(
            "softmax",
            "class",
            "which of its classes the text belongs to",
            "probability",
            "{logits}.softmax(dim=-1)",
            r"Softmax makes probabilities of them, which sum to 1: $P(k) = e^{z_k} / \sum_j e^{z_j}$.",
        ),
        Decoding(
            "sigmoid",
            "labels",
            "which of its labels hold",
            "probability",
            "{logits}.sigmoid()",
            r"Its config says `multi_label_classification`: each label is decided for itself by a sigmoid, $P(k) = 1 / (1 + e^{-z_k})$, so that several "
            "can be likely, or none; the probabilities need not sum to 1.",
        ),
        Decoding(
            "number",
            "number",
            "a number for the text",
            "value",
            "{logits}",
            "This head was made for regression: what the linear layer gives is the answer, a number on the scale of the texts that it was trained with. It is "
            "not a probability. (A head with one output is regression unless its config says otherwise, as in transformers, whose pipeline for text "
            "classification puts such a number through a sigmoid all the same when the config does not say `regression`.)",
        ),
    )
}


def decoding_of(problem_type: object, n_outputs: int) -> DecodingKey:
    """The key of the decoding that a config's `problem_type` asks for, as transformers reads it.

    >>> decoding_of(None, 2), decoding_of(None, 1), decoding_of("regression", 3), decoding_of("multi_label_classification", 1)
    ('softmax', 'number', 'number', 'sigmoid')

    Source: `ForSequenceClassification` in transformers, the choice of the loss.
    """
    if problem_type == "multi_label_classification":
        return "sigmoid"
    if problem_type == "regression" or (problem_type is None and n_outputs == 1):
        return "number"
    return "softmax"
