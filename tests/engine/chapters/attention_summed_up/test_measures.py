from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny
from scipy.stats import spearmanr
from snippets import gives, same

from bertviz_app import load
from bertviz_app.analysis.agreement import rank_agreement
from bertviz_app.analysis.head_readings import merged
from bertviz_app.analysis.script import Script
from bertviz_app.analysis.words import as_words, groups_of, units
from bertviz_app.chapters.attention_summed_up import figures, methods
from bertviz_app.chapters.attention_summed_up import measures as lens
from bertviz_app.chapters.attention_summed_up import sentences as words
from bertviz_app.chapters.attention_summed_up import snippet as code
from bertviz_app.chapters.attention_summed_up.methods import MEAN, METHODS, NORMS, ROLLOUT, ZEROING
from bertviz_app.chapters.attention_summed_up.rollout import rollout, rows_to_one, with_residual
from bertviz_app.drawing import colors, plots

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

TEXT, PAIR = "I love watching starlings.", "The cat sat on the mat."


@pytest.fixture
def maps(forward: ForwardPass) -> Any:
    """Three maps of “I love AI!”, the last one drawn by hand: every token draws on the last one only."""
    n = forward.encoding.n_tokens
    return {
        MEAN: lens.mean_weights(forward.attentions),
        ROLLOUT: rollout(with_residual(forward.attentions)),
        NORMS: np.tile(np.eye(n)[-1], (n, 1)),
    }


def test_mean_and_rollout_by_hand() -> None:
    """Two layers of one and the same head, which sends the first token to the second: [[0, 1], [0, 1]]."""
    head = np.array([[0.0, 1.0], [0.0, 1.0]], dtype=np.float32)
    attentions = np.stack([[head, head], [head, np.eye(2, dtype=np.float32)]])
    assert lens.mean_weights(attentions).tolist() == [[0.25, 0.75], [0, 1]]
    # ½ A + ½ I: [[½, ½], [0, 1]] and, above it, [[¾, ¼], [0, 1]]; the product keeps ½ · ¾ at the first token.
    assert with_residual(attentions).tolist() == [[[0.5, 0.5], [0, 1]], [[0.75, 0.25], [0, 1]]]
    assert rollout(with_residual(attentions)).tolist() == [[0.375, 0.625], [0, 1]]


def test_rows_sum_to_one(pair_forward: ForwardPass) -> None:
    found = lens.mean_weights(pair_forward.attentions), rollout(with_residual(pair_forward.attentions))
    for weights in found:
        np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-6)
        assert weights.min() >= 0


def test_rollout_of_the_identity_is_the_identity() -> None:
    attentions = np.broadcast_to(np.eye(5, dtype=np.float32), (6, 12, 5, 5))
    assert (rollout(with_residual(attentions)) == np.eye(5)).all()


def test_rollout_equals_that_of_the_paper_s_definition(pair_forward: ForwardPass) -> None:
    """A(l) · R(l − 1), layer by layer in float32, as the paper writes it. Largest difference: 2e-7."""
    n = pair_forward.encoding.n_tokens
    joint = np.eye(n, dtype=np.float32)
    for layer in pair_forward.attentions:
        raw = layer.mean(axis=0) + np.eye(n, dtype=np.float32)
        joint = (raw / raw.sum(axis=-1, keepdims=True)) @ joint
    np.testing.assert_allclose(rollout(with_residual(pair_forward.attentions)), joint, atol=5e-7)


def test_norms_by_hand() -> None:
    """Two heads, one key. Weights ½ and ¼, vectors (3, 0) and (0, 4): ‖(1.5, 1)‖ = √3.25. Opposite vectors cancel out."""
    weights = np.array([[[0.5]], [[0.25]]], dtype=np.float32)  # [head, query, key]
    assert lens.mixed_norms(weights, np.array([[[9.0, 0.0], [0.0, 16.0]]])) == pytest.approx(np.sqrt(3.25))
    assert lens.mixed_norms(np.full((2, 1, 1), 0.5), np.array([[[4.0, -4.0], [-4.0, 4.0]]])) == pytest.approx(0)


def test_a_row_of_zeros_becomes_even() -> None:
    assert rows_to_one(np.zeros((2, 4))).tolist() == [[0.25] * 4] * 2


