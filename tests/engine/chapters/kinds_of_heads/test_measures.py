from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.stats import entropy as reference_entropy

from bertviz_app import load
from bertviz_app.analysis import sample
from bertviz_app.chapters.kinds_of_heads import figures, sentences
from bertviz_app.chapters.kinds_of_heads import measures as lens
from bertviz_app.chapters.kinds_of_heads import snippet as code
from bertviz_app.chapters.kinds_of_heads.kinds import KINDS, LETTERS, THRESHOLD
from bertviz_app.chapters.kinds_of_heads.measures import MEASURES
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

KEYS = [measure.key for measure in MEASURES]
PAIR = ("The cat sat.", "It was late!")


def of(measures: lens.HeadMeasures, key: str) -> np.ndarray:
    return measures.values[KEYS.index(key)]


@pytest.fixture(scope="module")
def drawn(model: Model) -> Any:
    """A forward pass whose first heads were drawn by hand: each makes one of the five pictures, over a pair of sentences."""
    forward = model.run(model.encode(*PAIR))
    encoding, attentions = forward.encoding, forward.attentions.copy()
    n, special, segments = encoding.n_tokens, encoding.is_special, encoding.segment_ids
    vertical = np.tile(special.astype(float), (n, 1))
    diagonal = np.eye(n, k=1)
    diagonal[-1, 0] = 1
    block = (segments[:, None] == segments) * 1.0
    pictures = [vertical, diagonal, vertical / vertical.sum(-1, keepdims=True) + diagonal, block, np.ones((n, n))]
    for head, picture in enumerate(pictures):
        attentions[0, head] = picture / picture.sum(axis=-1, keepdims=True)
    return replace(forward, attentions=attentions)


def test_the_five_pictures_are_told_apart(drawn: Any) -> None:
    assert lens.measured(drawn).kinds[0, :5].tolist() == [0, 1, 2, 3, 4]


def test_a_sentence_alone_has_no_block(model: Model) -> None:
    forward = model.run(model.encode("The cat sat on the mat."))
    n = forward.encoding.n_tokens
    measures = lens.measured(replace(forward, attentions=np.full_like(forward.attentions, 1 / n)))
    assert (measures.kinds == KINDS.index("heterogeneous")).all()
    np.testing.assert_allclose(measures.above, 0, atol=1e-5)  # chance, by its definition


def test_measures_by_hand(model: Model) -> None:
    forward = model.run(model.encode("cat ."))  # [CLS] cat . [SEP]
    picture = np.array([[0, 1, 0, 0], [0.5, 0, 0.5, 0], [0, 0.25, 0.25, 0.5], [1, 0, 0, 0]])
    attentions = forward.attentions.copy()
    attentions[2, 7] = picture
    expected = {
        "entropy": (0 + 1 + 1.5 + 0) / 4,
        "distance": (1 + 1 + 0.75 + 3) / 4,
        "cls": (0 + 0.5 + 0 + 1) / 4,
        "sep": 0.5 / 4,
        "punctuation": (0.5 + 0.25) / 4,
        "previous": (0.5 + 0.25 + 0) / 3,
        "next": (1 + 0.5 + 0.5) / 3,
        "itself": 0.25 / 4,
    }
    measures = lens.measured(replace(forward, attentions=attentions))
    assert {key: float(of(measures, key)[2, 7]) for key in expected} == pytest.approx(expected, abs=1e-6)


def test_above_chance_by_hand(model: Model) -> None:
    forward = model.run(model.encode("cat ."))
    attentions = forward.attentions.copy()
    attentions[0, 0] = [[0, 1, 0, 0], [0.5, 0, 0.5, 0], [0, 0.25, 0.25, 0.5], [1, 0, 0, 0]]  # type: ignore[assignment]
    above = lens.measured(replace(forward, attentions=attentions)).above[:, 0, 0]
    # Queries “cat” and “.”: half of the weight is on [CLS] and [SEP], half on the two ordinary tokens, which are neighbours. Chance is 2 of 4.
    np.testing.assert_allclose(above, [0, 0, 0, 0], atol=1e-6)
    attentions[0, 0, 1] = [1, 0, 0, 0]  # now (1 + 0.5) / 2
    above = lens.measured(replace(forward, attentions=attentions)).above[:, 0, 0]
    np.testing.assert_allclose(above, [0.5, -0.5, 0, 0], atol=1e-6)


def test_the_laws(pair_forward: ForwardPass) -> None:
    measures, n = lens.measured(pair_forward), pair_forward.encoding.n_tokens
    for measure in MEASURES:
        values = measures.of(measure)
        assert values.shape == measures.kinds.shape, measure.key
        assert values.min() >= 0 and values.max() <= measure.most(n) + 1e-5, measure.key
    assert measures.above.max() <= 1 + 1e-5
    # An ordinary token's weight is on specials, near, or far: the two regions do not overlap.
    assert (measures.above[0] < THRESHOLD)[measures.above[1] >= THRESHOLD].all()


def test_entropy_of_even_and_of_single_weights() -> None:
    np.testing.assert_allclose(lens.entropy(np.full((3, 8), 1 / 8, dtype=np.float32)), 3)
    assert lens.entropy(np.eye(4, dtype=np.float32)).tolist() == [0, 0, 0, 0]


def test_entropy_equals_that_of_scipy(forward: ForwardPass) -> None:
    expected = reference_entropy(forward.attentions.astype(np.float64), base=2, axis=-1)
    assert np.abs(lens.entropy(forward.attentions) - expected).max() < 2e-6


