from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from snippets import gives, run

from bertviz_app import load
from bertviz_app.analysis.head_readings import BLOCKS, HeadReading
from bertviz_app.chapters.attention import figures
from bertviz_app.chapters.attention import measures as lens
from bertviz_app.chapters.attention import snippet as code
from bertviz_app.chapters.attention.thumbnails import heads_columns, thumbnails
from bertviz_app.drawing import colors, plots
from bertviz_app.engine.layers import query_key

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

READINGS = [HeadReading(words, hide, block) for words in (False, True) for hide in (False, True) for block in BLOCKS]
LONG = (
    "the quick brown fox jumps over a lazy dog while an old grey cat watches from its warm window and thinks about fish " * 24
)


@pytest.fixture(scope="module")
def pieces(model: Model) -> Any:
    """A pair with words in several pieces, one of them at the end of its sentence."""
    return model.run(model.encode("Starlings murmurate", "neuroscientists watch murmurations."))


@pytest.fixture(scope="module")
def longest(model: Model) -> Any:
    return model.run(model.encode(LONG))


@pytest.mark.parametrize("reading", READINGS)
def test_rows_sum_to_one_and_blocks_to_at_most_one(pieces: Any, reading: Any) -> None:
    weights = lens.read_head(pieces, 3, 4, reading)
    sums = weights.weights.sum(axis=-1)
    assert weights.weights.shape == (len(weights.queries), len(weights.keys)) and weights.weights.min() >= 0
    if reading.block == "All":
        np.testing.assert_allclose(sums, 1, atol=1e-5)
    else:
        assert sums.max() <= 1 + 1e-5


@pytest.mark.parametrize("words", [False, True])
@pytest.mark.parametrize("hide", [False, True])
def test_the_blocks_of_a_sentence_add_up_to_its_rows(pieces: Any, words: Any, hide: Any) -> None:
    for segment in "AB":
        rows = [
            lens.read_head(pieces, 2, 7, HeadReading(words, hide, f"{segment} → {other}")).weights.sum(axis=-1)
            for other in "AB"
        ]
        np.testing.assert_allclose(rows[0] + rows[1], 1, atol=1e-5)


def test_words_are_put_together_and_found_again(pieces: Any) -> None:
    weights = lens.read_head(pieces, 0, 0, HeadReading(words=True, hide_special=True))
    assert weights.queries == ("Starlings", "murmurate", "neuroscientists", "watch", "murmurations", ".")
    tokens = pieces.encoding.tokens
    assert weights.row_of[0] == -1 and weights.row_of[tokens.index("##ate")] == weights.row_of[tokens.index("murmur")] == 1
    block = lens.read_head(pieces, 0, 0, HeadReading(words=True, hide_special=True, block="B → A"))
    assert (block.queries, block.keys) == (weights.queries[2:], weights.queries[:2])
    assert block.row_of[tokens.index("watch")] == 1 and block.column_of[tokens.index("watch")] == -1


def test_the_same_word_twice_in_a_row_stays_two_words(model: Model) -> None:
    forward = model.run(model.encode("murmurate murmurate"))
    assert lens.read_head(forward, 0, 0, HeadReading(words=True)).queries == ("[CLS]", "murmurate", "murmurate", "[SEP]")


def test_patterns_are_shares_of_all_the_weight(forward: ForwardPass) -> None:
    patterns = lens.head_patterns(forward)
    weights, n = forward.attentions[0, 2], forward.encoding.n_tokens
    shares = [
        sum(weights[i, i - 1] for i in range(1, n)) / n,
        sum(weights[i, i + 1] for i in range(n - 1)) / n,
        np.mean([weights[i, i] for i in range(n)]),
        weights[:, 0].mean(),
        weights[:, n - 1].mean(),
    ]
    assert patterns.place[0, 2] == int(np.argmax(shares)) and patterns.share[0, 2] == pytest.approx(max(shares), abs=1e-6)


def test_the_telling_head_looks_at_a_neighbour_or_has_the_firmest_habit() -> None:
    place = np.array([[2, 0], [1, 3]])  # itself, previous; next, [CLS]
    share = np.array([[0.9, 0.6], [0.7, 0.95]])
    assert lens.telling_head(lens.HeadPattern(place, share)) == (1, 0)
    assert lens.telling_head(lens.HeadPattern(place, share * [[1, 0.5], [0.5, 1]])) == (1, 1)


def test_what_the_first_row_cannot_give_is_not_left_out_of_the_share(model: Model) -> None:
    """Every token but the first looks at the one before it with all its weight: two thirds of all the weight, not all of it."""
    forward = model.run(model.encode("a"))
    weights = np.zeros_like(forward.attentions)
    weights[..., 0, 1] = weights[..., 1, 0] = weights[..., 2, 1] = 1
    only = dataclasses.replace(forward, attentions=weights)
    said = lens.head_sentence(only, lens.read_head(only, 0, 0, HeadReading()), HeadReading())
    assert said.startswith("Head 1.1 puts 67 % of its weight on the previous token")


