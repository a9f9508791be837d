"""The teacher learns, and goes on where it was cut off."""

from __future__ import annotations

import csv
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import MPNetForMaskedLM

from training import teacher as chapter
from training.mpnet import Teacher
from training.teacher import HEAD_FACTOR, optimizer_of, train

NewTeacher = Callable[[], Teacher]


@pytest.fixture
def tiny(new_mpnet: Callable[[], MPNetForMaskedLM]) -> NewTeacher:
    return lambda: Teacher(new_mpnet()).train()


def asked(data: Path, out: str, steps: int) -> Namespace:
    return Namespace(data=data, out=data / out, steps=steps, fall=0, rate=0.01, every=3)


def test_a_teacher_that_was_cut_off_ends_with_the_weights_of_one_that_was_not(
    tiny: NewTeacher, data: Path, monkeypatch: pytest.MonkeyPatch
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
    assert Teacher.open(data / "cut" / "model").network.config.num_hidden_layers == 2


def test_every_weight_is_trained_once_and_the_head_faster(tiny: NewTeacher) -> None:
    teacher = tiny()
    groups = optimizer_of(teacher).param_groups
    trained = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(trained) == sorted(id(parameter) for parameter in teacher.parameters())
    factor = {id(parameter): group["factor"] for group in groups for parameter in group["params"]}
    assert factor[id(teacher.network.lm_head.dense.weight)] == HEAD_FACTOR
    assert factor[id(teacher.network.mpnet.embeddings.word_embeddings.weight)] == 1.0
    assert all(parameter.ndim > 1 for group in groups if group["weight_decay"] for parameter in group["params"])
    # A checkpoint knows parameters by their places: for the body and then for the head, first what does not decay.
    assert [(group["factor"], group["weight_decay"] > 0) for group in groups] == [
        (1.0, False), (1.0, True), (HEAD_FACTOR, False), (HEAD_FACTOR, True),
    ]  # fmt: skip
