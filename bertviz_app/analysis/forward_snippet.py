"""The Python of one forward pass with its attention weights, which the snippets of several chapters begin with."""

from __future__ import annotations

from bertviz_app.records.forward import ModelInfo


def segments_code(info: ModelInfo, pair: str | None) -> str:
    """An expression for [position] the sentence of each token, also where the model is not told."""
    if info.traits.has_segments:
        return "inputs.token_type_ids[0]"
    if pair is None:
        return "torch.zeros_like(inputs.input_ids[0])"
    return "(torch.arange(inputs.input_ids.shape[1]) >= inputs.sequence_ids(0).index(1)).long()"


def forward_code(info: ModelInfo, text: str, pair: str | None) -> str:
    """One pass: `tokenizer`, `model`, `inputs`, and `attentions` [layer, head, query, key]."""
    typed = repr(text) if pair is None else f"{text!r}, {pair!r}"
    return f"""import torch
from transformers import AutoModel, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({info.pretrained()})
model = AutoModel.from_pretrained({info.pretrained()}, attn_implementation="eager").eval()
inputs = tokenizer({typed}, truncation=True, max_length={info.max_tokens}, return_tensors="pt")
with torch.inference_mode():
    attentions = torch.cat(model(**inputs, output_attentions=True).attentions)  # [layer, head, query, key]
"""
