from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny
from snippets import gives

from bertviz_app import load
from bertviz_app.chapters.words_in_context import contextuality, figures
from bertviz_app.chapters.words_in_context import measures as lens
from bertviz_app.chapters.words_in_context import snippet as code
from bertviz_app.chapters.words_in_context import view_contexts as workspace
from bertviz_app.drawing import colors
from bertviz_app.uploads.texts import typed_rows

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

SENSES = tuple(lens.Line(number, sense, f"text {number}") for number, sense in enumerate(("a", "a", "b", "b"), start=1))
# Places 1 and 2 are alike, 3 and 4 are alike, across senses they are at right angles.
PLACES = lens.Places(
    np.arange(4),
    np.array([[[1, 0], [1, 0]], [[1, 0.1], [1, 1]], [[0, 1], [0, 1]], [[0.1, 1], [-1, 0]]], dtype=np.float32),
    np.full((4, 2), 0.5, dtype=np.float32),
)


def test_lines_with_and_without_a_sense() -> None:
    lines = lens.read_lines(typed_rows("river | The bank.\n \nNo sense.\n| empty\na | \n" + "x" * 21 + " | long\na|b|c"))
    assert [(line.number, line.sense, line.text) for line in lines] == [
        (1, "river", "The bank."), (3, "", "No sense."), (4, "", "| empty"), (5, "", "a |"), (6, "", "x" * 21 + " | long"), (7, "a", "b|c"),
    ]  # fmt: skip


def test_the_default_lines_hold_the_default_word_in_each() -> None:
    lines = lens.read_lines(typed_rows("\n".join(lens.LINES)))
    assert all(lens.WORD in line.text and line.sense for line in lines) and len({line.sense for line in lines}) == 3


def test_senses_are_compared_where_every_line_has_one() -> None:
    assert lens.same_sense(SENSES, np.arange(4)).sum() == 8
    assert lens.same_sense((*SENSES[:3], lens.Line(4, "", "x")), np.arange(4)) is None
    assert lens.same_sense(SENSES[:2], np.arange(2)) is None and lens.same_sense(SENSES[1:3], np.arange(2)) is None


def test_what_to_notice_at_a_layer_by_hand() -> None:
    said = lens.places_notice("bank", SENSES, PLACES, 0, None)
    assert said == (
        "At the embeddings, two occurrences of “bank” in the same sense have a cosine of 1.00 on average, in different senses 0.10; "
        "the most similar occurrence has the same sense for 4 of 4."
    )
    plain = [lens.Line(number, "", "x") for number in (1, 2, 4, 5)]
    assert lens.places_notice("bank", plain, PLACES, 1, None) == (
        "At layer 1, of 4 occurrences of “bank”, those in 1 and 5 are least alike (cosine −1.00)."
    )
    baseline = contextuality.baseline(np.ones((4, 2, 2), dtype=np.float32), np.arange(4))
    assert lens.places_notice("bank", plain, PLACES, 1, baseline).endswith("Two random words have 1.00.")


def test_what_to_notice_over_the_layers_by_hand() -> None:
    measures = contextuality.Measures(np.array([0.9, 0.5]), np.array([0.2, 0.3]), np.array([0.9, 0.8]))
    assert lens.layers_notice("bank", measures, None) == ("“bank” begins with a self-similarity of 0.90 and ends with 0.50.")
    baseline = contextuality.Baseline(np.array([0.1, 0.3]), np.ones((2, 3, 3)), 10, 3, 3)
    assert lens.layers_notice("bank", measures, baseline).endswith(
        "Without what random words share, it goes from 0.80 to 0.20 at layer 1."
    )
    three = contextuality.Measures(np.array([0.9, 0.5, 0.6]), np.array([0.2, 0.3, 0.3]), np.array([0.9, 0.8, 0.8]))
    assert "it is least like itself at layer 1, with 0.50." in lens.layers_notice("bank", three, None)


def test_two_places_are_neither_most_nor_least_alike() -> None:
    two = lens.Places(np.array([0, 1]), PLACES.vectors[:2], PLACES.intra[:2])
    said = lens.places_notice("bank", [lens.Line(n, "", "x") for n in (1, 2)], two, 1, None)
    assert said == "At layer 1, the two occurrences of “bank” have a cosine of 0.71."


@pytest.mark.parametrize("theme", [colors.LIGHT, colors.theme("dark", narrow=True)], ids=["light", "dark phone"])
def test_the_map_has_a_colour_a_sense_and_a_number_a_place(theme: Any) -> None:
    figure = figures.map_figure("<b>", SENSES, PLACES, 0, theme)
    assert len({trace.marker.color for trace in figure.data}) == len({trace.marker.symbol for trace in figure.data}) == 2
    assert [note.text for note in figure.layout.annotations] == ["1", "2", "3", "4"]
    assert "&lt;b&gt;" in figure.layout.title.text and figure.data[0].name == "1 · text 1"
    plain = [lens.Line(line.number, "", line.text) for line in SENSES]
    assert len({trace.marker.color for trace in figures.map_figure("x", plain, PLACES, 0, theme).data}) == 4


