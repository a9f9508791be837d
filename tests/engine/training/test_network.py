"""One encoder and six heads, written so that plain transformers opens every part."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from transformers import AutoModelForPreTraining, BertConfig, BertForPreTraining

from training.examples import padded
from training.network import HEADS, SharedEncoder


@pytest.fixture(scope="module")
def model() -> SharedEncoder:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=3000, hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48, max_position_embeddings=40
    )  # fmt: skip
    return SharedEncoder(BertForPreTraining._from_config(config, attn_implementation="eager")).eval()


@pytest.fixture(scope="module")
def folder(model: SharedEncoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    model.save(folder)
    return folder


BATCH = padded([([2000, 2001, 2002], [2003]), ([2004], None)])


@pytest.mark.parametrize("task", HEADS)
def test_plain_transformers_opens_each_head_and_gives_the_same_logits(model: SharedEncoder, folder: Path, task: str) -> None:
    network, report = getattr(transformers, HEADS[task][0]).from_pretrained(folder / task, output_loading_info=True)
    assert not report["missing_keys"]
    assert network.dtype == torch.float32
    inputs = {"input_ids": BATCH.ids, "token_type_ids": BATCH.segments, "attention_mask": BATCH.mask}
    with torch.inference_mode():
        output = network.eval()(**{name: torch.from_numpy(array) for name, array in inputs.items()})
        ours = model.task_logits(task, BATCH)
    theirs = output.logits if "logits" in output else torch.stack([output.start_logits, output.end_logits], dim=-1)
    assert torch.allclose(ours, theirs, atol=2e-3)  # the file holds 16 bits of each number


def test_the_saved_encoder_is_half_the_size_and_whole(model: SharedEncoder, folder: Path) -> None:
    network, report = AutoModelForPreTraining.from_pretrained(folder, output_loading_info=True)
    assert not report["missing_keys"]
    assert torch.allclose(network.cls.predictions.bias, model.pretraining.cls.predictions.bias, atol=1e-3)
    n_numbers = sum(parameter.numel() for parameter in model.pretraining.parameters())
    assert (folder / "model.safetensors").stat().st_size < 2 * n_numbers + 20_000


def test_the_losses_fall_when_the_same_batch_is_learnt(model: SharedEncoder) -> None:
    batch = padded([([2000, 2001, 2002], [2003]), ([2004, 2005], [2006])])
    labels = np.where(np.isin(batch.ids, (2001, 2006)), batch.ids, -100)
    asked = type(batch)(batch.ids, batch.segments, batch.mask, labels, np.array([0, 1]))
    copy = SharedEncoder(BertForPreTraining._from_config(model.pretraining.config, attn_implementation="eager"))
    optimizer = torch.optim.AdamW(copy.parameters(), 5e-3)
    totals = []
    for _ in range(60):
        total = sum(copy.text_losses(asked).values())
        total.backward()
        optimizer.step(), optimizer.zero_grad()
        totals.append(float(total.detach()))
    assert totals[-1] < totals[0] / 2


def test_an_answer_never_lies_in_the_padding(model: SharedEncoder) -> None:
    batch = padded([([2000], [2001] * 10), ([2000], [2001])])
    n_read = 5  # [CLS] 2000 [SEP] 2001 [SEP]
    short = type(batch)(*(array[1:, :n_read] for array in (batch.ids, batch.segments, batch.mask)), np.array([[3, 3]]))  # type: ignore[call-arg]
    only = type(batch)(*(array[1:] for array in (batch.ids, batch.segments, batch.mask)), np.array([[3, 3]]))  # type: ignore[call-arg]
    with torch.inference_mode():
        padded_loss, loss = (float(model.task_loss("answers", batch)) for batch in (only, short))
    assert padded_loss == pytest.approx(loss, abs=1e-4)


def test_words_are_filled_in_where_the_labels_ask(model: SharedEncoder) -> None:
    labels = np.where(np.isin(BATCH.ids, (2001, 2004)), BATCH.ids, -100)
    with torch.inference_mode():
        logits = model.word_logits(type(BATCH)(BATCH.ids, BATCH.segments, BATCH.mask, labels))
        inputs = {"input_ids": BATCH.ids, "token_type_ids": BATCH.segments, "attention_mask": BATCH.mask}
        whole = model.pretraining(**{name: torch.from_numpy(array) for name, array in inputs.items()}).prediction_logits
    assert torch.allclose(logits, torch.stack([whole[0, 2], whole[1, 1]]), atol=1e-5)
