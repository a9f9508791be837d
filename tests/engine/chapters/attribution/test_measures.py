from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from snippets import gives

from bertviz_app import load
from bertviz_app.chapters.attribution import compared
from bertviz_app.chapters.attribution import measures as lens
from bertviz_app.chapters.attribution import snippet as code
from bertviz_app.drawing import colors
from bertviz_app.drawing.colors import LIGHT
from bertviz_app.drawing.components import heat_strip
from bertviz_app.records.attributions import Attribution, Target, Way, probability, replaceable

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

PATH, GRADIENT, OCCLUSION, ATTENTION = lens.METHODS.values()


def found(encoding: Any, values: dict[int, float], *, whole: Any = 2.0, blank: Any = 0.5) -> Attribution:
    row = np.zeros(encoding.n_tokens)
    for position, value in values.items():
        row[position] = value
    return Attribution(row, whole, blank)


def test_an_attribution_knows_what_its_parts_add_up_to_and_is_read_only() -> None:
    one = Attribution(np.array([1.0, -0.25]), 2.0, 1.5)
    assert one.total == 0.75 and one.change == 0.5
    with pytest.raises(ValueError):
        one.values[0] = 3
    with pytest.raises(ValueError, match="finite"):
        Attribution(np.array([1.0, math.nan]), 0.0, 0.0)
    with pytest.raises(ValueError, match="finite"):
        Attribution(np.array([1.0]), math.inf, 0.0)


def test_bits_are_log_odds() -> None:
    assert probability(0) == 0.5 and probability(3) == pytest.approx(8 / 9)
    assert probability(2000) == 1 and probability(-2000) == 0  # and nothing overflows


def test_a_target_is_plain_values() -> None:
    assert Target("sentiment", 1) == Target("sentiment", 1) and hash(Target("answers", 0, 3, (2, 3)))
    assert Target("sentiment", 1).reads == 0 and Target("entities", 1, 4).reads == 4


def test_words_are_replaceable_and_special_tokens_and_blanks_are_not(model: Model) -> None:
    encoding = model.encode("I love [MASK] [SEP] !")
    assert [t for t, may in zip(encoding.tokens, replaceable(encoding), strict=True) if may] == ["i", "love", "!"]


def test_the_notice_names_the_strongest_for_and_against(forward: ForwardPass) -> None:
    encoding = forward.encoding  # [CLS] i love ai ! [SEP]
    said = lens.notice(encoding, found(encoding, {1: 0.5, 2: 1.25, 3: -0.75}), "positive", PATH)
    assert said == (
        "“positive” has 80 % (log-odds +2.00 bits). “i” (+0.50) and “love” (+1.25) speak for it; only “ai” (−0.75) speaks against it."
    )
    assert lens.notice(encoding, found(encoding, {2: 1.25}), "x", PATH).endswith(
        "Only “love” (+1.25) speaks for it; no token speaks against it."
    )
    assert lens.notice(encoding, found(encoding, {2: -1.25}), "x", PATH).endswith(
        "No token speaks for it; only “love” (−1.25) speaks against it."
    )
    three = {1: 0.5, 2: 1.25, 3: 0.25}
    assert "“love” speaks for it most (+1.25)" in lens.notice(encoding, found(encoding, three), "x", PATH)
    assert "3 tokens speak for it, none by more than +1.25" in lens.notice(
        encoding, found(encoding, three | {1: 1.25}), "x", PATH
    )
    assert "No token’s part" in lens.notice(encoding, found(encoding, {}), "x", PATH)


def test_the_bars_add_up_to_the_sum_that_is_said(model: Model) -> None:
    """Of more tokens than get a bar, the others share one."""
    encoding = model.encode("word " * 40)
    one = found(encoding, {position: 0.1 * position for position in range(1, 41)})
    (bars,) = lens.bars_figure(encoding, one, LIGHT, title="t", method=PATH).data
    assert len(bars.x) == lens.MOST_BARS + 1 and bars.hovertext[-1].startswith("24 others:")
    assert sum(bars.x) == pytest.approx(one.total, rel=1e-5)


def test_a_method_without_signs_says_where_it_leans(forward: ForwardPass) -> None:
    one = found(forward.encoding, {2: 0.03, 3: 0.01})
    said = lens.notice(forward.encoding, one, "positive", ATTENTION)
    assert said.endswith("Through attention, it relies most on “love”: 75 % of all that it relies on.")
    assert "neither sign nor unit" in lens.completeness(ATTENTION, one, "[MASK]")
    assert "relevance" in lens.columns(forward.encoding, one, ATTENTION)
    (bars,) = lens.bars_figure(forward.encoding, one, LIGHT, title="t", method=ATTENTION).data
    assert list(bars.text) == ["75 %", "25 %"]
    assert heat_strip.signed_data(forward.encoding, lens.parts(one, ATTENTION), LIGHT)["tokens"][2]["below"] == "75 %"


def test_a_token_that_stands_twice_is_told_apart(model: Model) -> None:
    encoding = model.encode("the cat, the dog")
    assert "“the” (token 5)" in lens.notice(encoding, found(encoding, {4: 1.0}), "x", OCCLUSION)


def test_completeness_is_said_and_a_gap_is_too(forward: ForwardPass) -> None:
    encoding = forward.encoding
    whole = lens.completeness(PATH, found(encoding, {2: 1.499}), "[MASK]")
    assert (
        whole
        == "The parts add up to +1.50 bits of +1.50, from +0.50 with [MASK] in place of every word to +2.00 with the words."
    )
    assert lens.completeness(PATH, found(encoding, {2: 1.2}), "[PAD]").endswith("The gap is 0.30 bits: take more steps.")
    assert lens.completeness(OCCLUSION, found(encoding, {2: 7.0}), "<mask>").startswith(
        "<mask> took the place of each token in turn."
    )
    assert "the two need not agree" in lens.completeness(GRADIENT, found(encoding, {2: 7.0}), "[MASK]")


