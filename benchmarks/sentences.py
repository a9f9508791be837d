"""Sentence splitters on the hard cases of the tests: how many texts each splits as they were split by hand, and its time for all of them.

python -m benchmarks.sentences          # those that are installed: sentencex, pysbd, syntok, segtok, nupunkt, yasbd-lib, sakurs
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from bertviz_app.analysis import sentence_splitting

CASES = Path(__file__).parents[1] / "tests" / "hard_sentences.tsv"
Splitter = Callable[[str, str], Iterable[str]]


def _pysbd(module: Any, language: str, text: str) -> Iterable[str]:
    try:
        return module.Segmenter(language=language, clean=False).segment(text)
    except ValueError:  # a language that it does not know
        return module.Segmenter(language="en", clean=False).segment(text)


def _syntok(module: Any, _: str, text: str) -> Iterable[str]:
    for paragraph in module.process(text):
        for tokens in paragraph:
            yield text[tokens[0].offset : tokens[-1].offset + len(tokens[-1].value)]


def _yasbd(module: Any, language: str, text: str) -> Iterable[str]:
    known = language if language in module.get_supported_langs() else "en"
    return (str(getattr(piece, "text", piece)) for piece in module.BoundaryDetector(known).segment(text))


def _sakurs(module: Any, language: str, text: str) -> Iterable[str]:
    return module.split(text, language=language if language in module.supported_languages() else "en")


# module: what it makes of a text of a language
SPLITTERS: dict[str, Callable[[Any, str, str], Iterable[str]]] = {
    "sentencex": lambda module, language, text: module.segment(language, text),
    "pysbd": _pysbd,
    "syntok.segmenter": _syntok,
    "segtok.segmenter": lambda module, _, text: module.split_multi(text),
    "nupunkt": lambda module, _, text: module.sent_tokenize(text),
    "yasbd": _yasbd,
    "sakurs": _sakurs,
}


def ours(language: str, text: str) -> Iterable[str]:
    """What the program does: sentencex within lines, and what holds words together."""
    return (text[start:end] for start, end in sentence_splitting.split(text, language).spans)


def measured(name: str, split: Splitter) -> str:
    """A row of the table: texts that are split rightly, of running text and of text in lines, and milliseconds for all."""
    right, of = {"prose": 0, "lines": 0}, {"prose": 0, "lines": 0}
    began = time.perf_counter()
    for row in CASES.read_text(encoding="utf-8").splitlines():
        language, _, text = row.replace("⏎", "\n").split("\t")
        kind = "lines" if "‖\n" in text and "\n\n" not in text else "prose"
        wanted = [" ".join(part.split()) for part in text.split("‖")]
        of[kind] += 1
        right[kind] += [" ".join(part.split()) for part in split(language, text.replace("‖", "")) if part.strip()] == wanted
    return f"{name:<18} prose {right['prose']}/{of['prose']}  lines {right['lines']}/{of['lines']}  {1000 * (time.perf_counter() - began):.0f} ms"


def main() -> None:
    """A line for each splitter that is installed, and for this program."""
    rows = [measured("this program", ours)]
    rows.append(measured("… by script alone", lambda _, text: ours("", text)))
    for name, split in SPLITTERS.items():
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        rows.append(measured(name, partial(split, module)))
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
