"""How a family of models differs from the others: a row of plain values that chapters may know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bertviz_app.families.layer_names import BERT, LayerNames


@dataclass(frozen=True)
class Traits:
    """One family of models; the defaults are BERT's.

    loads_as      the class of transformers that loads a checkpoint with its pre-training heads
    options       values that this class needs to be told to find them all
    encoder       the attribute of that class which holds the encoder
    pair_head     the path of the linear layer that answers the objective about two sentences; empty where there is none
    objectives    what the family is pre-trained for; keys of `objectives.OBJECTIVES`
    why_not       by objective ("pair" stands for both about two sentences): why the family was not trained for it
    has_segments  whether the model is told which sentence a token belongs to
    sums          the vectors that are added up at the bottom: "token", "segment", "position"
    first_position  the row of the position table that the first token takes
    positions     how the model knows the places of tokens
    tokenizer     the kind that the published checkpoints come with
    vocabulary_head  in Python, what turns `rows` of hidden states into one logit for each token; filled in when a model is loaded
    scores        how attention scores are computed from queries and keys; {width} is that of a head
    layers        where the parts of a layer are
    """

    family: str = "BERT"
    loads_as: str = "AutoModelForPreTraining"
    options: Mapping[str, object] = field(default_factory=dict)
    encoder: str = "bert"
    pair_head: str = "cls.seq_relationship"
    objectives: tuple[str, ...] = ("masked_words", "next_sentence")
    why_not: Mapping[str, str] = field(default_factory=dict)
    has_segments: bool = True
    sums: tuple[str, ...] = ("token", "segment", "position")
    first_position: int = 0
    positions: str = "learned, one vector per position"
    scores: str = "q · k / √{width}"
    layers: LayerNames = BERT
    shares_layers: bool = False
    tokenizer: str = "WordPiece"
    vocabulary_head: str = ""

    @property
    def arguments(self) -> str:
        """The options as Python writes them behind other arguments: ", legacy=False"."""
        return "".join(f", {name}={value!r}" for name, value in self.options.items())
