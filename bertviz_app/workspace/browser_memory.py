"""What a browser remembers of a visit, written and read. What comes back is input from outside: checked, bounded, and never an exception."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bertviz_app import settings
from bertviz_app.workspace.scene import Plain, Span

Input = tuple[str, str | None]  # the sentence and the second one, as they were typed

PROBLEM = "A part of what this browser kept of your last visit could not be read, and was left out."
MOST_NAMES = 100  # texts, choices, hidden words, and what was chosen in one list
LONGEST_NAME = 60
LONGEST_CHOICE = 200  # characters


@dataclass(frozen=True)
class BrowserAnswer:
    """What could be read of an answer. `hidden` are words with the input that they belong to; `problem` says that something was left out."""

    texts: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[Input, tuple[Span, ...]] | None = None
    choices: Mapping[str, Plain] = field(default_factory=dict)
    screen: str = ""
    problem: str = ""


def most() -> int:
    """The characters that are read of a browser's memory: more than the boxes of all pages hold."""
    return 40 * settings.current().max_characters + 10_000


def written_texts(texts: Mapping[str, str], subject: object, hidden: tuple[Span, ...]) -> str:
    """The texts, and the words that are hidden with the input that they belong to, as the browser keeps them."""
    return json.dumps({"texts": dict(texts), "hidden": [subject, hidden] if hidden else None})


def answer(saved: object, question: str) -> BrowserAnswer | None:
    """What a browser says; None for nothing, and for an answer to another question than this, which is older."""
    if saved is None or saved == "":
        return None
    # Twice in a string of a string: each character takes up to twelve.
    said = _object(saved, 12 * 2 * most())
    if said is None:
        return BrowserAnswer(problem=PROBLEM)
    if said.get("question") != question:
        return None
    kept, chosen = _kept(said.get("texts")), _kept(said.get("choices"))
    texts = {name: text for name, text in _items(kept, "texts") if _is_text(text)}
    choices = {name: value for name, value in _items({"choices": chosen}, "choices") if _is_plain(value)}
    hidden = _hidden((kept or {}).get("hidden"))
    lost = kept is None or chosen is None or len(texts) < _n(kept.get("texts")) or len(choices) < len(chosen)
    lost = lost or (hidden is None and bool((kept or {}).get("hidden")))
    return BrowserAnswer(texts, hidden, choices, screen(said.get("screen")), PROBLEM if lost else "")


def screen(said: object) -> str:
    """The kind of screen that a browser says it has, such as "dark narrow"; empty for anything else."""
    return said if isinstance(said, str) and re.fullmatch("(dark|light) (narrow|wide)", said) else ""


def _object(text: object, longest: int) -> dict[str, Any] | None:
    """The JSON object that a text holds, if it is one of bearable size."""
    if not isinstance(text, str) or len(text) > longest:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _kept(text: object) -> dict[str, Any] | None:
    return {} if text == "" else _object(text, most())


def _items(kept: Mapping[str, Any] | None, part: str) -> list[tuple[str, Any]]:
    found = (kept or {}).get(part)
    if not isinstance(found, dict):
        return []
    return [
        (name, value) for name, value in list(found.items())[:MOST_NAMES] if len(name) <= LONGEST_NAME and _is_readable(name)
    ]


def _n(found: object) -> int:
    return len(found) if isinstance(found, dict) else int(found is not None)


def _hidden(found: object) -> tuple[Input, tuple[Span, ...]] | None:
    match found:
        case [[str(text), (str() | None) as pair], list(words)] if (
            _is_text(text) and _is_text(pair or "") and len(words) <= MOST_NAMES
        ):
            spans = tuple(tuple(word) for word in words if isinstance(word, list) and _is_span(word))
            return ((text, pair), spans) if len(spans) == len(words) else None
        case _:
            return None


def _is_span(word: list[Any]) -> bool:
    return len(word) == 3 and all(type(number) is int and number >= 0 for number in word) and word[0] <= 1


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= settings.current().max_characters and _is_readable(value)


def _is_readable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half of a character
        return False
    return True


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return len(value) <= MOST_NAMES and all(isinstance(one, str) and _is_plain(one) for one in value)
    if isinstance(value, str):
        return len(value) <= LONGEST_CHOICE and _is_readable(value)
    return isinstance(value, bool) or (isinstance(value, int) and abs(value) < 10**6)
