"""Compare: a second subject beside the first, in what it differs, and how long it stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import visiting

from bertviz_app.analysis.probability import softmax
from bertviz_app.engine.intervened import run_without
from bertviz_app.records.interventions import Intervention
from bertviz_app.serving.pass_queue import pass_queue
from bertviz_app.workspace import address, comparing
from bertviz_app.workspace.page_list import PAGES
from bertviz_app.workspace.scene import Differs, HiddenWords

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from bertviz_app.engine.model import Model

HE, SHE = "He opened the [MASK] with a key.", "She opened the [MASK] with a smile."


def compare(app: AppTest) -> AppTest:
    return next(button for button in app.button if button.label == "Compare").click().run()


def differs(app: AppTest) -> str:
    return next(said.value for said in app.markdown if said.value.startswith("**What differs.**"))


def table(app: AppTest) -> Any:
    return next(frame.value for frame in app.dataframe if "bits" in frame.value)


def probability(model: Model, forward: Any, word: str) -> float:
    (blank,) = forward.encoding.positions("mask")
    logits = model.vocabulary_logits(forward.hidden_states[-1][[blank]]).astype(np.float64)
    return float(softmax(logits)[0, model.reader.vocabulary[word]])


def test_the_variant_is_the_original_until_something_is_changed(open_page: Callable[..., AppTest], model: Model) -> None:
    app = open_page("fill_in_the_blank", text=HE)
    before = pass_queue().passed
    compare(app)
    assert not app.exception and pass_queue().passed == before  # the same input is the same pass
    assert comparing.SAME.replace(":", "\\:").replace(".", "\\.") in differs(app)
    assert not table(app)["bits"].any()
    app.text_input(key="draft_variant_text").set_value(SHE)
    app.button(key="submit_variant").click().run()
    assert not app.exception and pass_queue().passed == before + 1
    forwards = [model.run(text) for text in (HE, SHE)]
    for word, bits in zip(table(app)["answer"], table(app)["bits"], strict=True):
        original, variant = (probability(model, forward, word) for forward in forwards)
        assert bits == pytest.approx(np.log2(variant / original), abs=1e-4)
    compare(app)  # once more ends it
    assert not app.exception and not any("What differs" in said.value for said in app.markdown)
    assert app.session_state["scene"].texts["variant_text"] == SHE  # and is remembered


def test_with_parts_switched_off_the_variant_is_a_pass_without_them(open_page: Callable[..., AppTest], model: Model) -> None:
    state = {"compared": [Differs.SWITCHED_OFF.value], "variant_heads_off": ["1.2", "3, all"], "variant_layers_off": ["6"]}
    app = open_page("fill_in_the_blank", text=HE, state=state)
    heads = {(0, 1)} | {(2, head) for head in range(model.info.n_heads)}
    without = run_without(model, model.encode(HE), Intervention(frozenset(heads), frozenset([5])))
    rows = table(app)
    for word, variant in zip(rows["answer"], rows["variant"], strict=True):
        assert variant == pytest.approx(probability(model, without, word), abs=1e-5)
    assert any("without head 1.2" in caption.value.replace("\\", "") for caption in app.caption)


def test_a_blank_of_the_variant_is_hidden_there_only(open_page: Callable[..., AppTest]) -> None:
    text = "The cat sat on the mat."
    cat, mat = ((0, 4, 7),), ((0, 19, 22),)
    state = {
        "compared": [Differs.BLANKS.value], "hidden": HiddenWords((text, None), cat), "variant_hidden": HiddenWords((text, None), mat),
    }  # fmt: skip
    app = open_page("fill_in_the_blank", text=text, state=state)
    assert [line.value for line in app.caption if line.value.startswith(("**Original**", "**Variant**"))] == [
        "**Original** “cat” hidden", "**Variant** “mat” hidden",
    ]  # fmt: skip
    visiting.stay(app, state={"compared": []})
    assert app.session_state["scene"].hidden.words == cat


def test_a_word_that_is_hidden_in_the_original_is_hidden_in_the_variant_where_it_stands_there(
    open_page: Callable[..., AppTest],
) -> None:
    text, other = "He drank the tea.", "She never drank any of the tea, she said."
    state = {"compared": ["sentence"], "texts": {"variant_text": other}, "hidden": HiddenWords((text, None), ((0, 13, 16),))}
    app = open_page("fill_in_the_blank", text=text, state=state)
    assert not app.info and "bits" in differs(app)
    blanks = [row for row in table(app)["prediction"] if "blank" in row]
    assert blanks
    state["hidden"] = HiddenWords((text, None), ((0, 0, 2),))  # “He” does not stand in the other
    visiting.stay(app, text=text, state=state)
    assert "no blank" in app.info[0].value


def test_a_model_that_cannot_do_it_says_so_beside_the_original(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(visiting.CHECKPOINTS["electra"]))
    state = {"compared": [Differs.MODEL.value], "variant_model": "golden-electra", "model": "embedded"}
    app = open_page("fill_in_the_blank", text=HE, state=state)
    assert "golden-electra" in app.info[0].value.replace("\\", "") and len(app.get("plotly_chart")) == 1


def test_models_with_different_vocabularies_meet_in_the_words_that_both_have(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(visiting.CHECKPOINTS["roberta"]))
    state = {"compared": [Differs.MODEL.value], "variant_model": "golden-roberta", "model": "embedded", "top_k": 20}
    rows = table(open_page("fill_in_the_blank", text="the [MASK] sat.", state=state)).set_index("answer")
    assert rows.loc["no", ["original", "variant"]].notna().all()  # ␣no there
    assert not any(word.startswith("␣") for word in rows.index)


def test_what_is_compared_goes_along_to_other_pages_and_into_links_but_no_text_does(open_page: Callable[..., AppTest]) -> None:
    app = open_page("fill_in_the_blank", text=HE)
    compare(app)
    app.text_input(key="draft_variant_text").set_value(SHE)
    app.button(key="submit_variant").click().run()
    link = address.written(app.session_state["scene"])
    assert link["compared"] == ["sentence"] and "smile" not in str(link)
    app.switch_page("pages/glossary.py").run()
    app.switch_page("home.py").run()
    assert any(PAGES["home"].alone.split(".")[0] in caption.value.replace("\\", "") for caption in app.caption)
    app.switch_page("pages/fill_in_the_blank.py").run()
    assert not app.exception and app.text_input(key="draft_variant_text").value == SHE and "bits" in differs(app)


@pytest.mark.parametrize("page", [key for key, page in PAGES.items() if page.differs and page.reads_sentence])
def test_a_page_compares_or_says_that_its_view_does_not(open_page: Callable[..., AppTest], page: str) -> None:
    app = open_page(page, text="The cat sat.", state={"compared": ["sentence"], "texts": {"variant_text": "A dog sat."}})
    compares = any(one.value.startswith("**What differs.**") for one in app.markdown) or bool(app.info)
    alone = any("shows the original alone" in caption.value for caption in app.caption)
    lacks_a_head = any(button.label.startswith("Use ") for button in app.button) or page == "replaced_tokens"
    assert [compares, alone, lacks_a_head].count(True) == 1


KINDS: dict[Differs, dict[str, Any]] = {
    Differs.SENTENCE: {"texts": {"variant_text": "the cat sat on the [MASK]."}},
    Differs.PAIR: {"texts": {"variant_pair": "who sat?"}},
    Differs.BLANKS: {"variant_hidden": HiddenWords(("the [MASK] sat on the mat.", None), ((0, 11, 14),))},
    Differs.MODEL: {"variant_model": "golden-roberta"},
    Differs.SWITCHED_OFF: {"variant_heads_off": ["1.1"], "variant_layers_off": ["2"]},
}
COMPARING = (
    "tokens", "forward_pass", "fill_in_the_blank", "attention", "attention_summed_up", "kinds_of_heads", "embeddings", "logit_lens", "attribution",
)  # fmt: skip


@pytest.mark.parametrize("page", COMPARING)
@pytest.mark.parametrize("kind", Differs, ids=str)
def test_every_kind_of_difference_is_compared_on_every_page(
    open_page: Callable[..., AppTest], page: str, kind: Differs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two pictures and what differs, or, where nothing can be held against anything, a sentence that says why."""
    if kind not in PAGES[page].differs:
        pytest.skip("this page does not depend on it")
    folders = [str(visiting.CHECKPOINTS[name]) for name in ("bert", "roberta")]
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", ":".join(folders))
    state = {"model": "golden-bert", "compared": [kind.value], "attribution_method": "Gradient × input"}
    app = open_page(page, text="the [MASK] sat on the mat.", state=state | KINDS[kind])
    sides = [caption.value for caption in app.caption if caption.value.startswith(("**Original**", "**Variant**"))]
    assert len(sides) == 2 and sides[0] != sides[1]
    said = [one.value for one in app.markdown if one.value.startswith("**What differs.**")]
    assert len(said) == 1 or (kind is Differs.MODEL and app.info)
    assert not said or comparing.SAME[:30] not in said[0].replace("\\", "")
    if said:
        assert any("difference" in str(chart.proto.id) for chart in app.get("plotly_chart"))


@pytest.mark.parametrize("view", ["Map", "Similarity", "Over the layers"])
@pytest.mark.parametrize("kind", PAGES["words_in_context"].differs, ids=str)
def test_the_places_of_a_word_are_compared(
    open_page: Callable[..., AppTest], kind: Differs, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(visiting.CHECKPOINTS["bert"]))
    monkeypatch.setattr("bertviz_app.workspace.jobs.AT_ONCE", np.inf)
    app = open_page("words_in_context", state={"model": "embedded", "contexts_view": view})
    app.button(key="compare").click().run()
    assert not app.exception
    state = {"compared": [kind.value], "variant_model": "golden-bert", "variant_heads_off": ["1.1"]}
    visiting.stay(app, state=state)
    compares = any(one.value.startswith("**What differs.**") for one in app.markdown) or bool(app.info)
    assert compares == (view != "Over the layers")
