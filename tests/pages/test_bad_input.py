"""Whatever is typed and whatever checkpoint is chosen: every page says a sentence, and what was typed is still there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from visiting import stay

from bertviz_app.workspace.page_list import PAGES

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

# The pages that read the sentence with the model that is there at first, which looks for no replaced tokens.
READING = tuple(key for key, page in PAGES.items() if page.reads_sentence and "replaced_tokens" not in page.needs)

NASTY = {
    "emoji, right to left, unseen": "I 😀 👩\u200d👩\u200d👧 🇮🇱 שלום مرحبا \u202eabc a\u200bb\u00adc\x00\x07 d\ufeff",
    "control tokens": "[SEP] [CLS] typed [PAD]",
    "many blanks": "[MASK] " * 50,
    "one long word": "x" * 10_000,
    "600 words": "word " * 600,
}
REFUSED = {
    "empty": "",
    "blank": " \n\t ",
    "only unseen characters": "\u200b\x00",
    "too long": "x" * 20_001,
    "half a character": "a\ud83d",
    "ten million characters": "a " * 5_000_000,
}

CHECKPOINTS = ("corrupt", "incomplete", "pickle", "gpt2")


def sentences(app: Any) -> list[str]:
    return [error.value.replace("\\", "") for error in app.error]


def kept(app: Any, name: str = "text") -> str:
    return app.session_state["scene"].texts.get(name)


@pytest.mark.parametrize("page", READING)
def test_any_text_is_read_and_kept_or_refused_in_one_sentence(open_page: Callable[..., AppTest], page: Any) -> None:
    """One visitor types them all, one after the other; what is wrong with any is said of all."""
    app, wrong = open_page(page), {}
    for name, text in (NASTY | REFUSED).items():
        said = sentences(stay(app, text=text, pair=""))
        # A page may say that this text is not for it, never more than once.
        whole = all(sentence.endswith(".") and "Error" not in sentence for sentence in said)
        if kept(app) != text or len(said) > 1 or not whole or (name in REFUSED and not refused(text, said)):
            wrong[name] = said
    stay(app, text="😀 <b>[SEP]</b>", pair="שלום " * 300)
    assert kept(app) == "😀 <b>[SEP]</b>" and kept(app, "pair") == "שלום " * 300
    assert not wrong


def refused(text: str, said: list[str]) -> bool:
    """Whether the sentence says why."""
    if len(text) > 20_000:
        return any(f"{len(text):,} characters; the limit is 20,000" in sentence for sentence in said)
    return len(said) == 1 and ("\ud83d" in text or "Type a sentence first" in said[0])


@pytest.mark.parametrize("page", READING)
def test_what_is_typed_is_never_markup(open_page: Callable[..., AppTest], page: Any) -> None:
    typed = "<script>alert(1)</script> <img src=x onerror=alert(1)> **bold** :red[x] $x^2$ [link](javascript:alert(1))"
    app = open_page(page, text=typed, pair=typed)
    boxes = [box for box in (*app.text_input, *app.text_area) if box.key == "draft_text"]  # a long text gets several lines
    assert [box.value for box in boxes] == [typed]
    for element in app.markdown:
        assert not element.allow_html or "onerror" not in element.value
        assert not any(markup in element.value for markup in ("**bold**", ":red[x]", "$x^2$", "](javascript"))
    assert all("onerror" not in element.proto.body for element in app.get("html"))


@pytest.fixture
def bad_checkpoint(tiny_checkpoint: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts a folder that cannot be opened among the models of this server; gives its name."""

    def make(kind: str) -> str:
        folder = tiny_checkpoint(kind)
        weights, config = folder / "model.safetensors", folder / "config.json"
        if kind == "corrupt":
            weights.write_bytes(weights.read_bytes()[:-100])
        elif kind == "incomplete":
            weights.unlink()
        elif kind == "pickle":
            shutil.move(weights, folder / "pytorch_model.bin")
        else:
            config.write_text(config.read_text(encoding="utf-8").replace('"bert"', '"gpt2"'), encoding="utf-8")
        monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
        return kind

    return make


SAID = {
    "corrupt": "corrupt or cut short",
    "incomplete": "model.safetensors is missing",
    "pickle": "pickle",
    "gpt2": "is a gpt2",
}


@pytest.mark.parametrize("page", READING)
@pytest.mark.parametrize("kind", CHECKPOINTS)
def test_a_checkpoint_that_cannot_be_opened_is_one_sentence(
    open_page: Callable[..., AppTest], bad_checkpoint: Any, page: Any, kind: Any
) -> None:
    app = open_page(page, text="I love AI!", state={"model": bad_checkpoint(kind)})
    (sentence,) = sentences(app)
    assert SAID[kind] in sentence and f"“{kind}" in sentence
    assert kept(app) == "I love AI!"
    # A visitor has no use for the server's paths.
    assert "/tmp" not in sentence


def test_after_a_bad_checkpoint_the_next_one_opens(open_page: Callable[..., AppTest], bad_checkpoint: Any) -> None:
    app = open_page("home", text="I love AI!", state={"model": bad_checkpoint("corrupt")})
    app.selectbox(key="model").set_value("embedded").run()
    assert not app.error and not app.exception and kept(app) == "I love AI!"


@pytest.mark.parametrize("page", READING)
def test_a_model_that_was_never_downloaded_is_one_sentence_with_what_to_do(
    open_page: Callable[..., AppTest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: Any
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("INSIDE_BERT_MODEL", "bert-base-uncased")
    app = open_page(page, text="I love AI!")
    (sentence,) = sentences(app)
    assert "python -m bertviz_app.fetch bert-base-uncased" in sentence and kept(app) == "I love AI!"


PREDICTING = tuple(key for key in READING if key == "home" or PAGES[key].group == "Predict")
HEADLESS = [(page, kind) for page in PREDICTING for kind in ("BertForMaskedLM", "BertModel", "BertForSequenceClassification")]


# The other pages read no head, but the pooled vector, which a masked language model lacks.
@pytest.mark.parametrize(("page", "architecture"), HEADLESS + [(p, "BertForMaskedLM") for p in READING if p not in PREDICTING])
def test_a_head_that_was_not_trained_is_said_and_never_made_up(
    open_page: Callable[..., AppTest],
    tiny_checkpoint: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    page: Any,
    architecture: Any,
) -> None:
    labels = ("NEGATIVE", "POSITIVE") if architecture == "BertForSequenceClassification" else ()
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(tiny_checkpoint("mine", architecture=architecture, labels=labels)))
    app = open_page(page, text="I love the [MASK].", pair="the cat sat.", state={"model": "mine"})
    needs = {
        "fill_in_the_blank": "BertForMaskedLM",
        "next_sentence": "neither",
        "tasks": "neither",
        "sentiment": "BertForSequenceClassification",
    }
    if needs.get(page, architecture) != architecture:
        said = sentences(app) + [element.value.replace("\\", "") for element in (*app.markdown, *app.info, *app.warning)]
        assert any("without a trained" in sentence or "no trained" in sentence for sentence in said)
        assert not app.get("plotly_chart")
    else:
        assert not app.error
    assert app.title and kept(app, "pair") == "the cat sat."