def test_the_bars_are_the_strongest_from_for_to_against(forward: ForwardPass) -> None:
    encoding = forward.encoding
    one = found(encoding, {1: 0.5, 2: 1.25, 3: -0.75})
    assert lens.strongest(one.values) == [2, 1, 3]
    for theme in (colors.theme("light"), colors.theme("dark", narrow=True)):
        (bars,) = lens.bars_figure(encoding, one, theme, title="t", method=PATH).data
        assert list(bars.x) == [1.25, 0.5, -0.75] and bars.text[2] == "−0.75"
        assert bars.marker.color[0] == theme.signed[-1][1] and bars.marker.color[2] == theme.signed[0][1]
    assert len(lens.bars_figure(encoding, found(encoding, {}), LIGHT, title="t", method=PATH).data[0].x) == 0
    assert len(lens.strongest(np.arange(100.0))) == lens.MOST_BARS


def test_typed_markup_is_no_markup_in_the_bars(model: Model) -> None:
    encoding = model.encode("<b>x</b>")
    chart = lens.bars_figure(encoding, found(encoding, {1: 1.0}), LIGHT, title="t", method=PATH)
    assert chart.layout.yaxis.ticktext[0] == "&lt; 2"


def test_the_signed_strip_has_paper_at_zero_and_both_ends(forward: ForwardPass) -> None:
    data = heat_strip.signed_data(forward.encoding, np.array([0, 2.0, -1.0, 0.001, 0, 0]), LIGHT, unit="bits")
    fills = [token["style"]["--fill"] for token in data["tokens"]]
    assert fills[0] == LIGHT.paper and fills[1] == LIGHT.signed[-1][1] and fills[2] == LIGHT.signed[4][1]
    assert [token["below"] for token in data["tokens"]][:4] == ["·", "+2.00", "−1.00", "·"]
    assert data["tokens"][2]["title"] == "love: −1.0000 bits"


def test_the_table_has_a_row_for_every_token(forward: ForwardPass) -> None:
    table = lens.columns(forward.encoding, found(forward.encoding, {2: 1.25}), PATH)
    assert table["token"][2] == "love" and table["bits"][2] == 1.25 and table["token number"] == [1, 2, 3, 4, 5, 6]


CODE = [
    ("I love the [MASK].", None, Target("masked_words", 2293, 4)),
    ("The acting is superb, but the story is slow.", None, Target("sentiment", 0)),
    ("A man plays.", "Nobody plays.", Target("pairs", 2)),
    ("He went home.", "He slept.", Target("next_sentence", 0)),
    ("Tim Cook of Apple", None, Target("entities", 1, 2)),
    ("Who met?", "Tim met Angela.", Target("answers", 1, 7, (5, 6, 7, 8))),
]


@pytest.mark.parametrize(("text", "pair", "target"), CODE, ids=[target.task for *_, target in CODE])
def test_the_python_gives_the_numbers_of_the_page(model: Model, text: Any, pair: Any, target: Any) -> None:
    """Largest difference seen: 1e-6 bits."""
    from bertviz_app.engine.gradients import TargetFunction, attributed

    encoding = model.encode(text, pair)
    ways = [Way(method, "pad", 16) for method in lens.METHODS]
    mine = {method: attributed(TargetFunction(model, encoding, target, "pad"), method, n_steps=16) for method in lens.METHODS}
    script = code.python_code(model.info, encoding, target, ways)
    gives(code.with_table(script, encoding, compared.titles(mine)), compared.columns(encoding, mine))


@pytest.mark.parametrize("family", ["roberta", "xlm-r"])
def test_the_python_gives_the_table_of_one_method(tiny_families: dict[str, Path], family: Any) -> None:
    from bertviz_app.engine.gradients import TargetFunction, attributed

    model, method = load(str(tiny_families[family])), lens.METHODS["gradient_x_input"]
    encoding = model.encode(f"the cat {model.info.special.mask} .")
    target = Target("masked_words", 5, encoding.positions("mask")[0])
    mine = attributed(TargetFunction(model, encoding, target), method.key)
    script = code.python_code(model.info, encoding, target, [(method.key, "mask", 0)])
    gives(code.with_table(script, encoding, {method.key: lens.title(mine, method)}), lens.columns(encoding, mine, method))


def test_the_python_adds_the_parts_of_each_word_up(model: Model) -> None:
    from bertviz_app.engine.gradients import TargetFunction, attributed
    from bertviz_app.workspace.whole_words import shown

    encoding, target = model.encode("Starlings murmurate, don’t they?"), Target("sentiment", 0)
    ways = [Way("gradient_x_input")]
    one, places = attributed(TargetFunction(model, encoding, target), "gradient_x_input"), shown(encoding, whole=True)
    of_words, words = places.attributed(one), ["[CLS]", "Starlings", "murmurate", ",", "don’t", "they", "?", "[SEP]"]
    method = lens.METHODS["gradient_x_input"]
    script = code.python_code(model.info, encoding, target, ways)
    titles = {method.key: lens.title(of_words, method)}
    gives(code.with_table(script, encoding, titles, whole=True), lens.columns(places.encoding, of_words, method))
    assert list(places.encoding.tokens) == words
    assert of_words.total == pytest.approx(one.total, abs=1e-5) and of_words.whole == one.whole
    table = lens.columns(places.encoding, of_words, lens.METHODS["gradient_x_input"])
    assert table["word"][4] == "don’t" and lens.notice(places.encoding, of_words, "x", lens.METHODS["gradient_x_input"])
