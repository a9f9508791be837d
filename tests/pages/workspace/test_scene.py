from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from bertviz_app.records.interventions import Intervention
from bertviz_app.workspace import address, browser_memory
from bertviz_app.workspace.scene import FORMER_NAMES, LISTS, NUMBERS, OF_THE_INPUT, SWITCHES, Choice, HiddenWords, Plain, Scene


def value_of(choice: Choice) -> Plain:
    """Some value of the kind that a choice has."""
    if choice in NUMBERS:
        return 3
    if choice in SWITCHES:
        return False
    return ["1.2", "2, all"] if choice in LISTS else "Ünï & </script> ?=+ 100 %"


EVERYTHING = Scene(
    page="attention",
    model="bert-base-uncased",
    texts={"text": "I love AI!", "pair": ""},
    hidden=HiddenWords(("I love AI!", None), ((0, 2, 6),)),
    about={"bert-base-uncased": "sentiment", "another": "topic"},
    choices={choice: value_of(choice) for choice in Choice},
)


def test_a_link_carries_all_but_what_was_typed_and_what_was_chosen_of_it() -> None:
    """Written and read, a scene is the same; nothing typed, or chosen of what was typed, is in the address."""
    linked = address.in_a_link(EVERYTHING)
    assert address.read("attention", address.written(EVERYTHING)) == linked
    assert address.read("attention", address.written(linked)) == linked
    assert set(linked.choices) == set(Choice) - OF_THE_INPUT and not linked.texts and linked.hidden is None
    assert not any("love" in value for values in address.written(EVERYTHING).values() for value in values)
    assert linked.about == {"bert-base-uncased": "sentiment"}


@pytest.mark.parametrize("former, now", FORMER_NAMES.items())
def test_a_choice_by_its_former_name_is_read_from_links_and_browsers(former: str, now: Choice) -> None:
    assert former not in set(Choice)
    assert address.read("tasks", {former: address.spelled(value_of(now))}).choices == {now: value_of(now)}
    kept = json.dumps({"question": "q", "choices": json.dumps({former: value_of(now)})})
    found = browser_memory.answer(kept, "q")
    assert found is not None and found.scene.choices == {now: value_of(now)}


@pytest.mark.parametrize("choice", Choice)
@pytest.mark.parametrize("values", [[""], ["²"], ["-1"], ["9" * 5000], ["true", "3"], ["None"], ["\ud800"], []])
def test_an_address_may_say_anything(choice: Any, values: Any) -> None:
    found = address.read("attention", {choice.value: values, "layers": ["3"], "": ["x"]})
    assert set(found.choices) <= {choice}


@pytest.mark.parametrize(
    "choice, value",
    [
        (Choice.LAYER, "3"), (Choice.LAYER, True), (Choice.WHOLE_WORDS, 1), (Choice.HEADS_OFF, "1.2"), (Choice.HEADS_OFF, [3]),
        (Choice.TASK, 3), (Choice.TASK, None),
    ],
)  # fmt: skip
def test_a_choice_has_values_of_one_kind(choice: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=choice.value):
        Scene(choices={choice: value})


def test_a_scene_is_frozen_and_says_what_is_looked_at_counted_from_0() -> None:
    scene = Scene("attention", choices={Choice.LAYER: 3, Choice.HEAD: 1, Choice.ATTENTION_VIEW: "One head"})
    assert (scene.layer, scene.head, scene.view) == (2, 0, "One head")
    assert (Scene().layer, Scene().head, Scene().view, Scene("home").view) == (None, None, None, None)
    assert Scene("logit_lens", choices={Choice.LENS_VIEW: "Neurons"}).view == "Neurons"
    with pytest.raises(dataclasses.FrozenInstanceError):
        scene.page = "home"  # type: ignore[misc]


def test_what_is_switched_off() -> None:
    scene = Scene(choices={Choice.HEADS_OFF: ["1.2", "3, all"], Choice.LAYERS_OFF: ["2"]})
    heads = frozenset({(0, 1), (2, 0), (2, 1)})
    assert scene.switched_off(n_heads=2) == Intervention(heads=heads, layers=frozenset({1}))
    assert Scene().switched_off(2) == Intervention()


def test_words_are_hidden_in_the_texts_that_they_stand_in() -> None:
    assert EVERYTHING.hidden_in(("I love AI!", None)) == ((0, 2, 6),)
    assert EVERYTHING.hidden_in(("I love AI", None)) == () == Scene().hidden_in(("", None))


def test_another_choice_makes_another_scene() -> None:
    scene = Scene().choosing(Choice.LAYER, 3)
    assert scene.layer == 2 and scene.choosing(Choice.LAYER, None) == Scene()