def test_agreement_is_spearman_s(maps: Any) -> None:
    """The mean over the rows of SciPy's own, where no row is constant. Largest difference: 2e-16."""
    found = rank_agreement(list(maps.values()))
    rows = zip(maps[MEAN], maps[ROLLOUT], strict=True)
    assert found[0, 1] == pytest.approx(np.mean([spearmanr(*row).statistic for row in rows]), abs=1e-12)
    np.testing.assert_allclose(found, found.T)
    assert (np.diag(found) == 1).all() and np.abs(found).max() <= 1 + 1e-12


def test_agreement_of_an_order_with_itself_and_with_its_reverse() -> None:
    order = np.array([[0.1, 0.2, 0.7]])
    found = rank_agreement([order, order**2, 1 - order, np.full((1, 3), 1 / 3)])
    np.testing.assert_allclose(found[0], [1, 1, -1, 0], atol=1e-12)
    assert found[3, 3] == 1


def test_sentences_quote_the_numbers(maps: Any, forward: ForwardPass) -> None:
    encoding = forward.encoding
    said = words.maps_sentence(maps, encoding)
    share = maps[MEAN][:, [0, -1]].sum(axis=-1).mean()
    assert f"“[CLS]” and “[SEP]”: {plots.percent(share)} by the mean" in said and "100 % by norms" in said
    assert "They contribute more than their weights suggest." in said
    assert "“love” draws most on" in words.token_sentence(maps, encoding, 2)
    assert "“[SEP]” by norms (100 %)" in words.token_sentence(maps, encoding, 2)
    assert "itself by norms (100 %)" in words.token_sentence(maps, encoding, 5)
    said = words.map_sentence(NORMS, maps[NORMS], encoding)
    assert "tokens draw 17 % of their information from themselves" in said and "most on “[SEP]” (100 %)" in said
    assert "nothing to compare" in words.agreement_sentence(np.eye(1), [MEAN])


def test_the_agreement_s_sentence_names_the_best_and_the_least() -> None:
    found = np.array([[1, 0.5, -0.25], [0.5, 1, 0.75], [-0.25, 0.75, 1]])
    said = words.agreement_sentence(found, [MEAN, ROLLOUT, NORMS])
    assert "rollout and norms (0.75) agree best; the mean and norms (−0.25) agree least." in said
    said = words.agreement_sentence(found[:2, :2], [MEAN, ROLLOUT])
    assert "the mean and rollout (0.50) agree." in said


def test_special_tokens_are_called_by_the_model_s_own_names(tiny_families: dict[str, Path]) -> None:
    encoding = load(str(tiny_families["roberta"])).encode(TEXT, PAIR)
    names, special = words.named_specials(encoding)
    assert names == "“<s>” and “</s>”" and (special == encoding.is_special).all()
    bare = replace(encoding, kinds=("word",) * encoding.n_tokens)
    assert words.named_specials(bare)[0] == f"“{encoding.tokens[-1]}”"


def test_columns_hold_the_numbers(maps: Any, forward: ForwardPass) -> None:
    encoding = forward.encoding
    table = words.mean_columns(maps, encoding)
    assert table["token"] == list(encoding.tokens) and table["drawn on, norms"] == [0, 0, 0, 0, 0, 1]
    wide = words.map_columns(maps[MEAN], encoding)
    assert (
        table["token number"] == [1, 2, 3, 4, 5, 6]
        and list(wide)[2] == "1 [CLS]"
        and wide["3 love"] == maps[MEAN][:, 2].tolist()
    )
    assert words.token_columns(maps, encoding, 2)[MEAN.name] == maps[MEAN][2].tolist()
    square = words.agreement_columns(np.eye(2), [MEAN, ROLLOUT])
    assert square == {"method": ["Mean", "Rollout"], "Mean": [1, 0], "Rollout": [0, 1]}


@pytest.mark.parametrize("theme", [colors.LIGHT, colors.DARK, colors.theme("light", narrow=True)])
def test_the_pictures_carry_the_numbers(maps: Any, forward: ForwardPass, theme: Any) -> None:
    tokens = forward.encoding.tokens
    limit = figures.shared_limit(maps)
    small = [figures.small_figure(weights, tokens, theme, title=method.name, limit=limit) for method, weights in maps.items()]
    assert {chart.data[0].zmax for chart in small} == {limit} == {1.0}
    np.testing.assert_allclose(small[0].data[0].z, maps[MEAN], atol=1e-6)
    chart = figures.map_figure(maps[MEAN], tokens, theme, title="Mean")
    assert chart.data[0].zmax == maps[MEAN].max() and chart.layout.xaxis.title.text == "draws on"
    bars = figures.bars_figure(maps, tokens, 2, theme)
    assert len(bars.data) == 3 and {tuple(axis.range) for axis in bars.select_yaxes()} == {(0, 1.3)}
    np.testing.assert_allclose(bars.data[1].y, maps[ROLLOUT][2], atol=1e-6)
    square = figures.agreement_figure(rank_agreement(list(maps.values())), list(maps), theme)
    assert (square.data[0].zmin, square.data[0].zmax) == (-1, 1)


