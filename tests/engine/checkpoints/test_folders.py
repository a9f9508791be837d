from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
from huggingface_hub import constants
from safetensors.numpy import load_file, save_file

from bertviz_app import load
from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.checkpoints.folders import disk_megabytes, folder_of, is_here, named, revision_of, validated_config, weighed
from bertviz_app.checkpoints.weight_files import INDEX, WEIGHTS, weight_files
from bertviz_app.errors import BrokenCheckpoint, ModelError, ModelNotHere, UnknownModel, UnsupportedModel


@pytest.fixture
def empty_hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No checkpoint was ever downloaded, and whoever asks the network fails the test."""

    def refuse(*_args: Any, **_options: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def rewritten(folder: Path, name: str, **changes: Any) -> None:
    content = json.loads((folder / name).read_text()) | changes
    (folder / name).write_text(json.dumps(content))


def sharded(folder: Path, shard: str) -> None:
    """Put an index in the place of the weights that sends every tensor to `shard`."""
    names = list(load_file(folder / WEIGHTS))
    (folder / WEIGHTS).rename(folder / "part.safetensors")
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": dict.fromkeys(names, shard)}))


def test_a_good_folder_passes(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint()
    assert validated_config(folder)["model_type"] == "bert"
    files = weight_files(folder)
    assert set(files.values()) == {folder / WEIGHTS} and "bert.embeddings.word_embeddings.weight" in files
    sharded(folder, "part.safetensors")
    assert set(weight_files(folder).values()) == {folder / "part.safetensors"}
    assert validated_config(folder)["hidden_size"] == 16


def test_names_of_the_catalogue_folders_and_nothing_else(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint("mine")
    assert named("embedded") is CATALOG["embedded"]
    assert named("google-bert/bert-base-uncased") is CATALOG["bert-base-uncased"]
    mine = named(str(folder))
    assert (mine.title, mine.source) == ("mine", str(folder.resolve())) and folder_of(mine) == folder
    assert named(f"{folder}/").revision == mine.revision


def test_the_revision_of_a_folder_changes_with_its_weights(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint()
    before = named(str(folder)).revision
    tensors = load_file(folder / WEIGHTS)
    save_file(tensors | {"one.more": np.zeros(3, dtype=np.float32)}, folder / WEIGHTS)
    assert before != (now := named(str(folder)).revision)
    rewritten(folder, "config.json", hidden_act="relu")
    assert now != (now := named(str(folder)).revision)
    (folder / "sentiment").mkdir()
    (folder / "sentiment" / "config.json").write_text("{}")
    assert now != named(str(folder)).revision


@pytest.mark.parametrize(
    "name",
    [
        "no-such-model",
        "",
        " ",
        "x" * 256,
        "..\0",
        "bert\0base",
        "\ud800",
        "/no/such/folder",
        "x" * 200,
        "x" * 999,
        "x" * 10**6,
        "<script>",
        "a/b/c",
    ],
)
def test_an_unknown_name_is_a_sentence(name: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownModel) as caught:
        named(name)
    assert len(str(caught.value)) < 400 and "embedded" in str(caught.value)


def test_a_model_that_was_never_downloaded_is_said_at_once_with_what_to_do(empty_hub_cache: Any) -> None:
    for checkpoint in CATALOG.values():
        if checkpoint.is_embedded:
            assert is_here(checkpoint)
            continue
        assert not is_here(checkpoint)
        with pytest.raises(ModelNotHere) as caught:
            folder_of(checkpoint)
        assert f"python -m bertviz_app.fetch {checkpoint.name}" in str(caught.value)
        assert f"{disk_megabytes(checkpoint):,} MB" in str(caught.value)


def test_the_same_holds_where_the_process_was_not_told_to_stay_offline(
    empty_hub_cache: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with pytest.raises(ModelNotHere):
        folder_of(CATALOG["bert-base-uncased"])


def test_a_downloaded_snapshot_is_found(empty_hub_cache: Any, tiny_checkpoint: Callable[..., Path], tmp_path: Path) -> None:
    checkpoint = CATALOG["bert-base-cased"]
    home = tmp_path / "hub" / ("models--" + checkpoint.source.replace("/", "--")) / "snapshots" / checkpoint.revision
    shutil.copytree(tiny_checkpoint(), home)
    assert folder_of(checkpoint) == home and is_here(checkpoint)


def test_any_downloaded_revision_is_used_the_pinned_one_before_the_others(
    empty_hub_cache: Any, tiny_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    checkpoint = CATALOG["bert-base-cased"]
    home = tmp_path / "hub" / ("models--" + checkpoint.source.replace("/", "--"))
    older, newer, branch = ("1" * 40, "2" * 40, "3" * 40)
    for place, name in enumerate((older, newer)):
        shutil.copytree(tiny_checkpoint(f"copy {place}"), home / "snapshots" / name)
        os.utime(home / "snapshots" / name, (place, place))
    assert is_here(checkpoint) and (folder_of(checkpoint).name, revision_of(checkpoint)) == (newer, newer)
    half = home / "snapshots" / ("4" * 40)
    half.mkdir()
    (half / "config.json").write_text("{}")  # a download that broke off does not stand before a whole one
    assert revision_of(checkpoint) == newer
    shutil.copytree(tiny_checkpoint("copy 2"), home / "snapshots" / branch)
    os.utime(home / "snapshots" / branch, (0, 0))
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(branch)
    assert revision_of(checkpoint) == branch
    shutil.copytree(tiny_checkpoint("copy 3"), home / "snapshots" / checkpoint.revision)
    assert revision_of(checkpoint) == checkpoint.revision
    assert revision_of(CATALOG["embedded"]) == "embedded"


def test_a_hub_name_is_known_where_the_settings_allow_it(
    empty_hub_cache: Any, tiny_checkpoint: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnknownModel):
        named("someone/their-bert")
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", "someone/their-bert")
    checkpoint = named("someone/their-bert")
    with pytest.raises(ModelNotHere, match=r"bertviz_app\.fetch someone/their-bert"):
        folder_of(checkpoint)
    home = tmp_path / "hub" / "models--someone--their-bert"
    shutil.copytree(tiny_checkpoint(), home / "snapshots" / ("c0ffee" * 6 + "c0ff"))
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text("c0ffee" * 6 + "c0ff")
    assert folder_of(checkpoint) == home / "snapshots" / ("c0ffee" * 6 + "c0ff") and is_here(checkpoint)


def corrupt(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(b"\x10\x00\x00\x00\x00\x00\x00\x00nonsense nonsense")


def cut_short(folder: Path) -> None:
    content = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(content[: len(content) // 2])


def empty_file(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(b"")


def no_weights(folder: Path) -> None:
    (folder / WEIGHTS).unlink()


def pickle_only(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04cos\nsystem\n.")


def no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def bad_json(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "bert",')


def not_text(folder: Path) -> None:
    (folder / "config.json").write_bytes(b"\xff\xfe\x00")


def a_list(folder: Path) -> None:
    (folder / "config.json").write_text("[1, 2]")


def very_deep(folder: Path) -> None:
    (folder / "config.json").write_text("[" * 100_000)


def no_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "vocab.txt"):
        (folder / name).unlink(missing_ok=True)


def shard_missing(folder: Path) -> None:
    sharded(folder, "other.safetensors")


def shard_outside(folder: Path) -> None:
    sharded(folder, "../secret.safetensors")
    shutil.copy(folder / "part.safetensors", folder.parent / "secret.safetensors")


def shard_hidden_outside(folder: Path) -> None:
    sharded(folder, "deep/../../secret.safetensors")
    (folder / "deep").mkdir()
    shutil.copy(folder / "part.safetensors", folder.parent / "secret.safetensors")


def shard_absolute(folder: Path) -> None:
    sharded(folder, str(folder / "part.safetensors"))


def index_promises_more(folder: Path) -> None:
    sharded(folder, "part.safetensors")
    names = json.loads((folder / INDEX).read_text())["weight_map"]
    rewritten(folder, INDEX, weight_map=names | {"bert.not.there": "part.safetensors"})


def index_without_map(folder: Path) -> None:
    sharded(folder, "part.safetensors")
    (folder / INDEX).write_text('{"weight_map": ["part.safetensors"]}')


BROKEN = {
    corrupt: "corrupt or cut short",
    cut_short: "corrupt or cut short",
    empty_file: "corrupt or cut short",
    no_weights: "no weights",
    pickle_only: "pickle",
    no_config: "config.json is missing",
    bad_json: "not readable JSON",
    not_text: "not readable JSON",
    a_list: "JSON object",
    very_deep: "not readable JSON",
    no_tokenizer: "no tokenizer",
    shard_missing: "other.safetensors is missing",
    shard_outside: "outside of its folder",
    shard_hidden_outside: "outside of its folder",
    shard_absolute: "outside of its folder",
    index_promises_more: "bert.not.there",
    index_without_map: "weight_map",
}


@pytest.mark.parametrize("damage", BROKEN, ids=lambda damage: damage.__name__)
def test_a_damaged_folder_is_refused_with_the_reason(tiny_checkpoint: Callable[..., Path], damage: Any) -> None:
    folder = tiny_checkpoint("mine")
    damage(folder)
    with pytest.raises(BrokenCheckpoint) as caught:
        validated_config(folder)
    assert BROKEN[damage] in str(caught.value) and "“mine" in str(caught.value)


@pytest.mark.parametrize("model_type", ["t5", "gpt2", None, "BERT ", 3])
def test_another_architecture_is_refused_by_its_name(tiny_checkpoint: Callable[..., Path], model_type: Any) -> None:
    folder = tiny_checkpoint()
    rewritten(folder, "config.json", model_type=model_type)
    with pytest.raises(UnsupportedModel) as caught:
        validated_config(folder)
    assert "BERT" in str(caught.value)


def test_modernbert_is_refused_and_the_sentence_says_what_is_opened(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint("mine")
    rewritten(folder, "config.json", model_type="modernbert")
    with pytest.raises(
        UnsupportedModel, match=r"“mine” is a modernbert; this version opens: BERT, RoBERTa, XLM-R, CamemBERT, MPNet, "
    ):
        validated_config(folder)


@pytest.mark.parametrize("model_type", [["bert"], {"a": 1}])
def test_a_type_that_is_no_word_is_refused_too(tiny_checkpoint: Callable[..., Path], model_type: Any) -> None:
    folder = tiny_checkpoint()
    rewritten(folder, "config.json", model_type=model_type)
    with pytest.raises(ModelError):
        validated_config(folder)


@pytest.mark.parametrize(
    "changes", [{"num_hidden_layers": 10**9}, {"vocab_size": 10**12}, {"hidden_size": 10**6}, {"intermediate_size": 10**9}]
)
def test_a_huge_config_is_refused_before_anything_is_allocated(
    tiny_families: dict[str, Path], tmp_path: Path, changes: Any
) -> None:
    folder = shutil.copytree(tiny_families["bert"], tmp_path / "mine")
    rewritten(folder, "config.json", **changes)
    with pytest.raises(BrokenCheckpoint, match="its files hold"):
        validated_config(folder)


@pytest.mark.parametrize(
    "changes", [{"hidden_size": "wide"}, {"vocab_size": None}, {"num_hidden_layers": [3]}, {"hidden_size": 0}]
)
def test_a_config_that_makes_no_sense_is_said_with_the_number(
    tiny_families: dict[str, Path], tmp_path: Path, changes: Any
) -> None:
    folder = shutil.copytree(tiny_families["roberta"], tmp_path / "mine")
    rewritten(folder, "config.json", **changes)
    with pytest.raises(BrokenCheckpoint, match=next(iter(changes))):
        validated_config(folder)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_memory_is_known_from_the_headers(tiny_families: dict[str, Path], family: Any) -> None:
    folder = tiny_families[family]
    model = load(str(folder))
    assert 0 <= weighed(folder) - 4 * model.info.n_parameters < 0.05 * weighed(folder)


@pytest.mark.parametrize("damage", [corrupt, cut_short, pickle_only, no_tokenizer])
@pytest.mark.parametrize("family", ["roberta", "albert", "electra-generator", "deberta"])
def test_damage_is_refused_in_every_family(tiny_families: dict[str, Path], tmp_path: Path, family: Any, damage: Any) -> None:
    folder = shutil.copytree(tiny_families[family], tmp_path / "mine")
    damage(folder)
    with pytest.raises(BrokenCheckpoint, match=BROKEN[damage]):
        validated_config(folder)


def test_the_embedded_sentiment_head_shares_the_file_of_the_encoder() -> None:
    folder = Path(CATALOG["embedded"].source)
    homes = {name: path.resolve() for name, path in weight_files(folder / "sentiment").items()}
    assert homes["bert.embeddings.word_embeddings.weight"] == (folder / WEIGHTS).resolve()
    assert homes["classifier.weight"] == (folder / "sentiment" / "head.safetensors").resolve()
