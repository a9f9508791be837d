"""Small relatives begin with what a larger model knows of words, learn, and are opened by plain transformers."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoModelForPreTraining, AutoTokenizer, PretrainedConfig

from training import relatives as chapter
from training.distil import Lesson, Taught
from training.examples import IGNORED, VOCABULARY
from training.relatives import train
from training.small_networks import ROWS, Relative, principal

NewLesson = Callable[[int], Lesson]

SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24, "embedding_size": 8}
SMALL_DISTILBERT = {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 24}


def small(name: str) -> Relative:
    row = ROWS[name]
    sizes = SMALL_DISTILBERT if name == "distilbert" else SMALL
    config: PretrainedConfig = type(row.config)(**row.config.to_dict() | sizes)
    torch.manual_seed(0)
    return Relative(replace(row, config=config), torch.randn(VOCABULARY, 32))


@pytest.fixture
def taught(data: Path, lesson: NewLesson) -> Path:
    """A shard of what a teacher says."""
    one = lesson(48)
    is_token = one.batch.mask == 1
    labels = np.where(one.batch.labels == IGNORED, 0, one.batch.labels)[is_token]
    starts = np.concatenate([[0], np.cumsum(one.batch.mask.sum(axis=1))])
    shard = Taught(one.batch.ids[is_token].astype(np.uint16), labels.astype(np.uint16), starts, one.words, one.log_p)
    folder = data / "taught"
    folder.mkdir()
    shard.save(folder / "00000.npz")
    return folder


@pytest.mark.parametrize("name", ROWS)
def test_each_learns_and_plain_transformers_opens_it_with_the_same_numbers(
    name: str, data: Path, taught: Path, lesson: NewLesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chapter, "MEASURED", 8)
    model = small(name)
    before = [parameter.clone() for parameter in model.parameters()]
    train(model, Namespace(data=data, taught=taught, out=data / "out", steps=3, fall=0, rate=0.01, every=3))
    assert all(
        not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True) if b.requires_grad and b.grad is not None
    )
    folder = data / "out" / "model"
    is_discriminator = ROWS[name].head is None
    opened, report = (AutoModelForPreTraining if is_discriminator else AutoModelForMaskedLM).from_pretrained(
        folder, output_loading_info=True
    )
    assert not report["missing_keys"]
    assert AutoTokenizer.from_pretrained(folder).mask_token_id == 103
    model.save(data / "now")
    opened = type(opened).from_pretrained(data / "now").eval()
    batch = lesson(2).batch
    ids = torch.from_numpy(batch.ids)
    with torch.inference_mode():
        theirs = opened(ids, attention_mask=torch.from_numpy(batch.mask)).logits
        ours = model.eval().replaced_logits(batch, ids) if is_discriminator else model.word_logits(batch)
    expected = theirs if is_discriminator else theirs[:, 2]
    assert torch.allclose(ours.float(), expected.float(), atol=5e-3)  # the file holds 16 bits of each number


def test_the_shapes_are_those_of_their_families_and_fit_on_disk() -> None:
    """Each at most 24 MB in 16 bits."""
    for name, row in ROWS.items():
        n_numbers = sum(parameter.numel() for parameter in row.network(row.config).parameters())
        assert 2 * n_numbers < 24e6, name


def test_words_that_were_near_stay_near_in_fewer_dimensions() -> None:
    """Rows in two dimensions of ten: cut to two, every distance is what it was."""
    torch.manual_seed(0)
    rows = torch.randn(30, 2, dtype=torch.float64) @ torch.linalg.qr(torch.randn(10, 2, dtype=torch.float64))[0].T
    assert torch.allclose(torch.cdist(principal(rows, 2), principal(rows, 2)), torch.cdist(rows, rows), atol=1e-6)
