"""One encoder, six heads: what is trained, and how it is written so that plain transformers opens every part.

masked words, next sentence     transformers' BertForPreTraining
sentiment, pairs                a linear layer over the pooled vector
entities, answers               a linear layer over the last layer's vectors
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import BertConfig, BertForPreTraining

from training.distil import Lesson, taught_losses
from training.examples import IGNORED, Batch
from training.tasks import ENTITIES, MAYBE_MISC, RELATIONS, SENTIMENTS

Losses = dict[str, torch.Tensor]

# folder → class of transformers that opens it, the name of its layer there, its labels, and what it reads
HEADS: Mapping[str, tuple[str, str, tuple[str, ...], str]] = {
    "sentiment": ("BertForSequenceClassification", "classifier", SENTIMENTS, "pooled"),
    "pairs": ("BertForSequenceClassification", "classifier", RELATIONS, "pooled"),
    "entities": ("BertForTokenClassification", "classifier", ENTITIES, "rows"),
    "answers": ("BertForQuestionAnswering", "qa_outputs", ("start", "end"), "rows"),
}
HEAD_DROPOUT = 0.1


class SharedEncoder(nn.Module):  # type: ignore[misc]  # torch is unknown to the type checker
    """BERT for pre-training, and a linear layer for each task."""

    def __init__(self, pretraining: BertForPreTraining) -> None:
        super().__init__()
        self.pretraining = pretraining
        self.heads = nn.ModuleDict(
            {task: nn.Linear(pretraining.config.hidden_size, len(labels)) for task, (_, _, labels, _) in HEADS.items()}
        )
        self.dropout = nn.Dropout(HEAD_DROPOUT)

    @classmethod
    def start_from(cls, folder: Path) -> SharedEncoder:
        """The encoder of a folder with its heads, those that it has; the others begin at random.

        Eager attention: on a CPU its backward pass is the quicker one at these lengths. No dropout in the encoder: every sentence of
        the text is seen about once, so there is nothing to remember by heart.
        """
        options = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "dtype": torch.float32}
        model = cls(BertForPreTraining.from_pretrained(folder, attn_implementation="eager", **options))
        for task, (_, layer, labels, _) in HEADS.items():
            path = folder / task / "head.safetensors"
            if path.is_file():
                tensors = load_file(path)
                if len(tensors[f"{layer}.bias"]) == len(labels):
                    model.heads[task].load_state_dict({n: tensors[f"{layer}.{n}"].float() for n in ("weight", "bias")})
        return model

    def read(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Last layer [row, position, d_model] and pooled vectors [row, d_model]."""
        device = self.pretraining.device
        ids, segments, mask = (torch.from_numpy(array).to(device) for array in (batch.ids, batch.segments, batch.mask))
        output = self.pretraining.bert(ids, attention_mask=mask, token_type_ids=segments)
        return output.last_hidden_state, output.pooler_output

    def word_logits(self, batch: Batch) -> torch.Tensor:
        """Logits of the masked-word head, [place, vocab], at the places that `batch.labels` asks for, row by row."""
        hidden, _ = self.read(batch)
        logits: torch.Tensor = self.pretraining.cls.predictions(
            hidden[torch.from_numpy(batch.labels).to(hidden.device) != IGNORED]
        )
        return logits

    def text_losses(self, batch: Batch) -> Losses:
        """Masked words, and next sentence where the batch has pairs: mean cross-entropies in nats."""
        hidden, pooled = self.read(batch)
        labels = torch.from_numpy(batch.labels).to(hidden.device)
        asked = labels != IGNORED  # the vocabulary is large: its head runs where something is asked, and nowhere else
        losses = {"words": cross_entropy(self.pretraining.cls.predictions(hidden[asked]).float(), labels[asked])}
        if batch.next_labels is not None:
            is_next = self.pretraining.cls.seq_relationship(pooled).float()
            losses["next"] = cross_entropy(is_next, torch.from_numpy(batch.next_labels).to(hidden.device))
        return losses

    def taught_losses(self, lesson: Lesson) -> Losses:
        """What `distil.taught_losses` says of this model."""
        return taught_losses(self.word_logits(lesson.batch), lesson)

    def task_loss(self, task: str, batch: Batch) -> torch.Tensor:
        """Mean cross-entropy of one task in nats."""
        logits = self.task_logits(task, batch)
        labels = torch.from_numpy(batch.labels).to(logits.device)
        if task == "entities":
            return _entity_loss(logits[labels != IGNORED], labels[labels != IGNORED])
        if task == "answers":  # [row, position, 2] → over the positions, once for the start and once for the end
            padding = torch.from_numpy(batch.mask).to(logits.device) == 0
            logits = logits.masked_fill(padding[..., None], -1e4)
            return (cross_entropy(logits[..., 0], labels[:, 0]) + cross_entropy(logits[..., 1], labels[:, 1])) / 2
        return cross_entropy(logits, labels)

    def task_logits(self, task: str, batch: Batch) -> torch.Tensor:
        """[row, label] over pooled vectors, or [row, position, label] over the last layer."""
        hidden, pooled = self.read(batch)
        logits: torch.Tensor = self.heads[task](self.dropout(pooled if HEADS[task][3] == "pooled" else hidden)).float()
        return logits

    def save(self, folder: Path) -> None:
        """The layout of the embedded model: fp16 on disk, one file for the encoder, and each head in a folder that shares it."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {
            name: tensor.half().contiguous()
            for name, tensor in self.pretraining.state_dict().items()
            if not name.startswith("cls.predictions.decoder.")  # tied to the embeddings and to cls.predictions.bias
        }
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        config = BertConfig(**self._sizes())
        _write_config(folder, config, "BertForPreTraining", ())
        encoder = [name for name in tensors if name.startswith("bert.")]
        for task, (architecture, layer, labels, reads) in HEADS.items():
            home = folder / task
            home.mkdir(exist_ok=True)
            head = {f"{layer}.{name}": tensor.half().contiguous() for name, tensor in self.heads[task].state_dict().items()}
            save_file(head, home / "head.safetensors", metadata={"format": "pt"})
            shared = [name for name in encoder if reads == "pooled" or not name.startswith("bert.pooler.")]
            weights = dict.fromkeys(shared, "../model.safetensors") | dict.fromkeys(head, "head.safetensors")
            index = {"metadata": {}, "weight_map": weights}
            (home / "model.safetensors.index.json").write_text(json.dumps(index, indent=1, sort_keys=True) + "\n")
            _write_config(home, config, architecture, labels)

    def _sizes(self) -> dict[str, Any]:
        config = self.pretraining.config
        names = (
            "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "max_position_embeddings",
            "type_vocab_size", "layer_norm_eps",
        )  # fmt: skip
        return {name: getattr(config, name) for name in names}


def _entity_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """logits [word, label], labels [word] → mean of −log p(label), where `MAYBE_MISC` stands for "O or MISC": p is their sum."""
    log_p = logits.log_softmax(dim=-1)
    open_labels = [index for index, name in enumerate(ENTITIES) if name == "O" or name.endswith("MISC")]
    unsure = torch.logsumexp(log_p[:, open_labels], dim=-1)
    known = log_p.gather(1, labels.clamp(min=0)[:, None])[:, 0]
    return -torch.where(labels == MAYBE_MISC, unsure, known).mean()


def _write_config(folder: Path, config: BertConfig, architecture: str, labels: tuple[str, ...]) -> None:
    written = config.to_dict() | {"architectures": [architecture], "dtype": "float32"}
    written.pop("transformers_version", None)
    written.pop("id2label", None), written.pop("label2id", None)
    if labels and architecture != "BertForQuestionAnswering":
        written |= {"id2label": dict(enumerate(labels)), "label2id": {label: index for index, label in enumerate(labels)}}
    (folder / "config.json").write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")
