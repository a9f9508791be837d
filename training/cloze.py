"""Everyday sentences with one blank, and the words that fit it. They are never trained on: see `training.prepare`.

There are two lists: sixty, by which runs are followed, and forty that only the finished model is asked, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SIXTY = Path(__file__).parents[1] / "tests" / "cloze.tsv"
FORTY = SIXTY.with_name("cloze_second.tsv")


@dataclass(frozen=True)
class Cloze:
    """A sentence with [MASK] in it, and the words that count as right."""

    text: str
    words: tuple[str, ...]


def sentences(table: Path = SIXTY) -> list[Cloze]:
    """All of one list, in the order of the file: sentence, tab, words separated by commas."""
    lines = table.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [Cloze(text, tuple(words.split(","))) for text, words in pairs]
