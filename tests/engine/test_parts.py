from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from bertviz_app import load
from bertviz_app.checkpoints.catalog import PACKAGE
from bertviz_app.checkpoints.weight_files import WEIGHTS
from bertviz_app.engine import inspection as inspecting
from bertviz_app.engine import parts as loading
from bertviz_app.errors import BrokenCheckpoint, MissingHead, ModelNotHere, UnknownModel, UnsupportedModel

SENTIMENT = ("NEGATIVE", "POSITIVE")


def rewritten(folder: Path, name: str = "config.json", **changes: Any) -> None:
    content = json.loads((folder / name).read_text()) | changes
    (folder / name).write_text(json.dumps(content))


def without(folder: Path, prefix: str) -> None:
    """Drop the tensors whose names start with `prefix` from the weights."""
    tensors = {name: tensor for name, tensor in load_file(folder / WEIGHTS).items() if not name.startswith(prefix)}
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def test_a_whole_checkpoint_has_both_heads_of_its_pre_training(tiny_checkpoint: Callable[..., Path]) -> None:
    model = load(str(tiny_checkpoint("mine")))
    info = model.info
    assert (info.title, info.traits.family, info.n_layers, info.n_heads, info.d_model, info.max_tokens) == (
        "mine",
        "BERT",
        2,
        2,
        16,
        32,
    )
    assert (
        info.fills_blanks and set(info.labels) == {"next_sentence"} and info.labels["next_sentence"] == ("is next", "not next")
    )
    forward = model.run(model.encode("I love the cat."))
    assert forward.pooler_output is not None and forward.hidden_states.shape == (3, 7, 16)
    assert info.dtype == "float32" and info.n_bytes >= 4 * info.n_parameters


def test_a_masked_language_model_has_no_next_sentence_head_and_no_pooler(tiny_checkpoint: Callable[..., Path]) -> None:
    model = load(str(tiny_checkpoint(architecture="BertForMaskedLM")))
    forward = model.run(model.encode("I love the cat."))
    assert model.info.fills_blanks and not model.info.labels
    assert forward.pooler_output is None
    assert model.vocabulary_logits(forward.hidden_states[-1]).shape == (7, model.info.vocab_size)
    ((_, state),) = model.final_states([forward.encoding])
    assert state.pooler_output is None
    for task in ("next_sentence", "sentiment", "no such task"):
        with pytest.raises(MissingHead, match="no trained head"):
            model.class_logits(task, np.zeros(16, dtype=np.float32))


def test_a_bare_encoder_fills_no_blanks(tiny_checkpoint: Callable[..., Path]) -> None:
    model = load(str(tiny_checkpoint(architecture="BertModel")))
    forward = model.run(model.encode("I love the cat."))
    assert not model.info.fills_blanks and not model.info.labels
    assert forward.pooler_output is not None
    with pytest.raises(MissingHead, match="masked words"):
        model.vocabulary_logits(forward.hidden_states[-1])


