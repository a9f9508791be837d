"""The checkpoints we know: data, no logic.

`source` is a folder beside this file for the embedded model, a Hub repository for the others, pinned to one revision.
Sizes are of the safetensors file. Licences as stated on the model cards.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that can be named: `name` in links and commands, `title` on the screen."""

    name: str
    title: str
    source: str
    revision: str
    licence: str
    megabytes: int

    @property
    def is_embedded(self) -> bool:
        return self.revision == "embedded"


CATALOG = {
    checkpoint.name: checkpoint
    for checkpoint in (
        Checkpoint("embedded", "Embedded BERT", str(PACKAGE / "embedded"), "embedded", "Apache-2.0", 46),
        Checkpoint(
            "bert-base-uncased",
            "BERT base, uncased",
            "google-bert/bert-base-uncased",
            "86b5e0934494bd15c9632b12f734a8a67f723594",
            "Apache-2.0",
            440,
        ),
        Checkpoint(
            "bert-base-cased",
            "BERT base, cased",
            "google-bert/bert-base-cased",
            "cd5ef92a9fb2f889e972770a36d4ed042daf221e",
            "Apache-2.0",
            436,
        ),
        Checkpoint(
            "bert-large-uncased",
            "BERT large, uncased",
            "google-bert/bert-large-uncased",
            "6da4b6a26a1877e173fca3225479512db81a5e5b",
            "Apache-2.0",
            1345,
        ),
        Checkpoint(
            "bert-base-multilingual-cased",
            "BERT base, multilingual, cased",
            "google-bert/bert-base-multilingual-cased",
            "3f076fdb1ab68d5b2880cb87a0886f315b8146f8",
            "Apache-2.0",
            714,
        ),
    )
}
