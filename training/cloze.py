"""Sixty everyday sentences with one blank, and the words that fit it. They are never trained on: see `training.prepare`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).parents[1] / "tests" / "cloze.tsv"


@dataclass(frozen=True)
class Cloze:
    """A sentence with [MASK] in it, and the words that count as right."""

    text: str
    words: tuple[str, ...]


def sentences() -> list[Cloze]:
    """All sixty, in the order of the file: sentence, tab, words separated by commas."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [Cloze(text, tuple(words.split(","))) for text, words in pairs]
