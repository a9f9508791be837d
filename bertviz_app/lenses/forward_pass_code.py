"""The Python that gives the numbers of the forward-pass page, ready to paste."""

from __future__ import annotations

from bertviz_app.records import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding, position: int = 0) -> str:
    """The states, the pooled vector, the norms, and the embedding sum of one token from plain transformers."""
    texts = repr(encoding.text) + (f", {encoding.pair!r}" if encoding.pair is not None else "")
    traits = info.traits
    segment = 'batch["token_type_ids"][0, position]' if traits.has_segments else "torch.tensor(0)"
    first = f" + {traits.first_position}" if traits.first_position else ""
    vectors = {
        "token": 'embeddings.word_embeddings(batch["input_ids"][0, position])',
        "segment": f"embeddings.token_type_embeddings({segment})",
        "position": f"embeddings.position_embeddings(torch.tensor(position{first}))",
    }
    total = "\n        + ".join(vectors[name] for name in traits.sums)
    pooled = "\n    pooler_output = output.pooler_output[0]" if info.has_pooler else ""
    same = " # = hidden_states[0, position]" if info.d_embedding == info.d_model else ""
    return f"""import torch
from transformers import AutoModel, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({info.source!r})
model = AutoModel.from_pretrained({info.source!r}, attn_implementation="eager").eval()
batch = tokenizer({texts}, truncation=True, max_length={info.max_tokens}, return_tensors="pt")
with torch.inference_mode():
    output = model(**batch, output_hidden_states=True, output_attentions=True)
    hidden_states = torch.cat(output.hidden_states)  # [layer + 1, position, d_model]
    norms = hidden_states.norm(dim=-1){pooled}

    # the embedding sum of one token, by hand
    position = {position}
    embeddings = model.embeddings
    total = (
        {total}
    )
    embedded = embeddings.LayerNorm(total){same}
for state in output.hidden_states:
    print(tuple(state.shape))
"""