def test_sentences_quote_the_numbers(forward: ForwardPass) -> None:
    patterns = lens.head_patterns(forward)
    weights = lens.read_head(forward, 0, 2, HeadReading())
    said = lens.head_sentence(forward, weights, HeadReading())
    row, column = weights.strongest
    assert plots.percent(patterns.share[0, 2]) in said and lens.PLACES[patterns.place[0, 2]] in said
    assert "; its strongest links have > 99.9 % each, among them “" in said
    weights = lens.read_head(forward, 0, 1, HeadReading())
    row, column = weights.strongest
    link = (
        f"the strongest link is “{weights.queries[row]}” to “{weights.keys[column]}”, {plots.percent(weights.weights.max())}."
    )
    assert lens.head_sentence(forward, weights, HeadReading()).endswith(link)
    assert "58 of 72 heads put more than half" in lens.mosaic_sentence(patterns)


def test_a_long_head_is_shown_in_blocks_and_says_so(longest: Any) -> None:
    weights = lens.read_head(longest, 1, 1, HeadReading())
    chart = figures.head_figure(weights, colors.DARK)
    assert np.asarray(chart.data[0].z).shape == (128, 128) and len(chart.to_json()) < 300_000
    assert chart.layout.title.text == "Head 2.2: rows look at columns; each cell is the strongest of 4 × 4 weights"
    assert len(set(chart.data[0].x)) == 128


def test_typed_markup_is_text_in_the_figures(model: Model) -> None:
    forward = model.run(model.encode("<b> $x$ & co"))
    weights = lens.read_head(forward, 0, 0, HeadReading())
    chart = figures.head_figure(weights, colors.LIGHT)
    assert chart.data[0].x[1] == "&lt; (2)" and "&#36;" in chart.layout.xaxis.ticktext
    bars = figures.token_figure(weights, 1, colors.LIGHT)
    assert bars.layout.annotations[0].text == "Where “&lt;” looks"


def test_bars_are_the_row_and_the_column(forward: ForwardPass) -> None:
    weights = lens.read_head(forward, 2, 5, HeadReading())
    chart = figures.token_figure(weights, 2, colors.LIGHT)
    np.testing.assert_array_equal(chart.data[0].y, forward.attentions[2, 5, 2])
    np.testing.assert_array_equal(chart.data[1].y, forward.attentions[2, 5, :, 2])
    outside = lens.read_head(forward, 2, 5, HeadReading(hide_special=True))
    assert not figures.token_figure(outside, 0, colors.LIGHT).data
    assert lens.token_sentence(outside, 0) == "This token is hidden in the chosen reading."


READINGS = [HeadReading(), HeadReading(words=True), HeadReading(True, True, "B → A"), HeadReading(False, True, "A → B")]


def test_code_for_all_heads_gives_the_same_numbers(pieces: Any) -> None:
    names = run(code.explorer_code(pieces.model, pieces.encoding, HeadReading()))
    assert np.abs(np.asarray(names["attentions"]) - pieces.attentions).max() < 1e-5


@pytest.mark.parametrize("reading", READINGS)
def test_code_for_all_heads_gives_the_table(pieces: Any, reading: Any) -> None:
    gives(code.explorer_code(pieces.model, pieces.encoding, reading), heads_columns(pieces, thumbnails(pieces, reading)))


@pytest.mark.parametrize("reading", READINGS)
def test_code_for_one_head_gives_the_same_numbers(pieces: Any, reading: Any) -> None:
    weights = lens.read_head(pieces, 4, 2, reading)
    names, ours = (
        gives(code.head_code(pieces.model, pieces.encoding, (4, 2), reading), figures.head_columns(weights)),
        weights.weights,
    )
    theirs = np.asarray(names["weights"])
    assert theirs.shape == ours.shape and np.abs(theirs - ours).max() < 1e-5


def test_the_table_holds_the_numbers_of_the_picture(pieces: Any) -> None:
    weights = lens.read_head(pieces, 1, 3, HeadReading(words=True))
    table = figures.head_columns(weights)
    assert table["from"] == list(weights.queries) and table["2 Starlings"] == weights.weights[:, 1].tolist()


@pytest.mark.parametrize(
    "name", ["embedded", "roberta", "xlm-r", "camembert", "mpnet", "distilbert", "albert", "electra-generator"]
)
def test_code_for_the_neurons_gives_the_same_numbers(name: Any, tiny_families: dict[str, Path]) -> None:
    """Queries, keys and weights of a head against plain transformers; largest difference over these: 2e-6 of values up to 6."""
    opened = load(name if name == "embedded" else str(tiny_families[name]))
    forward = opened.run(opened.encode("I love watching starlings.", "It was late."))
    ours = query_key(opened, forward, 1, 2)
    names = gives(
        code.explorer_code(opened.info, forward.encoding, HeadReading(), (1, 2)),
        heads_columns(forward, thumbnails(forward, HeadReading())),
    )
    for part in ("queries", "keys", "scores"):
        np.testing.assert_allclose(np.asarray(names[part]), getattr(ours, part), atol=2e-5)
    np.testing.assert_allclose(np.asarray(names["weights"]), forward.attentions[1, 2], atol=1e-5)
