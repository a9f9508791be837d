"""The Python that gives the maps of the page about attention summed up, ready to paste: plain transformers."""

from __future__ import annotations

from bertviz_app.layer_names import LayerNames
from bertviz_app.lenses.attention_code import forward_code
from bertviz_app.records import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding) -> str:
    """`mean`, `rollout`, `norm_based` and `agreement` of all three: maps are [query, key]."""
    parts = [forward_code(info, encoding.text, encoding.pair), _SUMS, _norms(info.traits.layers), _AGREEMENT]
    return "\n".join(parts)


def _norms(names: LayerNames) -> str:
    inner = f".{names.inner.replace('.0', '[0]')}" if names.inner else ""
    values = f"layer.{names.values}(hidden[index][0]).view(n, n_heads, -1)"
    if names.packed:
        values += f".chunk(3, dim=-1)[-1] + layer.{names.bias}.view(n_heads, -1)"
    return f"""stack = model.{names.stack}
layers = [stack[index * len(stack) // n_layers]{inner} for index in range(n_layers)]
with torch.inference_mode():
    hidden = model(**inputs, output_hidden_states=True).hidden_states
    norms = []
    for index, layer in enumerate(layers):
        values = {values}  # [position, head, width]
        mix = layer.{names.mix}.weight.view(-1, n_heads, values.shape[-1])  # [d_model, head, width]
        vectors = torch.einsum("khw,dhw->hkd", values, mix)  # f(x): [head, key, d_model]
        norms.append(torch.einsum("hqk,hkd->qkd", attentions[index], vectors).norm(dim=-1))
norms = torch.stack(norms).double()  # [layer, query, key]
norm_based = rows(norms).mean(dim=0)
maps = {{"mean": mean, "rollout": rollout, "norm-based": norm_based}}
"""


_SUMS = """n_layers, n_heads, n, _ = attentions.shape


def rows(weights):  # each row sums to 1
    return weights / weights.sum(dim=-1, keepdim=True)


def rolled_out(layers):
    product = torch.eye(n, dtype=torch.float64)
    for layer in layers:
        product = layer @ product
    return product


mean = attentions.double().mean(dim=(0, 1))
mixed = rows(0.5 * attentions.double().mean(dim=1) + 0.5 * torch.eye(n))
rollout = rolled_out(mixed)
"""
_AGREEMENT = """from scipy.stats import spearmanr

agreement = {}
for one in maps:
    for other in maps:
        pairs = zip(maps[one].numpy().round(12), maps[other].numpy().round(12))
        agreement[one, other] = sum(spearmanr(*pair).statistic for pair in pairs) / n
print(agreement)
"""
