"""Labelled rows, packed, and the loss that forgives what a source does not mark."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from training.examples import CLS, IGNORED, SEP
from training.network import _entity_loss
from training.prepare import TOKENIZER
from training.tasks import ENTITIES, MAYBE_MISC, answer_rows, entity_lines, entity_row, rows_of


@pytest.fixture(scope="module")
def tokenizer() -> object:
    return AutoTokenizer.from_pretrained(TOKENIZER)


def test_a_batch_holds_each_row_with_its_segments_and_label() -> None:
    rows = rows_of([([CLS, 2000, SEP], 3, 0), ([CLS, 2001, SEP, 2002, SEP], 3, 1)])
    batch = rows.batch(np.array([1, 0]))
    assert batch.ids.tolist() == [[CLS, 2001, SEP, 2002, SEP], [CLS, 2000, SEP, 0, 0]]
    assert batch.segments.tolist() == [[0, 0, 0, 1, 1], [0, 0, 0, 0, 0]]
    assert batch.mask.tolist() == [[1] * 5, [1, 1, 1, 0, 0]]
    assert batch.labels.tolist() == [1, 0]


def test_rows_of_one_draw_have_about_the_same_length() -> None:
    rows = rows_of([([CLS] + [2000] * n + [SEP], n + 2, 0) for n in range(1, 101)])
    lengths = [rows.draw(np.random.default_rng(seed), 8).mask.sum(axis=1) for seed in range(50)]
    assert max(int(np.ptp(some)) for some in lengths) < 60


def test_a_word_is_labelled_at_its_first_piece(tokenizer: object) -> None:
    ids, _, labels = entity_row(["Starlings", "like", "Reykjavik"], ["O", "O", "B-LOC"], tokenizer)
    assert len(ids) == len(labels)
    assert [label for label in labels if label != IGNORED] == [0, 0, ENTITIES.index("B-LOC")]
    _, _, unsure = entity_row(["Starlings", "like", "Reykjavik"], ["O", "O", "B-LOC"], tokenizer, marks_misc=False)
    assert [label for label in unsure if label != IGNORED] == [MAYBE_MISC, MAYBE_MISC, ENTITIES.index("B-LOC")]


def test_types_of_other_sources_become_the_four_or_none(tmp_path: Path) -> None:
    row = {"tokens": ["a", "b", "c"], "tags": ["B-corporation", "I-corporation", "B-product"]}
    (tmp_path / "x.jsonl").write_text(json.dumps(row) + "\n")
    assert list(entity_lines(tmp_path / "x.jsonl")) == [(["a", "b", "c"], ["B-ORG", "I-ORG", "O"])]


def test_the_loss_of_an_unsure_word_is_that_of_o_or_misc() -> None:
    p = torch.tensor([[0.5, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.06, 0.04]])
    assert float(_entity_loss(p.log(), torch.tensor([MAYBE_MISC]))) == pytest.approx(-np.log(0.6), abs=1e-6)
    assert float(_entity_loss(p.log(), torch.tensor([1]))) == pytest.approx(-np.log(0.1), abs=1e-6)


def test_an_answer_lies_where_its_label_says(tokenizer: object, tmp_path: Path) -> None:
    passage = "Long ago nothing happened. " * 60 + "The bridge was built by Ada in 1843. " + "Then it rained. " * 60
    question = {"question": "Who built the bridge?", "context": passage,
                "answers": [{"text": "Ada", "answer_start": passage.index("Ada")}]}  # fmt: skip
    (tmp_path / "squad.jsonl").write_text(json.dumps(question) + "\n")
    for seed in range(5):
        rows = answer_rows(tmp_path / "squad.jsonl", tokenizer, np.random.default_rng(seed))
        batch = rows.batch(np.array([0]))
        first, last = batch.labels[0]
        assert tokenizer.decode(batch.ids[0, first : last + 1]) == "ada"
        assert batch.segments[0, first] == 1
