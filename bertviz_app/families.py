"""What differs between the families of models, one row each, found by `config.model_type`.

A row says under which names the parts of a checkpoint are found in transformers' modules and in its weights file.
Pages and lenses never see a family's name: what they need to know is in `ModelInfo`.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Any


@dataclass(frozen=True)
class Family:
    """Names of the parts, as dotted paths below the class that `AutoModelForPreTraining` gives."""

    model_type: str
    title: str
    encoder: str
    pooler: str
    vocabulary_head: str
    next_sentence_head: str
    embeddings: str
    classifier: str  # names in the weights file: f"{classifier}.weight", f"{classifier}.bias"

    def part(self, model: Any, name: str) -> Any:
        """The module that this family keeps under `name`, one of the fields above."""
        return attrgetter(getattr(self, name))(model)


FAMILIES = {
    family.model_type: family
    for family in (
        Family(
            model_type="bert",
            title="BERT",
            encoder="bert",
            pooler="bert.pooler",
            vocabulary_head="cls.predictions",
            next_sentence_head="cls.seq_relationship",
            embeddings="bert.embeddings",
            classifier="classifier",
        ),
    )
}

NEXT_SENTENCE_LABELS = ("is next", "not next")  # BertForPreTraining: index 0 = "is next"
