"""The likeliest way of Unigram: by hand, and against the tokenizers library on odd words."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from snippets import gives, same
from tokenizers import models
from tokenizers_of_all_kinds import reader, spelled_words

from bertviz_app import load
from bertviz_app.chapters.tokens import snippet as code
from bertviz_app.chapters.tokens import unigram_path as lens
from bertviz_app.chapters.tokens.piece_boxes import piece_columns
from bertviz_app.drawing import colors
from bertviz_app.families.spelling import UNIGRAM

KINDS = ("bundled Unigram", "small Unigram")
legible = UNIGRAM.legible
FILE = {"vocab": [["?", 0.0], ["a", -3.0], ["b", -4.0], ["c", -2.0], ["ab", -6.0], ["bc", -7.0]], "unk_id": 0}


def test_by_hand() -> None:
    found = lens.of_word("abcz", FILE)
    assert [(best.start, best.piece, best.total) for best in found.table] == [
        (0, "a", -3.0),
        (0, "ab", -6.0),
        (2, "c", -8.0),
        (3, "z", -25.0),
    ]  # a + b = −7 is less than ab = −6; ab + c = −8 more than a + bc = −10; z: −7 − 10
    assert (found.pieces, found.ids) == (("ab", "c", "z"), (4, 3, 0))
    assert lens.notice(found, legible) == (
        "No cut of “abcz” is likelier than “ab c z”: log-probability −25.00, the sum over 3 pieces. "
        "1 letter is not a piece of the vocabulary; it counts as −17.00, which is 10 below the least likely piece."
    )
    assert lens.notice(lens.of_word("ab", FILE), legible) == (
        "“ab” is one piece of the vocabulary (log-probability −6.00), and no other cut of it is likelier."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_way_goes_from_end_to_end_and_its_scores_add_up(kind: str) -> None:
    file = reader(kind).model_file()
    scores, n_cut = dict(file["vocab"]), 0
    for word in spelled_words(kind):
        found = lens.of_word(word, file)
        assert all(scores[best.piece] == best.score for best in found.table if best.is_known)
        assert all(one.end == other.start for one, other in pairwise(found.way)) and found.way[0].start == 0
        assert found.way[-1].total == pytest.approx(sum(best.score for best in found.way))
        n_cut += len(found.way) > 1
    assert n_cut > 200


def test_bytes_in_the_place_of_what_is_unknown() -> None:
    vocabulary = [("?", 0.0), ("a", -1.0), ("<0xC3>", -5.0), ("<0xA9>", -5.0)]
    model = models.Unigram(vocabulary, unk_id=0, byte_fallback=True)
    file = {"vocab": [list(entry) for entry in vocabulary], "unk_id": 0, "byte_fallback": True}
    for word in ("aé", "éé", "aü", "éüa"):
        found, theirs = lens.of_word(word, file), model.tokenize(word)
        assert (found.pieces, found.ids) == (tuple(t.value for t in theirs), tuple(t.id for t in theirs)), word


@pytest.mark.parametrize("theme", [colors.LIGHT, colors.DARK], ids=lambda theme: theme.name)
def test_figure(theme: colors.Theme) -> None:
    found = lens.of_word("▁skateboarding", reader(KINDS[0]).model_file())
    figure = lens.figure(found, theme, legible)
    (bars,) = figure.data
    last = [text for text, row in zip(bars.text, bars.y, strict=True) if row == len(found.table)]
    assert last == [legible(best.piece) for best in found.way]
    assert len(figure.layout.yaxis.ticktext) == len("▁skateboarding") + 1
    long = lens.figure(lens.of_word("ab" * 5_000, reader(KINDS[0]).model_file()), theme, legible)
    assert len(long.to_json()) < 400_000 and len(long.layout.yaxis.ticktext) == lens.MAX_ROWS


@pytest.mark.parametrize("family", ["albert", "xlm-r", "deberta-v2"])
@pytest.mark.parametrize("word", ["▁starlings", "x", "▁été", "😀😀"])
def test_python(tiny_families: dict[str, Path], family: str, word: str) -> None:
    model = load(str(tiny_families[family]))
    found = lens.of_word(word, model.reader.model_file())
    scope = gives(code.unigram_path_code(model.info, found), lens.columns(found, legible))
    same(scope["token_table"], piece_columns(found.pieces, found.ids, legible))
