"""The merges of BPE: by hand, and against the tokenizers library on odd words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from snippets import gives, same
from tokenizers import models
from tokenizers_of_all_kinds import reader, spelled_words

from bertviz_app import load
from bertviz_app.chapters.tokens import merges as lens
from bertviz_app.chapters.tokens import snippet as code
from bertviz_app.chapters.tokens.piece_boxes import piece_columns
from bertviz_app.drawing import colors
from bertviz_app.families.spelling import BYTE_LEVEL_BPE

KINDS = ("bundled byte-level BPE", "small byte-level BPE")
legible = BYTE_LEVEL_BPE.legible


def test_by_hand() -> None:
    # "low lower": the pairs in the order of Sennrich et al., the leftmost of equals first
    file = {
        "vocab": {p: i for i, p in enumerate(["l", "o", "w", "lo", "low", "ow"])},
        "merges": [["l", "o"], ["lo", "w"], ["o", "w"]],
    }
    found = lens.of_word("lowlo", file)
    assert [(s.left, s.right, s.rank, s.start, s.middle, s.end) for s in found.steps] == [
        ("l", "o", 0, 0, 1, 2), ("l", "o", 0, 3, 4, 5), ("lo", "w", 1, 0, 2, 3),
    ]  # fmt: skip
    assert (found.pieces, found.ids) == (("low", "lo"), (4, 3))
    assert lens.columns(found, legible)["rank"] == [1, 1, 2] and lens.columns(found, legible)["pieces left"] == [4, 3, 2]


@pytest.mark.parametrize("kind", KINDS)
def test_each_step_is_a_merge_of_the_list(kind: str) -> None:
    file = reader(kind).model_file()
    listed = [tuple(pair) for pair in file["merges"]]
    n_steps = 0
    for word in spelled_words(kind):
        found = lens.of_word(word, file)
        assert all(listed[step.rank] == (step.left, step.right) for step in found.steps)
        assert len(found.pieces) == len(found.symbols) - len(found.steps)
        n_steps += len(found.steps)
    assert n_steps > 100


@pytest.mark.parametrize(
    "more",
    [
        {"unk_token": "?"}, {"unk_token": "?", "fuse_unk": True}, {}, {"continuing_subword_prefix": "##"}, {"end_of_word_suffix": "</w>"},
        {"unk_token": "?", "byte_fallback": True}, {"ignore_merges": True},
    ],
    ids=str,
)  # fmt: skip
def test_what_a_file_may_ask_for_is_done_as_the_library_does_it(more: dict[str, Any]) -> None:
    alike = more.get("continuing_subword_prefix", "")
    names = ["?", "a", "b", f"{alike}a", f"{alike}b", "b</w>", "ab", "ab</w>", f"{alike}bb", "abb", "abab", "<0xC3>", "<0xA9>"]
    vocabulary = {name: place for place, name in enumerate(dict.fromkeys(names))}
    pairs = [
        ("a", f"{alike}b"),
        (f"{alike}b", f"{alike}b"),
        ("ab", f"{alike}b"),
        *([("a", "b</w>")] if "end_of_word_suffix" in more else []),
    ]
    model = models.BPE(vocab=vocabulary, merges=pairs, **more)
    file = {"vocab": vocabulary, "merges": [list(pair) for pair in pairs], **more}
    for word in ("ab", "abb", "abbb", "bab", "abab", "axxb", "éa", "zz", "a", "xyabab"):
        found, theirs = lens.of_word(word, file), model.tokenize(word)
        assert (found.pieces, found.ids) == (tuple(t.value for t in theirs), tuple(t.id for t in theirs)), word


def test_a_long_word_is_quick_and_its_figure_small() -> None:
    found = lens.of_word("ab" * 5_000, reader(KINDS[1]).model_file())
    figure = lens.figure(found, colors.LIGHT, legible)
    assert len(figure.to_json()) < 400_000 and len(figure.layout.yaxis.ticktext) <= lens.MAX_ROWS
    assert "of 10,000 symbols" in figure.layout.title.text


@pytest.mark.parametrize("theme", [colors.LIGHT, colors.DARK], ids=lambda theme: theme.name)
def test_figure(theme: colors.Theme) -> None:
    found = lens.of_word("Ġskateboarding", reader(KINDS[0]).model_file())
    (bars,) = lens.figure(found, theme, legible).data
    rows = [
        [text for text, row in zip(bars.text, bars.y, strict=True) if row == place] for place in range(len(found.steps) + 1)
    ]
    assert rows[0] == list("␣skateboarding") and rows[-1] == [legible(piece) for piece in found.pieces]
    assert [len(row) for row in rows] == list(range(14, len(found.pieces) - 1, -1))


def test_notice_by_hand() -> None:
    file = {"vocab": {p: i for i, p in enumerate(["a", "b", "ab"])}, "merges": [["a", "b"]]}
    assert lens.notice(lens.of_word("a", file), legible) == "“a” is a single symbol: there is nothing to merge."
    assert lens.notice(lens.of_word("ab", file), legible) == (
        "“ab” starts as 2 symbols; 1 merge leaves 1 piece: “ab”. Each time, of all neighbours, the pair that stands first in the list of "
        "merges is joined: here “a” and “b”, rank 1."
    )
    assert "no two neighbours" in lens.notice(lens.of_word("ba", file), legible)


@pytest.mark.parametrize("family", ["roberta", "deberta"])
@pytest.mark.parametrize("word", ["Ġstarlings", "x", "ĠÃ©tÃ©", "ðŁĺĢ"])
def test_python(tiny_families: dict[str, Path], family: str, word: str) -> None:
    model = load(str(tiny_families[family]))
    found = lens.of_word(word, model.reader.model_file())
    scope = gives(code.merges_code(model.info, found), lens.columns(found, legible))
    same(scope["token_table"], piece_columns(found.pieces, found.ids, legible))
