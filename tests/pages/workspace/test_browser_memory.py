from __future__ import annotations

import json
from typing import Any

import pytest

from bertviz_app import settings
from bertviz_app.workspace import browser_memory as remembered
from bertviz_app.workspace.browser_memory import PROBLEM, BrowserAnswer
from bertviz_app.workspace.scene import Choice, HiddenWords, Scene


def said(texts: Any = "", choices: Any = "", question: str = "q", screen: Any = "dark wide") -> str:
    return json.dumps({"question": question, "texts": texts, "choices": choices, "screen": screen})


def kept(**parts: Any) -> str:
    return json.dumps(parts)


def test_what_was_written_comes_back() -> None:
    scene = Scene(
        texts={"text": "Ünï </script> $x$", "pair": ""},
        hidden=HiddenWords(("Ünï </script> $x$", None), ((0, 0, 3),)),
        choices={Choice.LAYER: 3, Choice.LAYERS_OFF: ["1"], Choice.WHOLE_WORDS: True, Choice.LENS_TOKEN: ["ab12", "3"]},
    )
    found = remembered.answer(said(remembered.written_texts(scene), remembered.written_choices(scene)), "q")
    assert found == BrowserAnswer(scene, "dark wide", "")


def test_an_empty_memory_is_an_answer_and_no_problem() -> None:
    assert remembered.answer(said(), "q") == BrowserAnswer(screen="dark wide")
    assert remembered.answer(said(remembered.written_texts(Scene())), "q") == BrowserAnswer(screen="dark wide")


def test_an_answer_to_another_question_is_none() -> None:
    """It is older: the browser sends it again when the server was gone, before it hears what it is asked now."""
    assert remembered.answer(said(kept(texts={"text": "old"}), question="before"), "q") is None
    assert remembered.answer(None, "q") is None and remembered.answer("", "q") is None


NESTED = "[" * 100_000 + "]" * 100_000
SPOILED = {
    "no text": 3,
    "a list": ["x"],
    "bytes": b"x",
    "no JSON": "nonsense",
    "null": "null",
    "a number": "7",
    "nested": NESTED,
    "nested in an object": '{"question": ' + NESTED + "}",
    "a lone surrogate": '"\ud800"',
    "endless digits": "9" * 5_000,
    "20 MB": json.dumps({"question": "q", "texts": "x" * 20_000_000}),
}


@pytest.mark.parametrize("saved", SPOILED.values(), ids=SPOILED)
def test_a_spoiled_answer_is_an_empty_one_with_a_sentence(saved: Any) -> None:
    assert remembered.answer(saved, "q") == BrowserAnswer(problem=PROBLEM)


PARTS = {
    "nested": NESTED,
    "no JSON": "{",
    "2 MB": kept(texts={"text": "x" * 2_000_000}),
    "a number": 5,
    "a list": "[1]",
    "texts are a list": kept(texts=["a"]),
    "a text is a number": kept(texts={"text": 4}),
    "a text is a lone surrogate": '{"texts": {"text": "a \\ud800 b"}}',
    "a name is a lone surrogate": '{"texts": {"\\ud800": "a"}}',
    "a text is too long": kept(texts={"text": "x" * (settings.current().max_characters + 1)}),
    "a long name": kept(texts={"x" * 61: "a"}),
    "a thousand texts": kept(texts={str(n): "a" for n in range(1000)}),
}


@pytest.mark.parametrize("texts", PARTS.values(), ids=PARTS)
def test_what_cannot_be_read_is_left_out_and_said(texts: Any) -> None:
    found = remembered.answer(said(texts, kept(layer=2)), "q")
    assert found.problem == PROBLEM and found.scene.choices == {"layer": 2}
    assert len(found.scene.texts) <= remembered.MOST_NAMES and all(text == "a" for text in found.scene.texts.values())


def test_what_can_be_read_beside_it_is_kept() -> None:
    found = remembered.answer(said(kept(texts={"text": "Good.", "pair": 4})), "q")
    assert found.scene.texts == {"text": "Good."} and found.problem == PROBLEM


@pytest.mark.parametrize(
    "hidden",
    [
        5, "x", [], [["a", None]], [["a", None], [[0, 1]]], [["a", None], [[0, 1, 2, 3]]], [["a", None], [[2, 0, 1]]],
        [["a", None], [[0, -1, 1]]], [["a", None], [[0, 0.5, 1]]], [["a", None], [[0, True, 1]]], [["a", 3], [[0, 0, 1]]],
        [[None, None], [[0, 0, 1]]], [["a", None], [[0, 0, 1]] * 101], [["a", None], [5]],
    ],
)  # fmt: skip
def test_hidden_words_are_three_numbers_each(hidden: Any) -> None:
    found = remembered.answer(said(kept(texts={"text": "a"}, hidden=hidden)), "q")
    assert found.scene.hidden is None and found.scene.texts == {"text": "a"} and (found.problem == PROBLEM or not hidden)


def test_a_choice_is_of_its_kind_and_one_that_no_longer_exists_is_not_missed() -> None:
    found = remembered.answer(said("", kept(layer="3", whole_words=1, layers_off="2", head=2, former_view="Grid")), "q")
    assert found.scene.choices == {"head": 2} and found.problem == PROBLEM
    assert remembered.answer(said("", kept(head=2, former_view="Grid")), "q").problem == ""


@pytest.mark.parametrize("choice", [None, 1.5, {"a": 1}, [1], [["a"]], "x" * 201, ["a"] * 101, 10**7, ["\ud800"], NESTED])
def test_a_choice_is_a_plain_value(choice: Any) -> None:
    found = remembered.answer(said("", kept(layer=choice, head=2)), "q")
    assert found.scene.choices == {"head": 2} and found.problem == PROBLEM


@pytest.mark.parametrize("screen", [None, 3, "", "pink wide", "dark wide ", "dark narrow\nx", ["dark wide"], "x" * 10**6])
def test_a_screen_is_one_of_four(screen: Any) -> None:
    assert remembered.screen(screen) == ""
    assert remembered.answer(said(screen=screen), "q") == BrowserAnswer()
