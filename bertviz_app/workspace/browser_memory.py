"""A scene as a browser remembers it, written and read: what was typed, hidden and chosen. What comes back is input from outside: checked, bounded, and never an exception."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bertviz_app import settings
from bertviz_app.workspace.scene import Choice, HiddenWords, Scene, Span, choice_named, is_of_its_kind

PROBLEM = "A part of what this browser kept of your last visit could not be read, and was left out."
MOST_NAMES = 100  # texts, choices, hidden words, and what was chosen in one list
LONGEST_NAME = 60
HIDDEN = ("hidden", "variant_hidden")  # the fields of a scene that say which words are hidden
LONGEST_CHOICE = 200  # characters


@dataclass(frozen=True)
class BrowserAnswer:
    """What could be read of an answer: a scene without page and model, and the kind of screen. `problem` says that something was left out."""

    scene: Scene = field(default_factory=Scene)
    screen: str = ""
    problem: str = ""


def most() -> int:
    """The characters that are read of a browser's memory: more than the boxes of all pages hold."""
    return 40 * settings.current().max_characters + 10_000


def written_texts(scene: Scene) -> str:
    """The texts, and the words that are hidden with the texts that they stand in, as the browser keeps them."""
    return json.dumps({"texts": dict(scene.texts)} | {name: _written(getattr(scene, name)) for name in HIDDEN})


def written_choices(scene: Scene) -> str:
    """What was chosen. It is kept apart from the texts, as it outlasts a reload but no new visit."""
    return json.dumps(scene.choices)


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
    items = _items({"choices": chosen}, "choices")
    # A name that is no choice any more is not missed: an older edition wrote it.
    choices = {choice: value for name, value in items if (choice := choice_named(name)) and _is_choice(choice, value)}
    former = sum(choice_named(name) is None and _is_plain(value) for name, value in items)
    hidden = {name: _hidden((kept or {}).get(name)) for name in HIDDEN}
    lost = kept is None or chosen is None or len(texts) < _n(kept.get("texts")) or len(choices) + former < len(chosen)
    lost = lost or any(found is None and bool((kept or {}).get(name)) for name, found in hidden.items())
    scene = Scene(texts=texts, hidden=hidden["hidden"], variant_hidden=hidden["variant_hidden"], choices=choices)
    return BrowserAnswer(scene, screen(said.get("screen")), PROBLEM if lost else "")


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


def _written(hidden: HiddenWords | None) -> object:
    return [hidden.texts, hidden.words] if hidden and hidden.words else None


def _hidden(found: object) -> HiddenWords | None:
    match found:
        case [[str(text), (str() | None) as pair], list(words)] if (
            _is_text(text) and _is_text(pair or "") and len(words) <= MOST_NAMES
        ):
            spans: tuple[Span, ...] = tuple((a, b, c) for a, b, c in words) if all(map(_is_span, words)) else ()
            return HiddenWords((text, pair), spans) if len(spans) == len(words) else None
        case _:
            return None


def _is_span(word: object) -> bool:
    if not isinstance(word, list):
        return False
    return len(word) == 3 and all(type(number) is int and number >= 0 for number in word) and word[0] <= 1


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= settings.current().max_characters and _is_readable(value)


def _is_readable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half of a character
        return False
    return True


def _is_choice(choice: Choice, value: object) -> bool:
    return _is_plain(value) and is_of_its_kind(choice, value)


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return len(value) <= MOST_NAMES and all(isinstance(one, str) and _is_plain(one) for one in value)
    if isinstance(value, str):
        return len(value) <= LONGEST_CHOICE and _is_readable(value)
    return isinstance(value, bool) or (isinstance(value, int) and abs(value) < 10**6)
