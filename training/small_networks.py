"""The networks of small relatives of the embedded model: a row each, and what all of them can do in training.

All begin with the embeddings of a larger model, turned to their principal axes and cut there: of all projections to so few dimensions this one
keeps most of what tells words apart (Pearson 1901).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import (
    BertConfig,
    BertForPreTraining,
    DistilBertConfig,
    DistilBertForMaskedLM,
    ElectraConfig,
    ElectraForPreTraining,
    PretrainedConfig,
    PreTrainedModel,
)  # fmt: skip

from training.examples import IGNORED, Batch
from training.prepare import TOKENIZER

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


@dataclass(frozen=True)
class Row:
    """One relative: its class and shape in transformers, and, where it fills in words, its head: rows [place, d_model] → logits [place, vocab]."""

    network: type[PreTrainedModel]
    config: PretrainedConfig
    head: Callable[[Any, torch.Tensor], torch.Tensor] | None = None
    is_asked_for_next: bool = False


def _bert_words(network: Any, rows: torch.Tensor) -> torch.Tensor:
    logits: torch.Tensor = network.cls.predictions(rows)
    return logits


def _distilbert_words(network: Any, rows: torch.Tensor) -> torch.Tensor:
    logits: torch.Tensor = network.vocab_projector(network.vocab_layer_norm(network.activation(network.vocab_transform(rows))))
    return logits


def _bert(size: int, n_layers: int, n_heads: int) -> BertConfig:
    return BertConfig(
        hidden_size=size, num_hidden_layers=n_layers, num_attention_heads=n_heads, intermediate_size=4 * size, **NO_DROPOUT
    )  # fmt: skip


ROWS: Mapping[str, Row] = {
    "bert-tiny": Row(BertForPreTraining, _bert(128, 2, 2), _bert_words, is_asked_for_next=True),
    "bert-mini": Row(BertForPreTraining, _bert(256, 4, 4), _bert_words, is_asked_for_next=True),
    "distilbert": Row(
        DistilBertForMaskedLM,
        DistilBertConfig(dim=256, n_layers=2, n_heads=4, hidden_dim=1024, dropout=0.0, attention_dropout=0.0),
        _distilbert_words,
    ),
    "electra": Row(
        ElectraForPreTraining,
        ElectraConfig(
            embedding_size=128, hidden_size=256, num_hidden_layers=4, num_attention_heads=4, intermediate_size=1024, **NO_DROPOUT
        ),
    ),
}  # fmt: skip


class Relative(nn.Module):  # type: ignore[misc]  # torch is unknown to the type checker
    """A network of the table, in training."""

    def __init__(self, row: Row, embeddings: torch.Tensor) -> None:
        """Random but for the embeddings of words: those of a larger model [vocab, d_larger], cut to the size of this one."""
        super().__init__()
        self.row = row
        self.network = row.network._from_config(row.config, attn_implementation="eager")
        own = self.network.get_input_embeddings().weight
        with torch.no_grad():
            own.copy_(principal(embeddings.float(), own.shape[1]) * own.std() / embeddings.std())

    def read(self, batch: Batch, ids: torch.Tensor | None = None) -> Any:
        """What the encoder returns; other `ids` [row, position] than the batch's may be read in their place."""
        device = self.network.device
        inputs = {
            "attention_mask": torch.from_numpy(batch.mask),
            "input_ids": torch.from_numpy(batch.ids) if ids is None else ids,
        }
        if getattr(self.row.config, "type_vocab_size", 0):
            inputs["token_type_ids"] = torch.from_numpy(batch.segments)
        return self.network.base_model(**{name: tensor.to(device) for name, tensor in inputs.items()})

    def word_logits(self, batch: Batch) -> torch.Tensor:
        """Logits over the vocabulary, [place, vocab], at the places that `batch.labels` asks for, row by row."""
        assert self.row.head is not None, "a discriminator fills in nothing"
        hidden = self.read(batch).last_hidden_state
        return self.row.head(self.network, hidden[torch.from_numpy(batch.labels).to(hidden.device) != IGNORED])

    def text_losses(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Masked words and next sentence of pairs: mean cross-entropies in nats."""
        assert self.row.head is not None and batch.next_labels is not None
        output = self.read(batch)
        labels = torch.from_numpy(batch.labels).to(self.network.device)
        asked = labels != IGNORED
        is_next = self.network.cls.seq_relationship(output.pooler_output).float()
        return {
            "words": cross_entropy(self.row.head(self.network, output.last_hidden_state[asked]).float(), labels[asked]),
            "next": cross_entropy(is_next, torch.from_numpy(batch.next_labels).to(self.network.device)),
        }

    def next_logits(self, batch: Batch) -> torch.Tensor:
        """[row, 2]: that B follows A, that it does not."""
        logits: torch.Tensor = self.network.cls.seq_relationship(self.read(batch).pooler_output)
        return logits

    def replaced_logits(self, batch: Batch, ids: torch.Tensor) -> torch.Tensor:
        """[row, position]: how much each of these ids looks replaced; below 0 it looks original."""
        logits: torch.Tensor = self.network.discriminator_predictions(self.read(batch, ids).last_hidden_state)
        return logits

    def save(self, folder: Path) -> None:
        """A folder with its tokenizer: fp16 on disk, float32 in memory."""
        folder.mkdir(parents=True, exist_ok=True)
        tied = {name for name in self.network.all_tied_weights_keys if name in self.network.state_dict()}
        tensors = {n: t.half().contiguous() for n, t in self.network.state_dict().items() if n not in tied}
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        config = self.row.config.to_dict() | {"architectures": [self.row.network.__name__], "dtype": "float32"}
        config.pop("transformers_version", None)
        (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
        for name in TOKENIZER_FILES:
            shutil.copyfile(TOKENIZER / name, folder / name)


def principal(rows: torch.Tensor, size: int) -> torch.Tensor:
    """Rows [n, d] in the `size` directions along which they differ most: [n, size].

    >>> rows = torch.tensor([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> principal(rows, 1).abs().round(decimals=3).flatten().tolist()
    [3.0, 3.0, 0.0, 0.0]
    """
    centred = rows - rows.mean(dim=0)
    _, directions = torch.linalg.eigh(centred.T @ centred)  # ascending
    result: torch.Tensor = centred @ directions.flip(1)[:, :size]
    return result
