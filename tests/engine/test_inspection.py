"""Broken checkpoints: looking at one and loading it give the same answer, in a sentence without a path of the server."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tiny
import tokenizers
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Regex, normalizers, pre_tokenizers, processors

from bertviz_app import load
from bertviz_app.checkpoints.catalog import PACKAGE
from bertviz_app.checkpoints.folders import named
from bertviz_app.checkpoints.weight_files import INDEX, WEIGHTS
from bertviz_app.engine.inspection import inspected
from bertviz_app.errors import BrokenCheckpoint, InsideBertError, ModelError, Unfit, UnknownModel, cause
from bertviz_app.workspace import caches

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def rewritten(folder: Path, name: str = "config.json", **changes: Any) -> None:
    (folder / name).write_text(json.dumps(json.loads((folder / name).read_text()) | changes))


def with_tensor(folder: Path, name: str, number: float) -> None:
    tensors = load_file(folder / WEIGHTS)
    tensors[name].view(-1)[3] = number
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def with_tokenizer(folder: Path, **parts: Any) -> None:
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    for name, part in parts.items():
        setattr(tokenizer, name, part)
    tokenizer.save(str(folder / "tokenizer.json"))


def a_nan(folder: Path) -> None:
    with_tensor(folder, "bert.encoder.layer.1.output.dense.weight", float("nan"))


def an_infinity(folder: Path) -> None:
    with_tensor(folder, "bert.embeddings.word_embeddings.weight", float("inf"))


def ids_beyond_the_table(folder: Path) -> None:
    content = json.loads((folder / "tokenizer.json").read_text())
    content["model"]["vocab"]["beyond"] = 10**6
    (folder / "tokenizer.json").write_text(json.dumps(content))


def a_normaliser_that_writes_a_book(folder: Path) -> None:
    with_tokenizer(folder, normalizer=normalizers.Replace("a", "a" * 10**6))


def a_normaliser_that_doubles_thirty_times(folder: Path) -> None:
    with_tokenizer(folder, normalizer=normalizers.Sequence([normalizers.Replace("a", "aa")] * 30))


def special_tokens_without_end(folder: Path) -> None:
    ids = [("[CLS]", 2), ("[SEP]", 3)]
    endless = processors.TemplateProcessing(
        single="[CLS] $A " + "[SEP] " * 4999 + "[SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=ids
    )
    with_tokenizer(folder, post_processor=endless)


def special_tokens_without_end_for_pairs(folder: Path) -> None:
    ids = [("[CLS]", 2), ("[SEP]", 3)]
    endless = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A " + "[SEP] " * 5000 + "$B", special_tokens=ids
    )
    with_tokenizer(folder, post_processor=endless)


def a_pipe_for_a_config(folder: Path) -> None:
    (folder / "config.json").unlink()
    os.mkfifo(folder / "config.json")


def a_pipe_for_weights(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    os.mkfifo(folder / WEIGHTS)


def a_pipe_that_only_transformers_would_open(folder: Path) -> None:
    (folder / "added_tokens.json").unlink(missing_ok=True)
    os.mkfifo(folder / "added_tokens.json")


def a_device_for_a_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.json").symlink_to("/dev/zero")


def a_pipe_in_the_folder_of_a_head(folder: Path) -> None:
    (folder / "sentiment").mkdir()
    os.mkfifo(folder / "sentiment" / "config.json")


def a_folder_for_a_config(folder: Path) -> None:
    (folder / "config.json").unlink()
    (folder / "config.json").mkdir()


def an_unknown_bend(folder: Path) -> None:
    rewritten(folder, hidden_act="no_such_function")


def heads_that_do_not_divide(folder: Path) -> None:
    rewritten(folder, num_attention_heads=5)


def another_width(folder: Path) -> None:
    rewritten(folder, intermediate_size=24)


def a_broken_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text('{"version": "1.0"')


BROKEN = {
    a_nan: "not a number: bert.encoder.layer.1.output.dense.weight has a NaN or an infinity",
    an_infinity: "not a number: bert.embeddings.word_embeddings.weight has a NaN or an infinity",
    ids_beyond_the_table: "do not belong together",
    a_normaliser_that_writes_a_book: "letters of one",
    a_normaliser_that_doubles_thirty_times: "letters of one",
    special_tokens_without_end: "special tokens to a text",
    special_tokens_without_end_for_pairs: "special tokens to a text",
    a_pipe_for_a_config: "“config.json”, which is not a file but a pipe or a device",
    a_pipe_for_weights: f"“{WEIGHTS}”, which is not a file",
    a_pipe_that_only_transformers_would_open: "“added_tokens.json”, which is not a file",
    a_device_for_a_tokenizer: "“tokenizer.json”, which is not a file",
    a_pipe_in_the_folder_of_a_head: "“config.json”, which is not a file",
    a_folder_for_a_config: "not readable JSON: Is a directory",
    an_unknown_bend: "no_such_function",
    heads_that_do_not_divide: "describes no network",
    another_width: "does not fit its own config",
    a_broken_tokenizer: "tokenizer",
}


@pytest.mark.parametrize("damage", BROKEN, ids=lambda damage: damage.__name__)
def test_looking_and_loading_refuse_with_the_same_sentence(tiny_families: dict[str, Path], tmp_path: Path, damage: Any) -> None:
    folder = shutil.copytree(tiny_families["bert"], tmp_path / "mine")
    damage(folder)
    said = []
    for ask in (inspected, lambda folder: load(str(folder))):
        with pytest.raises(ModelError) as caught:
            ask(folder)
        said.append(str(caught.value))
    assert said[0] == said[1] and BROKEN[damage] in said[0] and "mine" in said[0]
    assert said[0].endswith(".") and len(said[0]) < 600 and str(folder.parent) not in said[0] and "/dev/" not in said[0]


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_what_looking_promises_loading_keeps_in_every_family(tiny_families: dict[str, Path], family: Any) -> None:
    found = inspected(tiny_families[family])
    model = load(str(tiny_families[family]))
    assert 0 <= found.n_bytes - 4 * model.info.n_parameters < 0.05 * found.n_bytes and found.ignored == ()


def test_a_copy_of_the_embedded_folder_opens_with_all_its_heads(tmp_path: Path) -> None:
    """Its heads share the encoder's file through “..”, which leads to the checkpoint that they lie in: refused before, and promised."""
    folder = shutil.copytree(PACKAGE / "embedded", tmp_path / "ours")
    assert inspected(folder).ignored == ()
    assert load(str(folder)).info.labels == load("embedded").info.labels


