"""The download command against a hub that is made up: no test reaches out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import constants

from bertviz_app.checkpoints import fetch
from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.checkpoints.folders import FILES

BERT = CATALOG["bert-base-uncased"]


class Hub:
    """Stands in for the Hugging Face Hub: hands out one folder, or fails, and remembers what it was asked."""

    def __init__(self, folder: Any = None, *, files: Any = ("model.safetensors",), error: Any = None) -> None:
        self.folder, self.files, self.error = folder, files, error
        self.asked: list[Any] = []

    def model_info(self, source: Any, **options: Any) -> Any:
        self.asked.append(("info", source, options))
        if self.error:
            raise self.error
        return SimpleNamespace(sha="c0ffee" * 6, siblings=[SimpleNamespace(rfilename=name) for name in self.files])

    def snapshot_download(self, source: Any, **options: Any) -> Any:
        self.asked.append(("download", source, options))
        return str(self.folder)


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(hub: Hub) -> Hub:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(huggingface_hub, "HfApi", lambda: hub)
        monkeypatch.setattr(huggingface_hub, "snapshot_download", hub.snapshot_download)
        return hub

    return use


def hub_error(kind: Any) -> Any:
    response = SimpleNamespace(headers={}, status_code=404, request=None, url="", text="")
    return kind("no", response=response)


def test_a_catalogue_name_comes_at_its_pinned_revision_and_without_pickles(
    online: Any, tiny_checkpoint: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tiny_checkpoint()
    hub = online(Hub(folder))
    assert fetch.main([BERT.name]) == 0
    (_, source, question), (_, its_source, options) = hub.asked
    assert source == its_source == BERT.source
    assert question["revision"] == options["revision"] == BERT.revision
    assert question["timeout"] <= 5
    assert options["allow_patterns"] == list(FILES) == ["*.safetensors", "*.json", "*.txt", "*.model"]
    said = capsys.readouterr().out
    assert str(folder) in said and " MB" in said and BERT.title in said


def test_a_hub_name_comes_at_the_revision_that_the_hub_says(
    online: Any, tiny_checkpoint: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    hub = online(Hub(tiny_checkpoint()))
    assert fetch.main(["someone/their-bert"]) == 0
    assert hub.asked[1][1:] == ("someone/their-bert", {"revision": None, "allow_patterns": list(FILES)})
    said = capsys.readouterr().out
    assert "INSIDE_BERT_CHECKPOINTS=" in said and "c0ffee" in said


def test_no_network_is_a_sentence_after_one_question(online: Any, capsys: pytest.CaptureFixture[str]) -> None:
    hub = online(Hub(error=OSError("Name or service not known")))
    assert fetch.main([BERT.name]) == 1
    assert len(hub.asked) == 1
    assert "cannot be reached" in capsys.readouterr().err


def test_offline_mode_is_said_without_any_question(
    online: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub = online(Hub())
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert fetch.main([BERT.name]) == 1
    assert not hub.asked
    assert "HF_HUB_OFFLINE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (huggingface_hub.errors.RepositoryNotFoundError, "no such model"),
        (huggingface_hub.errors.GatedRepoError, "permission"),
    ],
)
def test_a_model_that_the_hub_does_not_give(online: Any, capsys: pytest.CaptureFixture[str], kind: Any, reason: Any) -> None:
    online(Hub(error=hub_error(kind)))
    assert fetch.main(["someone/nothing"]) == 1
    assert reason in capsys.readouterr().err


def test_a_repository_with_pickles_only_is_not_downloaded(online: Any, capsys: pytest.CaptureFixture[str]) -> None:
    hub = online(Hub(files=("pytorch_model.bin", "config.json")))
    assert fetch.main(["someone/old"]) == 1
    assert [kind for kind, *_ in hub.asked] == ["info"]
    assert "safetensors" in capsys.readouterr().err


def test_what_came_in_broken_is_said(
    online: Any, tiny_checkpoint: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tiny_checkpoint()
    (folder / "model.safetensors").write_bytes(b"cut short")
    online(Hub(folder))
    assert fetch.main([BERT.name]) == 1
    assert "corrupt" in capsys.readouterr().err


def test_an_unknown_name_and_the_embedded_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert fetch.main(["no-such-name", "embedded"]) == 1
    said = capsys.readouterr()
    assert "No model is called" in said.err and "nothing to download" in said.out
