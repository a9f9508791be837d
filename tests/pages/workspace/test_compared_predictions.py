"""Each page about predictions compares in every way that applies, and its Python gives the table of the difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import snippets
import visiting

from bertviz_app.workspace.scene import Differs, HiddenWords

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

TEXT, PAIR = "the [MASK] sat on the mat.", "who is ann of bonn?"
KINDS: dict[Differs, dict[str, Any]] = {
    Differs.SENTENCE: {"texts": {"variant_text": "the cat sat on the [MASK]."}},
    Differs.PAIR: {"texts": {"variant_pair": "who sat?"}},
    Differs.BLANKS: {"variant_hidden": HiddenWords((TEXT, PAIR), ((0, 11, 14),))},
    Differs.MODEL: {"variant_model": "golden-roberta"},
    Differs.SWITCHED_OFF: {"variant_heads_off": ["1.1"], "variant_layers_off": ["2"]},
}
VIEWS: dict[str, tuple[str, dict[str, str]]] = {
    "fill in the blank": ("fill_in_the_blank", {}),
    "next sentence": ("next_sentence", {}),
    "sentiment": ("sentiment", {}),
    "entities": ("tasks", {"task": "Named entities"}),
    "sentence pair": ("tasks", {"task": "Sentence pairs"}),
    "classes": ("tasks", {"task": "Classes"}),
    "switch off": ("interventions", {}),
}


def difference(app: AppTest) -> Any:
    """The table that carries both sides and what they differ by; None where the variant has nothing to be subtracted."""
    return next((frame.value for frame in app.dataframe if {"original", "variant"} < {*frame.value}), None)


def python(app: AppTest) -> str:
    return next(code.value for code in app.code if "# The variant" in code.value)


def opened(open_page: Callable[..., AppTest], page: str, kind: Differs, view: dict[str, Any]) -> AppTest:
    state = {"model": "golden-bert", "compared": [kind.value]} | view | KINDS[kind]
    return open_page(page, text=TEXT, pair=PAIR, state=state)


@pytest.fixture(autouse=True)
def families(monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [str(visiting.CHECKPOINTS[name].resolve()) for name in ("bert", "roberta")]
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", ":".join(folders))


@pytest.mark.parametrize("kind", Differs)
@pytest.mark.parametrize("view", VIEWS)
def test_what_differs_is_what_the_python_gives(
    open_page: Callable[..., AppTest], view: str, kind: Differs, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, choice = VIEWS[view]
    app = opened(open_page, page, kind, choice)
    table = difference(app)
    if table is None:  # the variant’s model has no such head
        assert kind is Differs.MODEL and app.info
        return
    monkeypatch.chdir(visiting.CHECKPOINTS["bert"].resolve().parent)  # where the Python finds both folders
    snippets.gives(python(app), table)


@pytest.mark.parametrize("kind", [kind for kind in Differs if kind is not Differs.MODEL])
def test_replaced_tokens_differ_by_what_the_python_gives(
    open_page: Callable[..., AppTest], kind: Differs, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = visiting.CHECKPOINTS["electra"].resolve()
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
    app = opened(open_page, "replaced_tokens", kind, {"model": "golden-electra"})
    monkeypatch.chdir(folder.parent)
    snippets.gives(python(app), difference(app))


@pytest.mark.parametrize(
    ("page", "view"),
    [
        ("next_sentence", {"next_sentence_view": "Ordering game"}),
        ("sentiment", {"sentiment_view": "Many sentences"}),
        ("tasks", {"task": "Similarity"}),
        ("tasks", {"task": "Summary"}),
        ("tasks", {"task": "Question answering"}),
        ("interventions", {"interventions_view": "Map of heads"}),
        ("interventions", {"interventions_view": "Patching"}),
    ],
)
def test_a_view_of_one_thing_says_why_it_does_not_compare(
    open_page: Callable[..., AppTest], page: str, view: dict[str, str]
) -> None:
    app = opened(open_page, page, Differs.SWITCHED_OFF, view)
    said = " ".join(caption.value for caption in app.caption)
    assert "shows the original alone" not in said
    assert any(word in said for word in ("compares", "compare two"))


def test_each_side_is_without_its_own_parts(open_page: Callable[..., AppTest]) -> None:
    """Exchanged, every change has the other sign; with the same parts off on both sides nothing differs."""
    off = {"heads_off": ["2.1"], "variant_heads_off": ["1.1"], "variant_layers_off": []}
    exchanged = {"heads_off": ["1.1"], "variant_heads_off": ["2.1"], "variant_layers_off": []}
    there, back = (
        difference(opened(open_page, "interventions", Differs.SWITCHED_OFF, {}) if not more else
                   visiting.stay(opened(open_page, "interventions", Differs.SWITCHED_OFF, {}), state=more))
        for more in (off, exchanged)
    )  # fmt: skip
    last = there.columns[-1]
    keys = ["prediction", "answer"]
    both = there.set_index(keys)[last].to_frame("there").join(back.set_index(keys)[last].rename("back"), how="inner")
    assert len(both) and both["there"].abs().max() > 0
    assert both["there"].tolist() == pytest.approx((-both["back"]).tolist(), abs=1e-6)
    same = {"heads_off": ["1.1"], "variant_heads_off": ["1.1"], "variant_layers_off": []}
    alike = difference(visiting.stay(opened(open_page, "interventions", Differs.SWITCHED_OFF, {}), state=same))
    assert not alike[last].any()
