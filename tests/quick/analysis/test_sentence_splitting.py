from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from odd_texts import NFD_TEXTS, ODD_TEXTS

from bertviz_app.analysis import sentence_splitting as lens
from bertviz_app.analysis import written_words as written


@dataclass(frozen=True)
class Case:
    """A text with its sentences, told apart by hand; `⏎` in the file is a line break, `‖` stands between two sentences."""

    language: str
    what: str
    text: str
    sentences: tuple[str, ...]


def cases() -> list[Case]:
    lines = (Path(__file__).parents[2] / "hard_sentences.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.replace("⏎", "\n").split("\t") for line in lines]
    return [
        Case(language, what, text.replace("‖", ""), tuple(part.strip() for part in text.split("‖")))
        for language, what, text in rows
    ]


CASES = cases()
# What is still wrong when the language is given; and when it is told by the script alone.
KNOWN = {
    ("en", "company inside"),  # May. is taken for the month
    ("en", "month at the end"),
    ("en", "ellipsis at the end"),
    ("en", "sentence in brackets"),
    ("de", "ordinals"),
    ("ja", "quotes"),
}
KNOWN_BY_SCRIPT = KNOWN | {("de", "abbreviations"), ("it", "abbreviations")}


def cut(text: str, language: str = "") -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in lens.split(text, language).spans)


def test_the_hard_cases_are_sixty_and_more_and_all_but_the_known_ones_are_right() -> None:
    assert len(CASES) >= 60
    assert {(case.language, case.what) for case in CASES if cut(case.text, case.language) != case.sentences} == KNOWN
    assert {(case.language, case.what) for case in CASES if cut(case.text) != case.sentences} == KNOWN_BY_SCRIPT


def test_the_firm_has_four_sentences() -> None:
    text = (
        "The firm was founded on Jan. 5, 1999 by Gen. Lee. It grew fast, as Smith et al. (2004) showed. "
        "In Feb. 2010 it moved to St. Louis. Today it employs 1.5 million people."
    )
    assert [sentence.split()[0] for sentence in cut(text)] == ["The", "It", "In", "Today"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("«French.» Elle part.", ("«French.»", "Elle part.")),
        ("„German.“ Er geht.", ("„German.“", "Er geht.")),
        ("他说：“你好。”然后他走了。", ("他说：“你好。”", "然后他走了。")),
        ("東京は大きい。人が多い！", ("東京は大きい。", "人が多い！")),
        ("apples\npears\n\nmilk", ("apples", "pears", "milk")),
        (
            "This is running text, broken at\nsome width. It goes\non here.",
            ("This is running text, broken at\nsome width.", "It goes\non here."),
        ),
        ("a line\r\nanother line\rand one more", ("a line", "another line", "and one more")),
        ("Dr. Smith met J. R. Lee at 5 p.m. today. He left.", ("Dr. Smith met J. R. Lee at 5 p.m. today.", "He left.")),
        ("It cost 3.50 dollars. “Cheap!” she said. Yes…", ("It cost 3.50 dollars.", "“Cheap!” she said.", "Yes…")),
        ("A title\n\nA text. More", ("A title", "A text.", "More")),
        ("", ()),
        (" \n\u3000\n", ()),
        ("…", ("…",)),
    ],
)
def test_quotes_close_and_lines_without_stops_end_with_their_line(text: Any, sentences: Any) -> None:
    assert cut(text) == sentences


def test_a_wrapped_german_text_is_not_set_in_lines() -> None:
    words = (
        "Der Mann kaufte in der Stadt ein Haus und einen Garten mit Blumen, Bäumen und einem Brunnen, den seine Frau " * 4
    ).split()
    lines = [""]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > 60:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    text = "\n".join(lines)
    found = lens.split(text + ".")
    assert len(found.spans) == 1 and found.n_wrapped == len(lines) - 1 >= 5 and found.n_at_lines == 0


@pytest.mark.parametrize("text", (*ODD_TEXTS, *NFD_TEXTS, " ".join(ODD_TEXTS), "\n".join(ODD_TEXTS)))
def test_sentences_hold_all_of_a_text_in_order_and_tear_no_word_apart(text: Any) -> None:
    spans = lens.split(text).spans
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    inside = "".join(text[start:end] for start, end in spans)
    assert "".join(inside.split()) == "".join(text.split())
    ends = {place for span in spans for place in span}
    assert not any(start < place < end for start, end in written.spans(text) for place in ends)


def test_how_a_text_was_split_is_said() -> None:
    assert lens.split("One. Two.").how() == "2 sentences, split by the rules for English."
    assert lens.split("Eins.", "de").how() == "1 sentence, split by the rules for German."
    assert lens.split("Milk\nBread\nThat is all.").how() == (
        "3 sentences, split by the rules for English. 2 of them end where a line ends, without a full stop: the text is set in lines."
    )
    assert lens.split("It goes\non. So.").how().endswith("Line breaks within running text are read as spaces.")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello", "en"),
        ("Привет мир", "ru"),
        ("γειά", "el"),
        ("你好", "zh"),
        ("漢字とかな", "ja"),
        ("नमस्ते", "hi"),
        ("مرحبا", "ar"),
        ("안녕", "ko"),
        ("12", "en"),
    ],
)
def test_a_script_tells_a_language(text: Any, language: Any) -> None:
    assert lens.recognised(text) == language in lens.LANGUAGES


def test_a_long_run_is_read_in_portions_and_split_like_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    prose = " ".join(case.text for case in CASES if case.language == "en" and "\n" not in case.text)
    text = " ".join([prose] * 4)
    portions = list(lens._ends_within(text, "en"))
    monkeypatch.setattr(lens, "_PORTION", len(text))
    assert len(text) > 8_000 and portions == list(lens._ends_within(text, "en"))


@pytest.mark.parametrize("text", ["“" * 20_000, "“a. " * 5_000, "« " * 10_000, "word " * 4_000])
def test_whatever_is_written_the_work_grows_with_the_length_of_the_text(text: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    segment, lengths = lens.sentencex.segment, []

    def counted(language: Any, portion: Any) -> Any:
        lengths.append(len(portion))
        return segment(language, portion)

    monkeypatch.setattr(lens.sentencex, "segment", counted)
    lens.split(text, "en")
    assert max(lengths) <= 4_000 and sum(lengths) <= 3 * len(text)


def test_a_line_is_read_from_its_end_to_its_last_letter() -> None:
    class Counted(str):
        read = 0

        def __reversed__(self) -> Iterator[Any]:
            for place in range(len(self) - 1, -1, -1):
                self.read += 1
                yield self[place]

    line = Counted("!" * 20_000 + "a, 12")
    assert not lens._ends(line) and line.read == 5  # from each mark a search would read on to the letter
    assert lens._ends("Is it?”") and not lens._ends("and a,") and not lens._ends("")
