from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import visiting
from safetensors.torch import load_file, save_file

from bertviz_app import load
from bertviz_app.chapters.models.view import VIEWS
from bertviz_app.workspace import caches

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def said(app: Any) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption, *app.code)).replace("\\", "")


@pytest.mark.parametrize("view", [*VIEWS[:4], VIEWS[5]])
def test_every_view_opens_and_says_what_to_notice(open_page: Callable[..., AppTest], view: Any) -> None:
    app = open_page("models", state={"models_view": view})
    assert not app.error and "What to notice." in said(app)


def test_what_is_not_here_is_offered_with_its_command(open_page: Callable[..., AppTest]) -> None:
    app = open_page("models")
    assert "python -m bertviz_app.fetch" in said(app)
    table = app.dataframe[0].value
    assert table.loc[table["name"] == "embedded", "here"].all()


def test_memory_names_the_model_that_this_page_uses(open_page: Callable[..., AppTest]) -> None:
    table = open_page("models", state={"models_view": "Memory"}).dataframe[0].value
    assert "Embedded BERT" in list(table["model"])


def test_own_checkpoints_are_checked_without_loading_them(
    open_page: Callable[..., AppTest], tiny_families: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", f"{tiny_families['albert']}:{broken}:{tmp_path / 'nowhere'}")
    app = open_page("models", state={"models_view": VIEWS[4]})
    assert "tiny\\-albert" in app.success[0].value and "can be opened" in app.success[0].value
    assert len(app.error) == 2 and "config\\.json" in app.error[0].value


def test_what_is_ignored_in_a_checkpoint_is_listed(
    open_page: Callable[..., AppTest], tiny_families: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(tiny_families["bert"], tmp_path / "mine")
    tensors = load_file(folder / "model.safetensors")
    save_file(
        tensors | {"left.over": tensors["bert.pooler.dense.bias"].clone()},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
    app = open_page("models", state={"models_view": VIEWS[4]})
    assert "1 tensor of its files is not read here: left.over." in said(app) and "can be opened" in app.success[0].value


def test_every_model_is_asked_the_same(open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    """By the sentence, the head and the word; who has no such head is named, and none is held afterwards."""
    folders = [str(visiting.CHECKPOINTS[name]) for name in ("bert", "roberta", "electra")]
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", ":".join(folders))
    texts = {"ladder_text": "the [MASK] sat on the mat.", "ladder_word": "no"}
    app = open_page("models", state={"models_view": "Ladder", "texts": texts, "model": "golden-bert"})
    app.button(key="ladder").click().run()
    assert not app.exception
    (table,) = (frame.value for frame in app.dataframe)
    assert set(table["model"]) == {"golden-bert", "golden-roberta", "Embedded BERT"}
    assert list(table["parameters (M)"]) == sorted(table["parameters (M)"])
    assert any("golden-electra" in caption.value.replace("\\", "") for caption in app.caption)
    held = {one.key: one.n_users for one in caches.models.held}
    assert not any(users for key, users in held.items() if "golden-roberta" in key)
    embedded = load("embedded")
    logits = embedded.fill("the [MASK] sat on the mat.", k=30_000).set_index("token")
    row = table.set_index("model").loc["Embedded BERT"]
    assert row["probability of “no”"] == pytest.approx(logits.loc["no", "probability"], abs=1e-5)
    assert row["first choice"] == logits.index[0]
