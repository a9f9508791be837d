"""The teacher learns, and goes on where it was cut off."""

from __future__ import annotations

import csv
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import MPNetConfig, MPNetForMaskedLM

from training import teacher as chapter
from training.corpus import Corpus
from training.examples import VOCABULARY
from training.mpnet import Teacher
from training.teacher import HEAD_FACTOR, optimizer_of, train


def tiny() -> Teacher:
    config = MPNetConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=24, vocab_size=VOCABULARY + 5,
        max_position_embeddings=90, pad_token_id=1, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    torch.manual_seed(0)
    return Teacher(MPNetForMaskedLM(config)).train()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Packed text of six words."""
    ids = np.tile(np.arange(2000, 2006, dtype=np.uint16), 50)
    for name in ("text", "heldout", "everyday"):
        Corpus(ids, np.arange(0, 301, 6), np.array([0, 25, 50]), np.array([0, 1]), ("se_a", "b")).save(tmp_path / f"{name}.npz")
    return tmp_path


def asked(data: Path, out: str, steps: int) -> Namespace:
    return Namespace(data=data, out=data / out, steps=steps, fall=0, rate=0.01, every=3)


def test_a_teacher_that_was_cut_off_ends_with_the_weights_of_one_that_was_not(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chapter, "MEASURED", 8)
    monkeypatch.setattr(chapter, "PIECES", 4)
    whole, cut, resumed = tiny(), tiny(), tiny()
    train(whole, asked(data, "whole", 6))
    train(cut, asked(data, "cut", 3))
    train(resumed, asked(data, "cut", 6))
    for a, b in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(a, b)
    rows = list(csv.DictReader((data / "cut" / "log.csv").read_text().splitlines()))
    assert [row["step"] for row in rows] == ["3", "6"]
    assert {"words", "masked_words", "masked_words_everyday", "everyday sentences, top 1"} <= set(rows[0])
    assert Teacher.open(data / "cut" / "model").network.config.num_hidden_layers == 1


def test_every_weight_is_trained_once_and_the_head_faster() -> None:
    teacher = tiny()
    groups = optimizer_of(teacher).param_groups
    trained = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(trained) == sorted(id(parameter) for parameter in teacher.parameters())
    factor = {id(parameter): group["factor"] for group in groups for parameter in group["params"]}
    assert factor[id(teacher.network.lm_head.dense.weight)] == HEAD_FACTOR
    assert factor[id(teacher.network.mpnet.embeddings.word_embeddings.weight)] == 1.0
    assert all(parameter.ndim > 1 for group in groups if group["weight_decay"] for parameter in group["params"])
