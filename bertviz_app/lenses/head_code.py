"""What the Python of every task has in common: loading the head, what is read, and the attention of the tokens that decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bertviz_app.records import Encoding, ModelInfo


@dataclass(frozen=True)
class Looks:
    """Whose attention is asked for: a layer, counted from 0, and the positions that decide."""

    layer: int
    positions: Sequence[int]


def loading(info: ModelInfo, task: str, architecture: str) -> str:
    """Imports, tokenizer, and the model with the head of a task."""
    return f"""import torch
from transformers import {architecture}, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({info.source!r})
model = {architecture}.from_pretrained({info.home(task)!r}, attn_implementation="eager").eval()
"""


def arguments(encoding: Encoding) -> str:
    """The text, or the pair, as Python writes it."""
    return repr(encoding.text) if encoding.pair is None else f"{encoding.text!r}, {encoding.pair!r}"


def attention(looks: Looks, *, row: int = 0) -> str:
    """The mean over the heads of a layer, and over the positions that decide; `row` is that of the batch. Empty where none decides."""
    if not len(looks.positions):
        return ""
    return f"""
heads = output.attentions[{looks.layer}][{row}]  # [head, query, key]
looks_at = heads.mean(dim=0)[{list(map(int, looks.positions))}].mean(dim=0)  # [key]
"""


def classification(info: ModelInfo, task: str, encoding: Encoding, looks: Looks) -> str:
    """A head over the whole input: `probabilities` [label], and what the first token `looks_at` [position]."""
    return f"""{loading(info, task, "AutoModelForSequenceClassification")}
inputs = tokenizer({arguments(encoding)}, truncation=True, max_length={info.max_tokens}, return_tensors="pt")
with torch.inference_mode():
    output = model(**inputs, output_attentions=True)
probabilities = output.logits[0].softmax(dim=-1)
for index, probability in enumerate(probabilities):
    print(model.config.id2label[index], f"{{probability:.4f}}")
{attention(looks)}"""