def test_a_pooler_that_was_not_saved_is_none_and_takes_its_heads_along(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint()
    without(folder, "bert.pooler")
    model = load(str(folder))
    assert model.run(model.encode("I love the cat.")).pooler_output is None
    assert "next_sentence" not in model.info.labels and model.info.fills_blanks


@pytest.mark.parametrize(
    ("labels", "counts"),
    [
        (SENTIMENT, True),
        (("neg", "neutral", "pos"), True),
        (("1 star", "2 stars", "3 stars", "4 stars", "5 stars"), True),
        (("LABEL_0", "LABEL_1"), False),
        (("entailment", "contradiction"), False),
        (("joy", "positive"), False),
    ],
)
def test_a_classifier_counts_as_sentiment_by_its_labels(tiny_checkpoint: Callable[..., Path], labels: Any, counts: Any) -> None:
    folder = tiny_checkpoint(architecture="BertForSequenceClassification", labels=labels)
    model = load(str(folder))
    assert model.info.labels.get("sentiment") == (labels if counts else None)
    if counts:
        import transformers

        forward = model.run(model.encode("I love the cat."))
        network = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
        with torch.inference_mode():
            reference = network(torch.tensor(forward.encoding.token_ids[None])).logits[0].numpy()
        assert np.abs(model.class_logits("sentiment", forward.pooler_output) - reference).max() < 1e-5


def test_a_head_in_a_folder_of_its_own_is_found(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint()
    other = tiny_checkpoint("other", architecture="BertForSequenceClassification", labels=SENTIMENT)
    shutil.move(other, folder / "sentiment")
    assert load(str(folder)).info.labels["sentiment"] == SENTIMENT


def test_a_classifier_without_its_weights_does_not_exist(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint(architecture="BertForSequenceClassification", labels=SENTIMENT)
    without(folder, "classifier.weight")
    assert load(str(folder)).info.labels == {}


def test_a_classifier_that_does_not_fit_is_refused(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint(architecture="BertForSequenceClassification", labels=SENTIMENT)
    for weight, bias in [
        (torch.zeros(2, 99), torch.zeros(2)),
        (torch.zeros(2, 16), torch.zeros(3)),
        (torch.zeros(4), torch.zeros(4)),
    ]:
        save_file(load_file(folder / WEIGHTS) | {"classifier.weight": weight, "classifier.bias": bias}, folder / WEIGHTS)
        with pytest.raises(BrokenCheckpoint, match="classifier"):
            load(str(folder))


@pytest.mark.parametrize("content", ["{", "[1]"])
def test_a_damaged_folder_inside_is_a_sentence(tiny_checkpoint: Callable[..., Path], content: Any) -> None:
    folder = tiny_checkpoint()
    (folder / "extra").mkdir()
    (folder / "extra" / "config.json").write_text(content)
    with pytest.raises(BrokenCheckpoint, match="“extra"):
        load(str(folder))


def test_a_folder_inside_that_is_no_classifier_is_left_alone(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint()
    (folder / "extra").mkdir()
    (folder / "extra" / "config.json").write_text('{"architectures": 7}')
    assert load(str(folder)).info.labels.keys() == {"next_sentence"}


@pytest.mark.parametrize("prefix", ["bert.encoder.layer.1", "bert.embeddings.word_embeddings", "bert"])
def test_an_encoder_with_missing_weights_is_refused(tiny_checkpoint: Callable[..., Path], prefix: Any) -> None:
    folder = tiny_checkpoint(architecture="BertForMaskedLM")
    without(folder, prefix)
    with pytest.raises(BrokenCheckpoint, match="incomplete"):
        load(str(folder))


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_size": 32},
        {"num_hidden_layers": 5},
        {"vocab_size": 99},
        {"num_attention_heads": 3},
        {"num_attention_heads": 0},
        {"hidden_size": "wide"},
        {"hidden_act": "no such function"},
    ],
)
def test_a_config_that_does_not_fit_its_weights_is_refused(tiny_checkpoint: Callable[..., Path], changes: Any) -> None:
    folder = tiny_checkpoint()
    rewritten(folder, **changes)
    with pytest.raises(BrokenCheckpoint):
        load(str(folder))


def test_a_tokenizer_of_another_model_is_refused(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint()
    shutil.copy(PACKAGE / "embedded" / "tokenizer.json", folder)
    with pytest.raises(BrokenCheckpoint, match="do not belong together"):
        load(str(folder))


def test_a_tokenizer_with_next_to_no_words_is_refused(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint()
    with pytest.raises(BrokenCheckpoint, match="do not belong together"):
        inspecting.load_reader(folder, vocab_size=30_522, max_positions=32)


def test_a_tokenizer_that_is_no_json_is_refused(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint()
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(BrokenCheckpoint, match="tokenizer"):
        load(str(folder))


def test_code_in_a_checkpoint_never_runs(tiny_checkpoint: Callable[..., Path], tmp_path: Path) -> None:
    folder, trace = tiny_checkpoint(), tmp_path / "it ran"
    (folder / "evil.py").write_text(f"open({str(trace)!r}, 'w').close()\nclass Evil: pass\n")
    classes = ("AutoConfig", "AutoModel", "AutoModelForPreTraining", "AutoModelForSequenceClassification")
    rewritten(folder, auto_map=dict.fromkeys(classes, "evil.Evil"))
    rewritten(folder, "tokenizer_config.json", auto_map={"AutoTokenizer": ["evil.Evil", "evil.Evil"]})
    model = load(str(folder))
    assert model.run(model.encode("I love the cat.")).encoding.n_tokens == 7
    assert not trace.exists()


def test_nobody_asks_for_code_from_a_checkpoint() -> None:
    for path in [*PACKAGE.parent.glob("*.py"), *PACKAGE.rglob("*.py"), *(PACKAGE.parent / "pages").glob("*.py")]:
        assert "trust_remote_code" not in path.read_text(encoding="utf-8"), path


def test_a_pickle_beside_safetensors_is_left_alone(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04cos\nsystem\n.")
    assert load(str(folder)).info.n_layers == 2


def test_half_precision_on_disk_is_float32_in_memory(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint()
    save_file(
        {name: tensor.half() for name, tensor in load_file(folder / WEIGHTS).items()},
        folder / WEIGHTS,
        metadata={"format": "pt"},
    )
    rewritten(folder, dtype="float16")
    model = load(str(folder))
    assert model.info.dtype == "float32"
    assert model.run(model.encode("I love the cat.")).attentions.dtype == np.float32


def test_errors_have_their_own_kinds(
    tiny_checkpoint: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    folder = tiny_checkpoint()
    rewritten(folder, model_type="t5")
    for name, kind in [("nothing", UnknownModel), ("bert-base-uncased", ModelNotHere), (str(folder), UnsupportedModel)]:
        with pytest.raises(kind):
            load(name)


def test_loads_at_once_do_not_spoil_each_other(tiny_checkpoint: Callable[..., Path]) -> None:
    folders = [tiny_checkpoint(f"number {i}") for i in range(4)]
    with ThreadPoolExecutor(8) as pool:
        models = list(pool.map(load, map(str, folders * 2)))
    numbers = [model.run(model.encode("I love the cat.")).hidden_states for model in models]
    assert all(np.array_equal(numbers[0], other) for other in numbers[1:])


def test_the_device_is_chosen_by_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIDE_BERT_DEVICE", "cpu")
    assert loading.pick_device() == torch.device("cpu")
    monkeypatch.setenv("INSIDE_BERT_DEVICE", "auto")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert loading.pick_device() == torch.device("mps")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert loading.pick_device() == torch.device("cuda")
