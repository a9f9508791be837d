"""What a loaded checkpoint is: plain values that travel with every record of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bertviz_app.families.label_sets import listed
from bertviz_app.families.objectives import OBJECTIVES
from bertviz_app.families.pooling import Recipe
from bertviz_app.families.spelling import SpecialTokens
from bertviz_app.families.tasks import SUBJECTS, TASKS, TaskFacts
from bertviz_app.families.traits import Traits

ENCODER = "0_Transformer"  # the folder of the encoder in an older folder of sentence-transformers
_COMMIT = re.compile("[0-9a-f]{40}")


@dataclass(frozen=True)
class ModelInfo:
    """What a loaded checkpoint is.

    `source` is what plain transformers is given to load the same weights: a folder or a Hub name. `objectives` are the pre-training heads
    that the checkpoint holds; `labels` names the outputs of each head over a whole input or over single tokens, by task, and `task_heads` tells
    more of those that it was fine-tuned with. An untrained head is in none of them. `unread` names what it brings beyond that and is
    of a kind that is not read here. `tokenizer` is its kind: WordPiece, byte-level BPE or Unigram; `special`, how it writes [CLS], [SEP] and the like.
    `d_embedding` is the width before vectors are widened to `d_model`; `abstains`: its question answering may say that there is no answer.
    """

    name: str
    title: str
    source: str
    revision: str
    n_layers: int
    n_heads: int
    d_model: int
    d_feedforward: int
    vocab_size: int
    max_tokens: int
    n_parameters: int
    n_bytes: int
    dtype: str
    device: str
    d_embedding: int
    tokenizer: str
    objectives: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    traits: Traits = field(default_factory=Traits)
    has_pooler: bool = True
    task_heads: Mapping[str, TaskFacts] = field(default_factory=dict)
    unread: str = ""
    abstains: bool = False
    special: SpecialTokens = field(default_factory=SpecialTokens)
    recipe: Recipe | None = None  # how it makes one vector of a text, if it was trained to
    variant: str = ""  # told apart from the same checkpoint as others read it

    def __repr__(self) -> str:
        return f"ModelInfo({self.in_a_line})"

    @property
    def in_a_line(self) -> str:
        """Name and size: "embedded: 6 layers × 12 heads × 384, 22.9 M parameters"."""
        size = f"{self.n_layers} layers × {self.n_heads} heads × {self.d_model}"
        return f"{self.name}: {size}, {self.n_parameters / 1e6:.1f} M parameters"

    def home(self, task: str) -> str:
        """What plain transformers is given to load the model with the head of a task."""
        facts = self.task_heads.get(task)
        return f"{self.source}/{facts.beside}" if facts and facts.beside else self.source

    @property
    def commit(self) -> str:
        """The commit of a repository of the Hub that these weights are of; empty for a folder."""
        return self.revision if _COMMIT.fullmatch(self.revision) and not Path(self.source).exists() else ""

    @property
    def called_by_folder(self) -> ModelInfo:
        """The same, named by the folder alone where it is one of this machine: as code calls it that runs beside that folder."""
        folder = Path(self.source)
        if not folder.is_absolute():
            return self
        # In older sentence-transformers folders the encoder has a folder of its own, and dense layers lie beside it.
        return replace(self, source="/".join(folder.parts[-2 if folder.name == ENCODER else -1 :]))

    def with_head(self, key: str) -> ModelInfo:
        """The same, with one of several heads of a row in the place of the first: what is read by the name of the row is then this one."""
        head = self.task_heads[key]
        labels, heads = {**self.labels, head.task: head.labels}, {**self.task_heads, head.task: head}
        return replace(self, labels=labels, task_heads=heads)

    @property
    def classifiers(self) -> dict[str, TaskFacts]:
        """The heads over whole inputs, as in `task_heads`."""
        return {key: head for key, head in self.task_heads.items() if not head.row.of_rows}

    @property
    def classifier(self) -> str:
        """The task of the one head over whole inputs that a checkpoint was fine-tuned with; empty where it has none, or several."""
        return next(iter(self.classifiers)) if len(self.classifiers) == 1 else ""

    @property
    def key(self) -> str:
        """Name, revision and how it is read: what caches are keyed by."""
        return f"{self.name}@{self.revision}{self.variant}"

    @property
    def fills_blanks(self) -> bool:
        """Whether it was trained to name a hidden word."""
        return "masked_words" in self.objectives

    def why_not(self, what: str) -> str:
        """One sentence: why this checkpoint has no head for an objective ("pair" stands for both about two sentences) or for a task."""
        if what in self.traits.why_not:
            return f"{self.title} is a model of the kind {self.traits.family}: {self.traits.why_not[what]}."
        names = {name: row.name for name, row in (OBJECTIVES | TASKS).items()} | {"pair": "a pair of sentences"}
        asked = names.get(what, what)
        if what in SUBJECTS and self.classifier:
            labels = listed(self.labels[self.classifier])
            about = (
                f"it is read as being about {SUBJECTS[self.classifier]}"
                if not TASKS[self.classifier].general
                else f"nothing says that they are about {SUBJECTS[what]}"
            )
            return f"{self.title} has a classifier with the labels {labels}; {about}."
        if what in SUBJECTS and len(self.classifiers) > 1:
            return f"{self.title} has {len(self.classifiers)} classifiers; nothing says that one of them is about {SUBJECTS[what]}."
        if self.unread and what in TASKS:
            return f"{self.title} brings a head that this program does not read ({self.unread}): nothing can be said here about {asked}."
        return f"{self.title} was saved without a trained head for {asked}: anything said here would be made up."
