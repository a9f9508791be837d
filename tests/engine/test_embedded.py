"""The model inside: its size, its heads through plain transformers, and the scores that its card claims."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from bertviz_app import load
from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.engine.model import Model
from bertviz_app.errors import BrokenCheckpoint
from training.cloze import sentences
from training.network import HEADS

FOLDER = Path(CATALOG["embedded"].source)
TEXT, PAIR = "Ada Lovelace lived in London.", "Where did Ada Lovelace live?"


def test_it_is_small_on_disk_and_exact_in_memory(model: Model) -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*.safetensors")) <= 50_000_000
    assert model.info.dtype == "float32"


@pytest.mark.parametrize("task", HEADS)
def test_each_head_through_plain_transformers_gives_the_numbers_of_the_app(model: Model, task: str) -> None:
    architecture, _, labels, reads = HEADS[task]
    network, report = getattr(transformers, architecture).from_pretrained(FOLDER / task, output_loading_info=True)
    assert not report["missing_keys"]
    assert model.info.labels[task] == labels
    forward = model.run(model.encode(TEXT, PAIR))
    inputs = transformers.AutoTokenizer.from_pretrained(FOLDER)(TEXT, PAIR, return_tensors="pt")
    with torch.inference_mode():
        output = network.eval()(**inputs)
    if reads == "pooled":
        ours, theirs = model.class_logits(task, forward.class_vector), output.logits[0]
    elif task == "answers":
        ours, theirs = (
            model.token_logits(task, forward.hidden_states[-1]),
            torch.stack([output.start_logits[0], output.end_logits[0]], -1),
        )
    else:
        ours, theirs = model.token_logits(task, forward.hidden_states[-1]), output.logits[0]
    assert np.abs(ours - theirs.numpy()).max() < 1e-4


def test_a_head_whose_weights_are_missing_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "embedded"
    shutil.copytree(FOLDER, copy)
    for task in HEADS:  # the copy is somebody's folder: its heads may not point outside of theirs
        if task != "entities":
            shutil.rmtree(copy / task)
    (copy / "entities" / "head.safetensors").unlink()
    with pytest.raises(BrokenCheckpoint):
        load(str(copy))


def test_everyday_sentences_score_what_the_card_says(model: Model) -> None:
    asked = sentences()
    in_five = 0
    for cloze in asked:
        forward = model.run(model.encode(cloze.text))
        logits = model.vocabulary_logits(forward.hidden_states[-1][forward.encoding.positions("mask")])[0]
        in_five += any(model.reader.token(token_id) in cloze.words for token_id in np.argsort(-logits)[:5])
    assert len(asked) == 60
    assert in_five / len(asked) == pytest.approx(_metrics()["everyday sentences, top 5"], abs=0.01)


def test_the_card_repeats_the_measured_scores() -> None:
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name, score in _metrics().items():
        assert f"| {name} | {100 * score:.1f} % |" in card, name


def _metrics() -> dict[str, float]:
    scores: dict[str, float] = json.loads((FOLDER / "metrics.json").read_text(encoding="utf-8"))
    return scores
