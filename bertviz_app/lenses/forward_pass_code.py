"""The Python that gives the numbers of the forward-pass page, ready to paste."""

from __future__ import annotations

from bertviz_app import plots
from bertviz_app.lenses import table_code
from bertviz_app.records import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding, position: int = 0, view: str = "") -> str:
    """The states, the pooled vector, the norms, and the embedding sum of one token from plain transformers; and the table of a view."""
    texts = repr(encoding.text) + (f", {encoding.pair!r}" if encoding.pair is not None else "")
    traits = info.traits
    segment = 'batch["token_type_ids"][0, position]' if traits.has_segments else "torch.tensor(0)"
    first = f" + {traits.first_position}" if traits.first_position else ""
    vectors = {
        "token": 'embeddings.word_embeddings(batch["input_ids"][0, position])',
        "segment": f"embeddings.token_type_embeddings({segment})",
        "position": f"embeddings.position_embeddings(torch.tensor(position{first}))",
    }
    added = "".join(f'        "{name}": {vectors[name]},\n' for name in traits.sums)
    pooled = "\n    pooler_output = output.pooler_output[0]" if info.has_pooler else ""
    same = " # = hidden_states[0, position]" if info.d_embedding == info.d_model else ""
    code = f"""import torch
from transformers import AutoModel, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({info.source!r})
model = AutoModel.from_pretrained({info.source!r}, attn_implementation="eager").eval()
batch = tokenizer({texts}, truncation=True, max_length={info.max_tokens}, return_tensors="pt")
with torch.inference_mode():
    output = model(**batch, output_hidden_states=True, output_attentions=True)
    hidden_states = torch.cat(output.hidden_states)  # [layer + 1, position, d_model]
    norms = hidden_states.norm(dim=-1){pooled}

    # the embedding sum of one token, by hand
    position = {position}  # token {position + 1}, counted from 1
    embeddings = model.embeddings
    vectors = {{
{added}    }}
    total = sum(vectors.values())
    embedded = embeddings.LayerNorm(total){same}
for state in output.hidden_states:
    print(tuple(state.shape))
last = hidden_states[-1]
{table_code.tokens(info, of="tokenizer.convert_ids_to_tokens(batch.input_ids[0])")}"""
    columns = _columns(info, view)
    return table_code.with_table(code, columns) if columns else code


def _columns(info: ModelInfo, view: str) -> dict[str, str]:
    states = ["embeddings", *(f"layer {plots.shown(layer)}" for layer in range(info.n_layers))]
    first = [f"number {plots.shown(place)}" for place in range(min(4, info.d_model))]
    return {
        "Embedding sum": {name: f'vectors["{name}"]' for name in info.traits.sums}
        | {"sum": "total", "after LayerNorm": "embedded"},
        "Last hidden state": table_code.NUMBERED | _SUMMARY | table_code.of_each("{}", first, "last[:, {}]"),
        "Pooled vector": {"number": "range(1, len(pooler_output) + 1)", "value": "pooler_output"},
        "Norms": table_code.NUMBERED | table_code.of_each("{}", states, "norms[{}]"),
    }.get(view, {})


_SUMMARY = {
    "norm": "last.norm(dim=-1)",
    "mean": "last.mean(dim=-1)",
    "smallest": "last.amin(dim=-1)",
    "largest": "last.amax(dim=-1)",
}
