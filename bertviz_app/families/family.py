"""What a row of the table of families says: under which names transformers' modules and a weights file hold the parts of a checkpoint.

What chapters need to know of a family is its `Traits`, which reach them in `ModelInfo`: they never see its name but to show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from bertviz_app.families.traits import Traits


@dataclass(frozen=True)
class Family:
    """Names of the parts, as dotted paths below the class that `traits.loads_as` gives; empty where the family has no such part.

    heads              by objective: the modules that a row of hidden states (or the pooled vector) goes through, in order
    needs_words        the vocabulary head is also given the table of word embeddings
    classifier         linear layers of a sequence classifier, by their names in the weights file; `activation` stands between them
    before, after      linear layers that widen the embeddings to d_model, below and above their LayerNorm
    names              what config.json calls d_model, n_layers, n_heads and d_feedforward
    architecture       this row is for checkpoints whose config names this class,
    holds              or that hold a tensor whose name starts so
    """

    model_type: str
    traits: Traits
    encoder: str
    heads: Mapping[str, tuple[str, ...]]
    pooler: str = ""
    needs_words: bool = False
    classifier: tuple[str, ...] = ("classifier",)
    activation: str = ""
    before: str = ""
    after: str = ""
    names: tuple[str, str, str, str] = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
    architecture: str = ""
    holds: str = ""

    def part(self, model: Any, path: str) -> Any:
        """The module that a model keeps under one of this row's paths."""
        return attrgetter(path)(model)

    @property
    def embeddings(self) -> str:
        return f"{self.encoder}.embeddings"

    @property
    def vocabulary_head(self) -> str:
        """The masked-word head in Python, over `rows` of hidden states; empty where there is none."""
        *first, last = self.heads.get("masked_words", ("",))
        if self.needs_words:
            return f"model.{last}(rows, model.get_input_embeddings())"
        inner = "rows"
        for module in (*first, last):
            inner = f"model.{module}({inner})"
        return inner if last else ""