def test_a_head_that_points_out_of_its_checkpoint_is_refused_by_both(tmp_path: Path, tiny_families: dict[str, Path]) -> None:
    folder = shutil.copytree(tiny_families["bert"], tmp_path / "mine")
    secret = shutil.copy(folder / WEIGHTS, tmp_path / "secret.safetensors")
    (folder / "sentiment").mkdir()
    config = json.loads((folder / "config.json").read_text()) | {"architectures": ["BertForSequenceClassification"]}
    (folder / "sentiment" / "config.json").write_text(json.dumps(config))
    index = {"weight_map": {"classifier.weight": f"../../{Path(secret).name}", "classifier.bias": f"../../{Path(secret).name}"}}
    (folder / "sentiment" / INDEX).write_text(json.dumps(index))
    for ask in (inspected, lambda folder: load(str(folder))):
        with pytest.raises(BrokenCheckpoint, match="outside of its folder"):
            ask(folder)


def test_what_is_ignored_is_listed(tiny_families: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_families["bert"], tmp_path / "mine")
    tensors = load_file(folder / WEIGHTS)
    more = {
        "projection.weight": tensors["bert.pooler.dense.weight"].clone(),
        "bert.embeddings.position_ids": tensors["bert.pooler.dense.bias"].clone(),
    }
    save_file(tensors | more, folder / WEIGHTS, metadata={"format": "pt"})
    assert set(inspected(folder).ignored) == set(more)
    assert load(str(folder)).info.fills_blanks


def test_what_is_ignored_may_hold_what_it_likes(tiny_families: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_families["bert"], tmp_path / "mine")
    tensors = load_file(folder / WEIGHTS)
    save_file(
        tensors | {"left.over": tensors["bert.pooler.dense.bias"] * float("nan")}, folder / WEIGHTS, metadata={"format": "pt"}
    )
    assert inspected(folder).ignored == ("left.over",)
    load(str(folder))


def test_a_vocabulary_that_starts_at_one_is_read_and_its_missing_name_is_a_number(
    tiny_families: dict[str, Path], tmp_path: Path
) -> None:
    """The row 0 of the table has no name: it was `KeyError: 0` wherever that row was likely."""
    folder = shutil.copytree(tiny_families["bert"], tmp_path / "mine")
    content = json.loads((folder / "tokenizer.json").read_text())
    zero = next(token for token, token_id in content["model"]["vocab"].items() if token_id == 0)
    free = max(content["model"]["vocab"].values()) + 1
    content["model"]["vocab"][zero] = free
    for added in content["added_tokens"]:
        added["id"] = free if added["id"] == 0 else added["id"]
    text = json.dumps(content)
    (folder / "tokenizer.json").write_text(text)
    rewritten(folder, vocab_size=free + 1)
    tensors = {
        name: torch.cat([tensor, tensor[:1]]) if tensor.shape[:1] == (free,) else tensor
        for name, tensor in load_file(folder / WEIGHTS).items()
    }
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    model = load(str(folder))
    assert model.reader.token(0) == "⟨id 0⟩"
    encoding = model.encode("I love [MASK] ☃.")
    logits = model.vocabulary_logits(model.run(encoding).hidden_states[-1])
    assert all(model.reader.token(token_id) for token_id in logits.argsort()[0])


