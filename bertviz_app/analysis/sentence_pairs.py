"""Sentence pairs: what the second sentence says about the first, read from the pooled vector.

    P(label) = softmax(W · pooled + b)

Sources: Devlin et al., BERT (2019), section 4.1; Bowman et al., A large annotated corpus for learning natural language inference (2015).
"""

from __future__ import annotations

from collections.abc import Sequence

METHOD = (
    "Sentence A, [SEP], sentence B are read together. The order matters: A is what is known, B is what is claimed. A head that was trained on "
    "captions of photographs, as most are, takes two sentences to be about the same scene. "
    "Sources: Devlin et al. (2019), section 4.1; Bowman et al. (2015), section 2."
)

# What a label says, by what its name begins with.
MEANINGS = {
    "entail": "if A is true, so is B",
    "neutral": "B may be true or not",
    "contra": "if A is true, B is not",
    "paraphrase": "A and B say the same",
    "equivalent": "A and B say the same",
    "duplicate": "A and B ask the same",
    "not": "they do not",
}


def meanings(labels: Sequence[str]) -> str:
    """What the labels mean, in their order, as one line; empty where no name is known."""
    found = [
        (label, next((said for start, said in MEANINGS.items() if label.lower().startswith(start)), "")) for label in labels
    ]
    return " · ".join(f"{label}: {said}" for label, said in found if said)
