"""A scene as the address of its page, and back: all that a link may say. What was typed is not in it, nor what was chosen of what was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bertviz_app.families.tasks import SUBJECTS
from bertviz_app.workspace.scene import LISTS, NUMBERS, OF_THE_INPUT, SWITCHES, Choice, Plain, Scene, choice_named

MODEL, ABOUT = "model", "about"
_SPELLED = {True: "true", False: "false"}  # as Streamlit writes them


def in_a_link(scene: Scene) -> Scene:
    """What of a scene a link carries."""
    choices = {choice: value for choice, value in scene.choices.items() if choice not in OF_THE_INPUT}
    about = {name: subject for name, subject in (scene.about or {}).items() if name == (scene.model or "")}
    return replace(scene, texts={}, hidden=None, variant_hidden=None, about=about or None, choices=choices)


def written(scene: Scene) -> dict[str, list[str]]:
    """The parameters of the address, each with its values. The page is the path before them.

    >>> written(Scene("attention", "embedded", choices={Choice.LAYER: 3, Choice.WHOLE_WORDS: True}))
    {'model': ['embedded'], 'layer': ['3'], 'whole_words': ['true']}
    """
    link = in_a_link(scene)
    said = {MODEL: link.model, ABOUT: (link.about or {}).get(link.model or "")}
    return {name: [value] for name, value in said.items() if value} | {
        choice.value: spelled(value) for choice, value in link.choices.items()
    }


def spelled(value: Plain) -> list[str]:
    """A value as an address says it."""
    return value if isinstance(value, list) else [_SPELLED[value] if isinstance(value, bool) else str(value)]


def read(page: str, parameters: Mapping[str, Sequence[str]]) -> Scene:
    """The scene that an address asks for. What is no choice, or no value of its kind, is left out: anybody may write one.

    >>> read("attention", {"layer": ["3"], "whole_words": ["true"], "heads_off": ["1.2", "2.1"], "head": ["first"]}).choices
    {<Choice.LAYER: 'layer'>: 3, <Choice.WHOLE_WORDS: 'whole_words'>: True, <Choice.HEADS_OFF: 'heads_off'>: ['1.2', '2.1']}
    """
    model, about = (next(iter(parameters.get(name, ())), None) for name in (MODEL, ABOUT))
    choices = {
        choice: value
        for name, values in parameters.items()
        if (choice := choice_named(name)) and choice not in OF_THE_INPUT and values
        if (value := _understood(choice, values)) is not None
    }
    return Scene(page, model, about={model or "": about} if about in SUBJECTS else None, choices=choices)


def _understood(choice: Choice, values: Sequence[str]) -> Plain | None:
    if choice in LISTS:
        return list(values)
    value = values[0]
    if choice in SWITCHES:
        return {"true": True, "false": False}.get(value.lower())
    if choice in NUMBERS:
        return int(value) if re.fullmatch("-?[0-9]{1,18}", value) else None
    return value
