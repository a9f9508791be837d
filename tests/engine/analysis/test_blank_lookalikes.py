from __future__ import annotations

import random
from typing import Any

import pytest

from bertviz_app.analysis.blank_lookalikes import lookalikes, question, with_blanks
from bertviz_app.engine.reader import BLANKS

ALIKE = [
    "[mask]", "[Mask]", "<MASK>", "<Mask>", "[ MASK ]", "[MASK ]", "< mask >", "___", "__", "________", "_ _ _", r"\_\_\_", "<extra_id_0>",
    "<special1>", "[MASK1]", "[MASK_2]", "[BLANK]", "<blank>", "{mask}", "{{mask}}", "[gMASK]", "[masked]", "［MASK］", "[___]",
]  # fmt: skip
NONE = [
    "The [MASK] sat.", "The <mask> sat.", "__init__", "x[mask]", "x[mask].sum()", "df[mask]", "https://a.b/___", "http://a.b/[mask]", "www.a.b/_mask_",
    "a_b", "snake__case", "__bold__", "___bold___", "mask", "He wore a mask.", "[masks off]", "`[mask]`", "(masking tape)", "[mask](http://a.b)",
    "array[mask]=0", "[mask].sum()", "user_name_", "_", "…", "[1]", "[sic]", "<b>", "a@b.__", "C:\\___\\x", "/tmp/___/a", "--[mask]--x", "(mask)", "[ ]", "[]", "[...]",
]  # fmt: skip


@pytest.mark.parametrize("written", ALIKE)
@pytest.mark.parametrize(
    "frame", ["The {} sat.", "{}", "She said “{}”, twice.", "It was {}.", "¿{}?", "The {}'s hat", "({}) sat", "a {}\nb"]
)
def test_what_looks_like_a_blank_is_asked_about(written: Any, frame: Any) -> None:
    text = frame.replace("{}", written)
    assert with_blanks(text) == frame.replace("{}", "[MASK]")
    assert question([text]).startswith("Did you mean [MASK]?")


@pytest.mark.parametrize("text", NONE)
def test_blanks_code_addresses_and_words_are_left_alone(text: Any) -> None:
    assert lookalikes(text) == [] and with_blanks(text) == text and question([text]) == ""


def test_every_blank_of_ours_is_none_to_ask_about() -> None:
    assert all(lookalikes(f"The {blank} sat.") == [] for blank in BLANKS)


def test_several_are_named_once_each() -> None:
    assert (
        question(["___ and [mask]", "___ too"]) == "Did you mean [MASK]? “___”, “[mask]” are read as letters, not as a blank."
    )


def test_any_text_is_mended_once_and_keeps_the_rest() -> None:
    chance = random.Random(0)
    alphabet = [
        *[" "] * 12,
        "___",
        "[mask]",
        "<MASK>",
        "_",
        "[",
        "]",
        "mask",
        "<",
        ">",
        " ",
        ".",
        "a",
        "(",
        ")",
        "\\",
        "/",
        "\n",
        "MASK",
        "…",
        "{",
        "}",
    ]
    mended = 0
    for _ in range(3000):
        text = "".join(chance.choices(alphabet, k=chance.randrange(12)))
        after = with_blanks(text)
        found = lookalikes(text)
        assert lookalikes(after) == []
        mended += after != text
        assert len(after) == len(text) + sum(6 - (one.end - one.start) for one in found)
    assert mended > 50


def test_a_long_text_takes_no_time() -> None:
    assert lookalikes("_ " * 10_000 + "[" * 5_000 + "<" * 5_000) is not None
