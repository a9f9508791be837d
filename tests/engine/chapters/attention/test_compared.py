"""The laws of a head that is compared, in every reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.analysis.alignment import align
from bertviz_app.analysis.differences_said import SAME
from bertviz_app.analysis.head_readings import HeadReading
from bertviz_app.analysis.typed_characters import Read
from bertviz_app.analysis.words import as_words
from bertviz_app.chapters.attention import compared as lens
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.drawing.pictures import Picture
    from bertviz_app.engine.model import Model

TEXTS = ("He sat on the bank of the river.", "He put his money into a bank.")
READINGS = [HeadReading(), HeadReading(words=True), HeadReading(hide_special=True), HeadReading(words=True, hide_special=True)]


def picture(model: Model, texts: Any, reading: HeadReading) -> Picture:
    one, other = (model.run(text) for text in texts)
    encodings = [as_words(forward.encoding) if reading.words else forward.encoding for forward in (one, other)]
    return lens.head_picture((one, other), ((2, 3), (2, 3)), reading, align(*map(Read.plain, encodings)), colors.LIGHT)


def values(of: Picture) -> dict[tuple[str, str], float]:
    """The change of each weight by its row and its column."""
    table = of.columns
    rows = [f"{number} {name}" for number, name in enumerate(table["original"]) if name]
    columns = [name for name in table if name not in ("number", "original", "variant")]
    there = [at for at, name in enumerate(table["original"]) if name]
    return {
        (row, column): table[column][at]
        for row, at in zip(rows, there, strict=True)
        for column in columns
        if table[column][at] is not None
    }


@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_against_itself_nothing_differs(model: Model, reading: HeadReading) -> None:
    same = picture(model, (TEXTS[0], TEXTS[0]), reading)
    assert same.notice == SAME and not any(values(same).values())


@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_exchanged_the_signs_change_and_the_changes_of_a_row_add_up_to_nothing(model: Model, reading: HeadReading) -> None:
    forth, back = (picture(model, texts, reading) for texts in (TEXTS, TEXTS[::-1]))
    changes = sorted(values(forth).values())
    assert changes == pytest.approx(sorted(-value for value in values(back).values()))
    assert max(changes) > 0.01
    sums: dict[str, float] = {}
    for (row, _), value in values(forth).items():
        sums[row] = sums.get(row, 0) + value
    assert list(sums.values()) == pytest.approx([0] * len(sums), abs=1e-6)


def test_special_tokens_that_are_hidden_are_no_rows_and_no_columns(model: Model) -> None:
    shown, hidden = (picture(model, TEXTS, HeadReading(hide_special=hide)) for hide in (False, True))
    assert "[CLS]" in shown.columns["original"] and not {"[CLS]", "[SEP]"} & {*hidden.columns["original"], *hidden.columns}


def test_the_change_is_that_of_the_weights_of_the_tokens_that_meet(model: Model) -> None:
    table = picture(model, TEXTS, HeadReading()).columns
    row = table["original"].index("bank")
    weights = []
    for text in TEXTS:
        forward = model.run(text)
        tokens = forward.encoding.tokens
        weights.append(float(forward.attentions[2, 3, tokens.index("bank"), tokens.index("he")]))
    he = next(name for name in table if name.endswith("he") and "the" not in name)
    assert table[he][row] == pytest.approx(weights[1] - weights[0], abs=1e-6) and not np.isnan(table[he][row])
