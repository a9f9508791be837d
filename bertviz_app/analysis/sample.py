"""The bundled sample of text that heads and words are compared on: twenty passages of two plain sentences each, written for this program."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def passages() -> tuple[tuple[str, str], ...]:
    """The first and the second sentence of each passage."""
    lines = Path(__file__).with_name("sample.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines]
    return tuple((first, second) for first, second in pairs)


def texts(*, paired: bool) -> tuple[tuple[str, str | None], ...]:
    """What a model is given: each passage as a pair, or each sentence alone."""
    return passages() if paired else tuple((sentence, None) for sentence in sentences())


def sentences() -> tuple[str, ...]:
    """Each sentence alone."""
    return tuple(sentence for passage in passages() for sentence in passage)
