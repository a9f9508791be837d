"""A tiny BERT with a head for every task, saved like the embedded model: one encoder, and each head in a folder beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers

from bertviz_app.families.tasks import TASKS

WORDS = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "i", "love", "ai", "!", "the", "cat", "sat", "##s", "##at", "c", ".", "on", "mat", "?",
    "who", "ann", "of", "bonn", ",", "a", "dog", "ran", "away", "it", "rain",
]  # fmt: skip
# Saved in this order, which their random weights depend on; the labels as checkpoints spell them.
LABELS: dict[str, tuple[str, ...]] = {
    "sentiment": ("NEGATIVE", "POSITIVE"),
    "pairs": ("entailment", "neutral", "contradiction"),
    "entities": ("O", "B-PER", "I-PER", "B-LOC", "I-LOC"),
    "answers": (),
}
# Of every task that a folder beside the encoder, or a label set, says a head is for.
LABELS |= {
    key: () if row.outputs else tuple(row.label_sets[0].split(" | "))
    for key, row in TASKS.items()
    if key not in LABELS and (row.label_sets or row.outputs)
}
HEADS = {key: (f"Bert{TASKS[key].architecture}", labels) for key, labels in LABELS.items()}


def save(folder: Path, *, tasks: tuple[str, ...] = tuple(HEADS), max_tokens: int = 64) -> Path:
    """The checkpoint in a folder. Each head's folder holds the encoder once more, as `save_pretrained` writes it."""
    torch.manual_seed(0)
    sizes: dict[str, Any] = {
        "vocab_size": len(WORDS), "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
        "max_position_embeddings": max_tokens, "initializer_range": 0.4,
    }  # fmt: skip
    network = transformers.BertForPreTraining(transformers.BertConfig(**sizes)).eval()
    network.save_pretrained(folder)
    tokenizer = transformers.BertTokenizer(vocab={word: i for i, word in enumerate(WORDS)})
    tokenizer.save_pretrained(folder)
    for task in tasks:
        architecture, labels = HEADS[task]
        named = (
            {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}} if labels else {}
        )
        head = getattr(transformers, architecture)(transformers.BertConfig(**sizes, **named))
        head.bert.load_state_dict(network.bert.state_dict(), strict=False)  # two of the four have no pooler
        head.save_pretrained(folder / task)
    return folder