CATASTROPHE = "x" * 40 + " " + "a " * 40 + "!"


@pytest.fixture
def panicking(tiny_families: dict[str, Path], tmp_path: Path) -> Path:
    """A tokenizer whose regular expression gives up on some texts, which the library answers with a panic: a `BaseException`."""
    folder = shutil.copytree(tiny_families["bert"], tmp_path / "mine")
    with_tokenizer(folder, pre_tokenizer=pre_tokenizers.Split(Regex(r"^(\w+\s?)*$|(x+x+)+y"), "isolated"))
    return folder


def test_a_panic_of_the_tokenizer_is_a_sentence_and_the_next_text_is_read(panicking: Any) -> None:
    model = load(str(panicking))
    for ask in (model.encode, model.reader.trace):
        with pytest.raises(BrokenCheckpoint, match="gave up on this text"):
            ask(CATASTROPHE)
    assert model.encode("the cat").n_tokens > 2


def test_the_page_says_so(panicking: Any, open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(panicking))
    app = open_page("tokens", text=CATASTROPHE, state={"model": panicking.name})
    assert [error.value for error in app.error] and "gave up on this text" in app.error[0].value


def test_a_panic_of_one_visitor_keeps_nobody_else_waiting(
    panicking: Any, open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(panicking))
    model, found = load(str(panicking)), []

    def visitor(text: str) -> None:
        for _ in range(5):
            try:
                found.append(model.encode(text).n_tokens)
            except BrokenCheckpoint:
                found.append(0)

    threads = [threading.Thread(target=visitor, args=(text,)) for text in (CATASTROPHE, "the cat", CATASTROPHE, "the cat sat")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 20 and found.count(0) == 10
    for text in (CATASTROPHE, "the cat"):  # the tokenizer and the place for a page are free again
        app = open_page("tokens", text=text, state={"model": panicking.name})
        assert bool(app.error) == (text == CATASTROPHE)
    assert caches.runs.under_way == 0


def test_a_text_that_swells_is_refused_before_it_does(tiny_families: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_families["bert"], tmp_path / "mine")
    with_tokenizer(folder, normalizer=normalizers.Sequence([normalizers.Replace("a", "aaaaaaaa")] * 4))
    model = load(str(folder))
    with pytest.raises(BrokenCheckpoint, match="letters of 400"):
        model.encode("abcd" * 100)
    assert model.encode("the").n_tokens == 3
    with pytest.raises(BrokenCheckpoint):
        model.reader.trace("abcd" * 100)


def test_no_temporary_folder_is_a_sentence_of_its_own_and_passes_away(
    temporary_folder: Path, tiny_families: dict[str, Path]
) -> None:
    shutil.rmtree(temporary_folder)
    for ask in (inspected, lambda folder: load(str(folder))):
        with pytest.raises(Unfit, match="temporary files") as caught:
            ask(tiny_families["bert"])
        assert str(temporary_folder) not in str(caught.value) and not isinstance(caught.value, ModelError)
        assert isinstance(caught.value, InsideBertError)
    temporary_folder.mkdir()
    load(str(tiny_families["bert"]))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (IsADirectoryError(21, "Is a directory", "/srv/models/mine/config.json"), "Is a directory"),
        (ValueError("cannot read /srv/models/mine/tokenizer.json: line 3.\nmore"), "cannot read tokenizer.json: line 3"),
        (ValueError("see https://huggingface.co/docs/hub and '/a b/c'"), "see https://huggingface.co/docs/hub and 'a b/c'"),
        (ValueError("3/4 and/or 5"), "3/4 and/or 5"),
        (ValueError(), "ValueError"),
        (ValueError("x" * 1000), "x" * 300),
    ],
)
def test_what_a_library_said_carries_no_path(error: Any, said: Any) -> None:
    assert cause(error) == said


def test_a_folder_that_is_not_there_is_named_without_its_path() -> None:
    with pytest.raises(UnknownModel) as caught:
        named("/srv/models/our-bert/")
    assert "“our-bert”" in str(caught.value) and "/srv" not in str(caught.value)
