"""The Words in context page: read at once and once, every view, in every family, whatever is typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny

from bertviz_app.chapters.words_in_context import measures as lens
from bertviz_app.chapters.words_in_context import view_contexts as workspace
from bertviz_app.chapters.words_in_context.view import VIEWS
from bertviz_app.serving.pass_queue import pass_queue
from bertviz_app.workspace import jobs

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from bertviz_app.engine.model import Model

LINES = "\n".join(lens.LINES)


def said(app: Any) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


def asked(
    open_page: Callable[..., AppTest], *, word: Any = lens.WORD, lines: Any = LINES, view: Any = "Map", **state: Any
) -> Any:
    """The page with this word and these sentences typed."""
    return open_page(
        "words_in_context", state={"contexts_view": view, "texts": {"context_word": word, "contexts": lines}} | state
    )


def test_the_sentences_are_read_once(open_page: Callable[..., AppTest]) -> None:
    open_page("home")
    word = "word that nobody asked for before"
    lines = "\n".join(f"A {word} in sentence {n}." for n in range(10))
    before = pass_queue().passed
    app = asked(open_page, word=word, lines=lines)
    assert 0 < pass_queue().passed - before <= 10 and len(app.get("plotly_chart")) == 1
    before = pass_queue().passed
    for view in VIEWS:
        assert len(asked(open_page, word=word, lines=lines, view=view).get("plotly_chart")) == 1
    assert pass_queue().passed == before


def test_what_is_typed_is_read_when_it_is_submitted(open_page: Callable[..., AppTest]) -> None:
    app = open_page("words_in_context")
    assert "in the same sense have a cosine of" in said(app)
    app.text_input(key="draft_context_word").set_value("river")
    app.button(key="submit_contexts").click().run()
    assert not app.exception and "“river” occurs only once" in said(app)


def test_the_sample_is_read_on_a_click_and_once(open_page: Callable[..., AppTest]) -> None:
    app = asked(open_page, view="Over the layers")
    before = pass_queue().passed
    assert "random words (" in app.button(key="read_random_words").label and "Without what random words" not in said(app)
    app.button(key="read_random_words").click().run()
    passed = pass_queue().passed - before
    assert not app.exception and 3 <= passed <= 40
    assert "Without what random words share, it goes from" in said(app) and "1,000 pairs of the 360 words" in said(app)
    assert "Two random words have" in said(asked(open_page)) and pass_queue().passed == before + passed


def test_the_embedded_model_keeps_places_of_one_sense_together(open_page: Callable[..., AppTest]) -> None:
    app = asked(open_page)
    assert "the most similar occurrence has the same sense for 8 of 10" in said(app)
    app.select_slider(key="state").set_value("embeddings").run()
    assert "At the embeddings, two occurrences of “bank” in the same sense have a cosine of 0.97" in said(app)


def test_the_table_over_the_layers_has_raw_and_adjusted(open_page: Callable[..., AppTest], model: Model) -> None:
    baseline = jobs.awaited(workspace.baseline_job(model), lambda run: None)
    table = asked(open_page, view="Over the layers").dataframe[0].value
    assert np.allclose(table["self-similarity"] - baseline.cosine, table["self-similarity, adjusted"], atol=1e-6)
    assert len(table) == 7 and (table["self-similarity"] <= 1).all()


@pytest.mark.parametrize("family", tiny.FAMILIES)
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_in_every_family(
    open_page: Callable[..., AppTest], tiny_families: dict[str, Path], monkeypatch: pytest.MonkeyPatch, family: Any, view: Any
) -> None:
    folder = tiny_families[family]
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
    app = asked(open_page, view=view, model=folder.name)
    assert not app.error and len(app.get("plotly_chart")) == 1 and "What to notice." in said(app)
    if view == "Over the layers" and app.button(key="read_random_words"):
        app.button(key="read_random_words").click().run()
        assert not app.exception and "Without what random words share" in said(app)


@pytest.mark.parametrize(
    "word, lines, sentence",
    [
        ("", LINES, "to look for first."),
        ("x" * 61, LINES, "61 characters; the limit is 60."),
        ("\u200b", LINES, "nothing to read yet."),
        ("bank", " \n", "at least one with a visible character."),
        ("bank", "\u200b", "at least one with a visible character."),
    ],
)
def test_what_cannot_be_read_is_one_sentence(open_page: Callable[..., AppTest], word: Any, lines: Any, sentence: Any) -> None:
    app = asked(open_page, word=word, lines=lines)
    assert len(app.error) == 1 and app.error[0].value.replace("\\", "").endswith(sentence)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "word, lines",
    [
        ("!", "Yes!\n! | !\nNo !\n!!!"),
        ("<b>$x$</b>", "a <b>$x$</b> b\n<i> | <b>$x$</b> [a](b)"),
        ("שלום", "שלום\nשלום שלום"),
        ("😀", "😀 a\nb 😀"),
        ("[MASK]", "The [MASK] sat.\nA [MASK]."),
        ("(.*)+", "a (.*)+ b\n(.*)+ c"),
        ("bank", "bank bank bank " * 40 + "\n" + "bank " * 40),
        ("new york", "in New  York\nNEW YORK is large"),
        ("don't", "I don’t\nI don't"),
        ("café", "a café\na cafe\u0301"),
        ("दिल्ली", "नई दिल्ली\nदिल्ली में"),
    ],
)
def test_odd_words_and_sentences_are_read(open_page: Callable[..., AppTest], view: Any, word: Any, lines: Any) -> None:
    app = asked(open_page, word=word, lines=lines, view=view)
    assert not app.error and len(app.get("plotly_chart")) == 1 and "What to notice." in said(app)


def test_what_is_left_out_is_said(open_page: Callable[..., AppTest]) -> None:
    app = asked(open_page, lines="The bank.\nNo such word.\n\u200b\nbanks\nA bank.\n" + "word " * 100 + "bank")
    assert "“bank” does not occur in lines 2 and 4, as a word of its own." in said(
        app
    ) and "The tokenizer reads nothing in line 3." in said(app)
    assert "Beyond the first 64 tokens, where reading stops, “bank” occurs in line 6: that place is left out." in said(app)
    assert "occurs only once" in said(asked(open_page, lines="The bank.\nNo."))
    assert "does not occur" in said(asked(open_page, word="harbour"))
    many = asked(open_page, lines="The bank.\n" * 30)
    assert "Only the first 20 of 30 lines" in said(many) and len(many.get("plotly_chart")) == 1


@pytest.mark.parametrize(
    ("word", "lines"), [("can", "I can't.\nYou can’t."), ("cafe", "a café\nthe cafe\u0301"), ("दिल", "नई दिल्ली\nदिल्ली")]
)
def test_a_part_of_a_word_is_not_the_word(open_page: Callable[..., AppTest], word: Any, lines: Any) -> None:
    app = asked(open_page, word=word, lines=lines)
    assert "does not occur in lines 1 and 2" in said(app) and "does not occur" in said(app)