def test_points_are_labelled_with_the_word_between_its_neighbours() -> None:
    near = ("…river bank.", "The bank raised…", "…to the bank…", "bank")
    named = lens.Places(PLACES.of, PLACES.vectors, PLACES.intra, near)
    drawn = [note.text for note in figures.map_figure("bank", SENSES, named, 0, colors.LIGHT).layout.annotations]
    assert drawn == list(near)
    on_a_phone = figures.map_figure("bank", SENSES, named, 0, colors.theme("light", narrow=True))
    assert [note.text for note in on_a_phone.layout.annotations] == ["1", "2", "3", "4"]
    assert lens.between_neighbours("the “bank” x", 5, 9) == "…“bank”…"
    assert lens.between_neighbours("The bank on", 4, 8) == "The bank on"  # nothing is left out
    twice = lens.Places(PLACES.of, PLACES.vectors, PLACES.intra, ("the bank…", "a bank…", "the bank…", "bank"))
    drawn = [note.text for note in figures.map_figure("bank", SENSES, twice, 0, colors.LIGHT).layout.annotations]
    names = lens.place_names(SENSES, PLACES.of)
    assert drawn == [f"the bank… ({names[0]})", "a bank…", f"the bank… ({names[2]})", "bank"]


def test_the_lines_over_the_layers_are_the_measures() -> None:
    measures = contextuality.measured(PLACES.vectors, PLACES.intra)
    baseline = contextuality.baseline(np.random.default_rng(0).normal(size=(30, 2, 2)), np.arange(30))
    alone = figures.layers_figure("bank", measures, None, 4, colors.LIGHT)
    assert [trace.name for trace in alone.data] == ["self-similarity", "intra-sentence similarity"]
    both = figures.layers_figure("bank", measures, baseline, 4, colors.LIGHT)
    assert list(both.data[0].y) == pytest.approx(measures.own) and list(both.data[4].y) == pytest.approx(baseline.cosine)
    assert list(both.data[2].y) == pytest.approx(measures.own - baseline.cosine)
    table = lens.layers_columns(measures, baseline, 4)
    assert table["self-similarity, adjusted"] == pytest.approx(measures.own - baseline.cosine)
    assert "random words" not in lens.layers_columns(measures, None, 4)


def test_the_table_has_every_cosine() -> None:
    table = lens.places_columns(SENSES, PLACES, 1)
    assert table["place"] == ["1", "2", "3", "4"] and table["sense"] == ["a", "a", "b", "b"]
    assert table["cosine with 1"] == pytest.approx([1, np.sqrt(0.5), 0, -1])


@pytest.mark.parametrize("name", ["embedded", *tiny.FAMILIES])
def test_the_python_on_the_page_gives_the_numbers_on_the_page_in_every_family(
    tiny_families: dict[str, Path], name: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain transformers, one text at a time, formulas written out. Largest differences: vectors 2e-6, measures 1e-6."""
    opened = load("embedded" if name == "embedded" else str(tiny_families[name]))
    texts = ("The bank raised its rates.", "A muddy BANK of the river, a bank.", "We sat on the bank.")
    encodings, wanted = tuple(opened.encode(text) for text in texts), opened.encode("bank")
    monkeypatch.setattr(workspace.st, "progress", lambda *_, **__: workspace.st.empty())
    places = workspace._read(opened, encodings, wanted, lambda _: None)
    measures, baseline = contextuality.measured(places.vectors, places.intra), workspace.sample_baseline(opened)
    table = lens.layers_columns(measures, baseline, len(places.of))
    scope = gives(code.layers_code(opened.info, wanted, encodings, workspace._sample(opened)), table)
    table = lens.places_columns([lens.Line(number, "", text) for number, text in enumerate(texts, start=1)], places, 1)
    gives(code.places_code(opened.info, wanted, encodings, table, 1), table)
    assert places.of.tolist() == [0, 1, 1, 2]
    assert np.abs(scope["places"] - places.vectors).max() < 2e-5
    pairs = (("own", measures.own), ("intra", measures.intra), ("variance", measures.explained))
    pairs += (("random_cosine", baseline.cosine), ("random_explained", baseline.explained(4)))  # type: ignore[assignment]
    for key, ours in pairs:
        assert np.abs(scope[key] - ours).max() < 1e-5, key


def test_a_word_that_is_not_there_and_one_that_is_not_read_are_two_sentences() -> None:
    nothing = lens.LeftOut()
    assert lens.left_out("bank", nothing, 64) == []
    assert lens.left_out("can", lens.LeftOut(without=(2,)), 64) == ["“can” does not occur in line 2, as a word of its own."]
    assert lens.left_out("bank", lens.LeftOut(beyond=(3,)), 64) == [
        "Beyond the first 64 tokens, where reading stops, “bank” occurs in line 3: that place is left out."
    ]
    assert lens.left_out("no", lens.LeftOut(empty=(1,), joined=(2, 3, 4)), 64) == [
        "The tokenizer reads nothing in line 1.",
        "In lines 2, 3 and 4 one token covers “no” together with what is next to it: the vector is that of both.",
    ]


def test_the_words_of_a_sentence_are_its_words_and_the_places_those_of_the_word(model: Model) -> None:
    read, wanted = model.encode("She can't; he can, at the O'Neill bank: 1,893.6 [MASK]."), model.encode("can")
    assert [read.tokens[rows[0]] for rows in code.tokens_of(read)] == ["she", "can", "he", "can", "at", "the", "o", "bank", "1"]
    assert [[read.tokens[row] for row in rows] for rows in code.tokens_of(read, wanted)] == [["can"]]
