from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny

from bertviz_app import load
from bertviz_app.chapters.logit_lens import neurons as lens
from bertviz_app.chapters.logit_lens import snippet
from bertviz_app.drawing import colors, plots
from bertviz_app.engine.neurons import feed_forward
from bertviz_app.records.feed_forward import FeedForward

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

TEXT = "The capital of France is [MASK]."


@pytest.fixture(scope="module")
def capital(model: Model) -> Any:
    return model.run(model.encode(TEXT))


def by_hand(**changes: Any) -> Any:
    """Three neurons in the plane: lengths 5, 1 and 2; strengths 0.5, 3 and 0.2."""
    values = {
        "inputs": np.zeros(2), "activations": np.array([0.1, 3.0, -0.1]), "vectors": np.array([[3.0, 4.0], [1.0, 0.0], [0.0, 2.0]]),
        "bias": np.zeros(2),
    }  # fmt: skip
    return FeedForward(1, 2, **(values | changes), path="a.b", call=0)


def read(model: Model, forward: ForwardPass, layer: Any, position: Any) -> Any:
    """What the page reads: the record, the strongest neurons, the logits of their directions, and the neurons with their words."""
    found = feed_forward(model, forward, layer, position)
    chosen, logits = lens.strongest(found), None
    if model.info.fills_blanks:
        length = float(np.linalg.norm(forward.hidden_states[-1, position]))
        logits = model.vocabulary_logits(lens.directions(found, chosen, length))
    return found, chosen, logits, lens.neurons(found, chosen, logits, model.reader.token)


def test_strength_is_activation_times_length() -> None:
    assert lens.strengths(by_hand()) == pytest.approx([0.5, 3.0, 0.2])
    assert lens.strongest(by_hand(), 2).tolist() == [1, 0]
    assert len(lens.strongest(by_hand())) == 3


def test_a_direction_is_as_long_as_asked_and_turned_round_by_a_negative_activation() -> None:
    assert lens.directions(by_hand(), np.array([0, 1, 2]), 10.0).tolist() == [[6, 8], [10, 0], [0, -10]]
    dead = by_hand(vectors=np.zeros((3, 2)))
    assert lens.directions(dead, np.array([0]), 10.0).tolist() == [[0, 0]]


def test_words_and_numbers_by_hand(model: Model) -> None:
    logits = np.zeros((1, 9), dtype=np.float32)
    logits[0, [4, 2]] = 5, 3
    (neuron,) = lens.neurons(by_hand(), np.array([0]), logits, "abcdefghi".__getitem__)
    assert (neuron.index, neuron.length) == (0, 5.0) and neuron.activation == pytest.approx(0.1)
    assert neuron.words[:2] == ("e", "c") and len(neuron.words) == lens.WORDS
    assert neuron.strength == pytest.approx(0.5)
    assert lens.notice(by_hand(), [neuron], model.encode("I love AI!")) == (
        "At layer 2, 3 neurons write into “love”. Neuron 1 makes up 14 % of the strength of all."
    )
    (strongest,) = lens.neurons(by_hand(), np.array([1]), logits, "abcdefghi".__getitem__)
    assert "; neuron 2 moves it the most (activation" in lens.notice(by_hand(), [strongest], model.encode("I love AI!"))


def test_a_word_that_most_of_them_promote_is_said(model: Model) -> None:
    several = [lens.Neuron(i, 1.0, 1.0, ("key", str(i))) for i in range(3)]
    assert lens.notice(by_hand(), several, model.encode("I love AI!")).endswith(
        "All of them promote “key”: they push in much the same direction."
    )
    others = [lens.Neuron(i, 1.0, 1.0, (str(i),)) for i in range(3)]
    assert "direction" not in lens.notice(by_hand(), others, model.encode("I love AI!"))


def test_the_words_do_not_depend_on_how_long_an_output_vector_is() -> None:
    """The law behind the words: only direction and sign of a_i v_i go into the head."""
    chosen = np.arange(3)
    once, twice = by_hand(), by_hand(vectors=7 * by_hand().vectors, activations=2 * by_hand().activations)
    assert lens.directions(once, chosen, 3.0) == pytest.approx(lens.directions(twice, chosen, 3.0))


@pytest.mark.parametrize("name", ["embedded", *tiny.FAMILIES])
def test_the_python_on_the_page_gives_the_numbers_on_the_page_in_every_family(
    tiny_families: dict[str, Path], name: Any
) -> None:
    """With a word blanked, as the page's switch does. Largest differences: activations 3e-6, logits 2e-6."""
    opened = load("embedded" if name == "embedded" else str(tiny_families[name]))
    typed = opened.encode("I love watching starlings.", "The cat sat.")
    forward = opened.run(opened.reader.masked(typed, (2,)))
    found, chosen, logits, _ = read(opened, forward, 1, 2)
    scope: dict[str, Any] = {}
    exec(snippet.neurons_code(opened.info, typed, found, (2,)), scope)
    assert np.abs(scope["activations"].numpy() - found.activations).max() < 1e-5
    assert scope["strongest"].tolist() == chosen.tolist()
    assert ("logits" in scope) == opened.info.fills_blanks
    if logits is not None:
        assert np.abs(scope["logits"].numpy() - logits).max() < 1e-4


def test_the_picture_has_a_bar_and_words_for_each_neuron(model: Model, capital: Any) -> None:
    found, chosen, _, drawn = read(model, capital, 3, 6)
    figure = lens.neurons_figure(drawn, colors.LIGHT, title="t")
    assert list(figure.data[0].x) == pytest.approx(lens.strengths(found)[chosen])
    assert [note.text for note in figure.layout.annotations] == [plots.label("  ".join(n.words)) for n in drawn]
    table = lens.columns(drawn)
    assert table["neuron"] == [i + 1 for i in chosen] and len(table["promotes"]) == lens.MOST


def test_words_that_do_not_fit_on_a_phone_are_left_to_the_table() -> None:
    drawn = [lens.Neuron(0, 1.0, 1.0, ("protests", "demonstration", "development")), lens.Neuron(1, -1.0, 1.0, ("a" * 40,))]
    figure = lens.neurons_figure(drawn, colors.theme("dark", narrow=True), title="t")
    assert [note.text for note in figure.layout.annotations] == ["protests  demonstration", "a" * 25 + "…"]
    assert list(figure.data[0].marker.color) == [colors.DARK.accent, colors.DARK.muted]


def test_without_a_head_there_are_neurons_and_no_words(tiny_families: dict[str, Path]) -> None:
    opened = load(str(tiny_families["electra-discriminator"]))
    _, _, _, drawn = read(opened, opened.run(opened.encode("I love AI!")), 1, 1)
    figure = lens.neurons_figure(drawn, colors.LIGHT, title="t")
    assert len(figure.data[0].x) == lens.MOST and not figure.layout.annotations
    assert "promotes" not in lens.columns(drawn) and drawn[0].words == ()