def test_long_texts_are_thinned_and_say_so() -> None:
    tokens = ["a"] * 300
    weights = np.full((300, 300), 1 / 300)
    assert figures.thinned(300) == "each cell is the strongest of 7 × 7" and figures.thinned(48) == ""
    chart = figures.small_figure(weights, tokens, colors.LIGHT, title="Mean", limit=0.05)
    assert np.shape(chart.data[0].z) == (43, 43) and len(chart.layout.xaxis.tickvals) <= figures.SMALL_TICKS
    chart = figures.map_figure(weights, tokens, colors.LIGHT, title="Mean")
    assert np.shape(chart.data[0].z) == (100, 100) and figures.thinned(300, figures.LARGE_CELLS).endswith("3 × 3")


@pytest.mark.parametrize("family", ["embedded", *tiny.FAMILIES])
@pytest.mark.parametrize("pair", [None, PAIR])
def test_the_code_gives_the_same_numbers(tiny_families: dict[str, Path], family: Any, pair: Any) -> None:
    """Plain transformers: the vectors themselves instead of their inner products, whole passes with hooks instead of parts of layers.

    Largest difference of the maps over all families: 3e-7.
    """
    from bertviz_app.engine.value_mixing import value_products, value_zeroing

    model = load("embedded" if family == "embedded" else str(tiny_families[family]))
    forward = model.run(model.encode(TEXT, pair))
    norms = np.stack(
        [lens.mixed_norms(weights, value_products(model, forward, layer)) for layer, weights in enumerate(forward.attentions)]
    )
    maps = {
        MEAN: lens.mean_weights(forward.attentions),
        ROLLOUT: rollout(with_residual(forward.attentions)),
        NORMS: rows_to_one(norms).mean(axis=0),
        ZEROING: rollout(rows_to_one(value_zeroing(model, forward))),
    }
    names = gives(
        code.python_code(model.info, forward.encoding, list(maps), code.means_table(list(maps), "token")),
        words.mean_columns(maps, forward.encoding),
    )
    np.testing.assert_allclose(names["norms"], norms, atol=2e-6)
    assert list(names["maps"]) == [method.name for method in maps]
    for found, (method, mine) in zip(names["maps"].values(), maps.items(), strict=True):
        np.testing.assert_allclose(found, mine, atol=2e-6, err_msg=method.name)
    groups = groups_of(units(forward.encoding))
    table = words.mean_columns({method: merged(one, groups) for method, one in maps.items()}, as_words(forward.encoding))
    of_words = gives(
        code.python_code(model.info, forward.encoding, list(maps), code.means_table(list(maps), "word"), whole=True), table
    )
    for found, (method, mine) in zip(of_words["maps"].values(), maps.items(), strict=True):
        whole = merged(mine, groups)
        np.testing.assert_allclose(found, whole, atol=2e-6, err_msg=method.name)
        np.testing.assert_allclose(whole.sum(axis=-1), 1, atol=1e-6)
    agreement = rank_agreement(list(maps.values()))
    for index, method in enumerate(maps):
        assert names["agreement"][MEAN.name, method.name] == pytest.approx(agreement[0, index], abs=1e-6)
    for (columns, wide), table in (
        (code.map_table(ROLLOUT, "token"), words.map_columns(maps[ROLLOUT], forward.encoding)),
        (code.map_table(NORMS, "token", 1), words.map_columns(norms[1], forward.encoding)),
        (code.token_table(list(maps), "token", 2), words.token_columns(maps, forward.encoding, 2)),
        (code.agreement_table(), words.agreement_columns(agreement, list(maps))),
    ):
        exec(str(Script(model.info).table(columns, wide=wide)).replace("print(table)", ""), names)
        same(names["table"], table)


def test_the_code_holds_what_is_shown_and_no_more(model: Model, forward: ForwardPass) -> None:
    text = code.python_code(model.info, forward.encoding, [MEAN, ROLLOUT], code.agreement_table())
    assert "norm_based" not in text and "value_zeroing" not in text and 'maps = {"Mean": mean, "Rollout": rollout}' in text


def test_every_method_says_how_it_is_scaled() -> None:
    assert all(method.scaled in methods.METHOD and method.name in methods.METHOD for method in METHODS)