def test_shares_agree_with_the_habits_of_the_attention_page(forward: ForwardPass) -> None:
    """There they are shares of all weight; here that on a neighbour is the mean over the tokens that have one."""
    from bertviz_app.chapters.attention.measures import head_patterns

    measures, patterns, n = lens.measured(forward), head_patterns(forward), forward.encoding.n_tokens
    have_one = {"previous": (n - 1) / n, "next": (n - 1) / n}
    shares = np.stack([of(measures, key) * have_one.get(key, 1) for key in ("previous", "next", "itself", "cls", "sep")])
    np.testing.assert_allclose(shares.max(axis=0), patterns.share, atol=1e-6)
    assert (shares.argmax(axis=0) == patterns.place).all()


def test_the_mean_counts_each_text_once(forward: ForwardPass, pair_forward: ForwardPass) -> None:
    one, two = lens.measured(forward), lens.measured(pair_forward)
    mean = lens.mean_of([one, two])
    np.testing.assert_allclose(mean.values, (one.values + two.values) / 2, atol=1e-6)
    assert mean.n_tokens == (one.n_tokens + two.n_tokens) / 2


def test_the_sample_is_forty_sentences_or_twenty_pairs() -> None:
    alone, pairs = sample.texts(paired=False), sample.texts(paired=True)
    assert (len(alone), len(pairs)) == (40, 20) and len(set(alone)) == 40
    assert [text for text, _ in alone] == [sentence for pair in pairs for sentence in pair]


@pytest.mark.parametrize("pair", [None, "“Late,” she said; it wasn't."])
def test_the_code_gives_the_same_numbers(model: Model, pair: Any) -> None:
    forward = model.run(model.encode("I love café murmurations!", pair))
    names: dict[str, object] = {}
    exec(code.python_code(model.info, forward.encoding), names)
    measures = lens.measured(forward)
    for key in KEYS:
        assert np.abs(np.asarray(names["measures"][key]) - of(measures, key)).max() < 1e-4, key
    assert (np.asarray(names["kinds"]) == measures.kinds).all()


def test_the_code_gives_the_same_numbers_where_tokens_are_bytes(tiny_families: dict[str, Path]) -> None:
    model = load(str(tiny_families["roberta"]))
    forward = model.run(model.encode("I love “dusk”.", "The cat sat."))
    names: dict[str, object] = {}
    exec(code.python_code(model.info, forward.encoding), names)
    measures = lens.measured(forward)
    assert np.abs(np.asarray(names["measures"]["punctuation"]) - of(measures, "punctuation")).max() < 1e-5
    assert of(measures, "punctuation").max() > 0 and (np.asarray(names["kinds"]) == measures.kinds).all()


def test_sentences_quote_the_numbers(forward: ForwardPass, pair_forward: ForwardPass) -> None:
    mine, other = lens.measured(forward), lens.measured(pair_forward)
    bits = of(mine, "entropy")
    said = sentences.measure_sentence(mine, MEASURES[0], None)
    assert f"{bits.max():.2f} bits of at most {np.log2(6):.2f}" in said and f"{bits.min():.2f} bits" in said
    layer, head = np.unravel_index(np.abs(bits - of(other, "entropy")).argmax(), bits.shape)
    assert f"Furthest from the sample: head {layer + 1}.{head + 1}" in sentences.measure_sentence(mine, MEASURES[0], other)
    counts = [int((mine.kinds == kind).sum()) for kind in range(5)]
    said = sentences.kinds_sentence(mine, other)
    assert all((f"{count} are {name}" in said) == (count > 1) for count, name in zip(counts, KINDS, strict=True))
    assert "0 " not in said.replace("0 heads", "") and "block" not in said  # one sentence has no other to look into
    assert f"; {(mine.kinds != other.kinds).sum()} are of another kind" in said


def test_where_all_heads_are_of_one_kind_that_is_said(forward: ForwardPass) -> None:
    mine = lens.measured(forward)
    alike = replace(mine, above=np.full_like(mine.above, -1.0))  # nothing lies above chance
    assert sentences.kinds_sentence(alike, None) == f"All {mine.kinds.size} heads are heterogeneous in this text."
    assert sentences.kinds_sentence(alike, alike).endswith("; none are of another kind over the sample.")


@pytest.mark.parametrize("theme", [colors.LIGHT, colors.DARK])
def test_the_maps_carry_each_head_and_its_number(forward: ForwardPass, pair_forward: ForwardPass, theme: Any) -> None:
    mine, other = lens.measured(forward), lens.measured(pair_forward)
    chart = figures.measure_figure(mine, MEASURES[0], theme, title="This text", limit=3.0)
    np.testing.assert_allclose(chart.data[0].z, of(mine, "entropy"))
    assert (chart.data[0].zmin, chart.data[0].zmax) == (0, 3.0)
    markers = chart.data[1]
    assert [divmod(index, 12) for index in markers.customdata] == list(zip(markers.y, markers.x, strict=True))
    assert markers.hovertext[14].startswith(
        f"Head 2.3: {KINDS[mine.kinds[1, 2]]}<br>entropy {of(mine, 'entropy')[1, 2]:.2f} bits"
    )
    difference = figures.difference_figure(
        (mine, other), MEASURES[0], theme, title="Text less sample", names=("here", "sample")
    )
    np.testing.assert_allclose(difference.data[0].z, of(mine, "entropy") - of(other, "entropy"), atol=1e-6)
    assert difference.data[0].zmin == -difference.data[0].zmax
    kinds = figures.kinds_figure(mine, theme, title="This text")
    assert (np.asarray(kinds.data[0].z) == mine.kinds + 0.5).all()
    assert kinds.data[0].text[0][0] == LETTERS[mine.kinds[0, 0]]
    changed = figures.changed_figure((mine, other), theme, title="Of another kind here", names=("here", "sample"))
    assert (np.asarray(changed.data[0].z) > 1).sum() == (mine.kinds != other.kinds).sum()
