from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from snippets import gives

from bertviz_app import load
from bertviz_app.chapters.tokens import side_by_side as lens
from bertviz_app.chapters.tokens import snippet as code
from bertviz_app.checkpoints.catalog import PACKAGE
from bertviz_app.drawing.colors import LIGHT
from bertviz_app.engine import tokenizers as comparing
from bertviz_app.families.spelling import Cut, from_bytes

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

OWN = {title: path.relative_to(PACKAGE.parent).as_posix() for title, path in comparing.OWN.items()}
TEXT = "star lings"
ONE = Cut("One (a)", "WordPiece", ("star", "ling", "##s"), (1, 2, 3), ((0, 4), (5, 9), (9, 10)), 10)
TWO = Cut("Two (b)", "Unigram", ("␣star", "␣lings"), (4, 5), ((0, 4), (4, 10)), 10)


def test_words_that_are_cut_in_different_ways() -> None:
    assert lens.disputed_words(TEXT, (ONE, TWO)) == ["lings"] and lens.disputed_words(TEXT, (ONE, ONE)) == []
    assert "One 3, Two 2. They first differ at “lings”: One ling ##s; Two ␣lings." in lens.notice(TEXT, (ONE, TWO))


def test_boxes_that_no_other_has_stand_out() -> None:
    chart = lens.side_by_side_figure(TEXT, (ONE, TWO), LIGHT)
    assert [line == LIGHT.accent for line in chart.data[0].marker.line.color] == [False, True, True]
    spaced = Cut("Three", "Unigram", ("␣star", "␣lings"), (4, 5), ((0, 4), (4, 10)), 10)
    alike = Cut("Four", "WordPiece", ("star", "lings"), (1, 2), ((0, 4), (5, 10)), 10)
    colors = lens.side_by_side_figure(TEXT, (spaced, alike), LIGHT).data[0].marker.line.color
    assert LIGHT.accent not in colors  # a space in front makes no difference
    assert list(chart.data[1].text) == ["␣star", "␣lings"]
    assert len(lens.columns((ONE, TWO))["token"]) == 5


def test_the_tokenizers_of_the_package_by_the_python_on_the_page(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Thousands of starlings murmurate at dusk. Café 😀"
    cuts = comparing.cuts(text, {})
    assert [cut.kind for cut in cuts] == ["WordPiece", "byte-level BPE", "Unigram"]
    assert cuts[0].tokens == model.encode(text).tokens[1:-1] and [cut.vocab_size for cut in cuts[1:]] == [8_000, 8_000]
    monkeypatch.chdir(tmp_path)  # it runs in every folder
    gives(code.side_by_side_code(model.info, text, OWN, with_own=False), lens.columns(cuts))


def test_the_tokenizer_of_the_chosen_model_is_in_the_python_too(tiny_families: dict[str, Path]) -> None:
    text, chosen = "Café 😀, the cat", load(str(tiny_families["xlm-r"]))
    cuts = comparing.cuts(text, {chosen.info.title: tiny_families["xlm-r"] / "tokenizer.json"})
    gives(code.side_by_side_code(chosen.info, text, OWN, with_own=True), lens.columns(cuts))


def test_bytes_are_read_as_letters() -> None:
    assert [from_bytes(token) for token in ("Ġlove", "Ã©", "Ã", "<s>", "Ċ")] == ["␣love", "é", "⟨C3⟩", "<s>", "⏎"]
