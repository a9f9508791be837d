from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.analysis.head_readings import HeadReading
from bertviz_app.chapters.attention import thumbnails as lens
from bertviz_app.chapters.attention.measures import PLACES, head_patterns, read_head
from bertviz_app.drawing import blocks, plots

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

LONG = (
    "the quick brown fox jumps over a lazy dog while an old grey cat watches from its warm window and thinks about fish " * 24
)


@pytest.fixture(scope="module")
def longest(model: Model) -> Any:
    return model.run(model.encode(LONG))


def test_levels_by_hand(forward: ForwardPass) -> None:
    """A weight of 1/4 is level 127.5, half way: the levels grow with the square root."""
    drawn = lens.thumbnails(forward, HeadReading())
    assert drawn.block == 1 and drawn.levels.shape == forward.attentions.shape
    np.testing.assert_allclose(drawn.levels, 255 * np.sqrt(forward.attentions), atol=0.5001)


def test_blocks_keep_the_strongest(longest: Any) -> None:
    weights = longest.attentions[0]
    cells = blocks.strongest_in_blocks(weights, 5)
    n = weights.shape[-1]
    assert cells.shape == (12, -(-n // 5), -(-n // 5))
    assert cells[3, 0, 1] == weights[3, :5, 5:10].max() and cells.max() == weights.max()
    assert cells[3, -1, -1] == weights[3, (n - 1) // 5 * 5 :, (n - 1) // 5 * 5 :].max()


def test_a_long_text_has_thumbnails_of_the_same_size(longest: Any) -> None:
    drawn = lens.thumbnails(longest, HeadReading())
    assert longest.encoding.n_tokens == 512 and drawn.block == 11 and drawn.levels.shape == (6, 12, 47, 47)
    np.testing.assert_array_equal(drawn.peak, longest.attentions.max(axis=(2, 3)))


@pytest.mark.parametrize(
    "reading", [HeadReading(), HeadReading(words=True), HeadReading(True, True, "B → A"), HeadReading(False, True, "A → A")]
)
def test_the_strongest_link_is_that_of_the_reading(pair_forward: ForwardPass, reading: Any) -> None:
    drawn, patterns = lens.thumbnails(pair_forward, reading), head_patterns(pair_forward)
    one = read_head(pair_forward, 4, 2, reading)
    row, column = drawn.strongest[4, 2]
    assert (row, column) == one.strongest and drawn.peak[4, 2] == one.weights.max()
    table = lens.heads_columns(pair_forward, drawn)
    place = 4 * 12 + 2
    assert (table["layer"][place], table["head"][place]) == (5, 3)
    assert (table["strongest from"][place], table["to"][place]) == (one.queries[row], one.keys[column])
    assert table["weight"][place] == pytest.approx(one.weights.max()) and table["share"][place] == pytest.approx(
        patterns.share[4, 2]
    )
    said = lens.titles(drawn, patterns)[place]
    assert said.startswith(f"Head 5.3: {plots.percent(patterns.share[4, 2])} on {PLACES[patterns.place[4, 2]]}; strongest: ")
    assert said.endswith(f"{one.queries[row]} → {one.keys[column]}, {plots.percent(one.weights.max())}")


def test_a_sentence_without_words_in_its_block_gives_an_empty_picture(model: Model) -> None:
    forward = model.run(model.encode("It was late."))
    drawn = lens.thumbnails(forward, HeadReading(hide_special=True, block="B → B"))
    assert drawn.queries == drawn.keys == () and drawn.levels.max() == 0
    assert lens.titles(drawn, head_patterns(forward))[0].endswith("strongest: – → –, 0 %")
