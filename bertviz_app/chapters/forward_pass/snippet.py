"""The Python that gives the numbers of the forward-pass page, ready to paste."""

from __future__ import annotations

from bertviz_app.analysis.script import NUMBERED, Script, of_each
from bertviz_app.chapters.forward_pass.measures import ForwardStep, layer_steps, steps
from bertviz_app.drawing import plots
from bertviz_app.families.traits import Traits
from bertviz_app.records.forward import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding, position: int = 0, view: str = "") -> str:
    """The states, the pooled vector, the norms, and the embedding sum of one token from plain transformers; and the table of a view."""
    script = Script(info).tokenizer().model().inputs(encoding, name="batch")
    script.lines(
        _PASS,
        pooled="\n    pooler_output = output.pooler_output[0]" if info.has_pooler else "",
        position=position,
        shown=position + 1,
        vectors=_vectors(info.traits),
        same=" # = hidden_states[0, position]" if info.d_embedding == info.d_model else "",
    )
    script.tokens("tokenizer.convert_ids_to_tokens(batch.input_ids[0])")
    if view == "Shapes":
        return str(script.lines(_rows(info, encoding)).table(_SHAPES))
    columns = _columns(info, view)
    return str(script.table(columns) if columns else script)


def _vectors(traits: Traits) -> str:
    """Those that are added up, an item of a dictionary each."""
    segment = 'batch["token_type_ids"][0, position]' if traits.has_segments else "torch.tensor(0)"
    first = f" + {traits.first_position}" if traits.first_position else ""
    vectors = {
        "token": 'embeddings.word_embeddings(batch["input_ids"][0, position])',
        "segment": f"embeddings.token_type_embeddings({segment})",
        "position": f"embeddings.position_embeddings(torch.tensor(position{first}))",
    }
    return "".join(f'        "{name}": {vectors[name]},\n' for name in traits.sums)


_PASS = """with torch.inference_mode():
    output = model(**batch, output_hidden_states=True, output_attentions=True)
    hidden_states = torch.cat(output.hidden_states)  # [layer + 1, position, d_model]
    norms = hidden_states.norm(dim=-1)$pooled

    # the embedding sum of one token, by hand
    position = $position  # token $shown, counted from 1
    embeddings = model.embeddings
    vectors = {
$vectors    }
    total = sum(vectors.values())
    embedded = embeddings.LayerNorm(total)$same
for state in output.hidden_states:
    print(tuple(state.shape))
last = hidden_states[-1]
"""


def _columns(info: ModelInfo, view: str) -> dict[str, str]:
    states = ["embeddings", *(f"layer {plots.shown(layer)}" for layer in range(info.n_layers))]
    first = [f"number {plots.shown(place)}" for place in range(min(4, info.d_model))]
    return {
        "Embedding sum": {name: f'vectors["{name}"]' for name in info.traits.sums}
        | {"sum": "total", "after LayerNorm": "embedded"},
        "Last hidden state": NUMBERED | _SUMMARY | of_each(first, "last[:, {}]"),
        "Pooled vector": {"number": "range(1, len(pooler_output) + 1)", "value": "pooler_output"},
        "Norms": NUMBERED | of_each(states, "norms[{}]"),
    }.get(view, {})


def _rows(info: ModelInfo, encoding: Encoding) -> str:
    """The lines that list every tensor: `rows` of its part, its name, its axes and how it is computed; the layers, which are alike, in a loop."""
    everything = steps(info, encoding, has_pooler=info.has_pooler)
    first = next(place for place, step in enumerate(everything) if step.layer == 0)
    before, after = everything[:first], [step for step in everything[first:] if step.layer is None]
    layer = "".join(f"        {_row(step)},\n" for step in layer_steps(info, encoding, 0))
    return f"""
n = batch.input_ids.shape[1]  # tokens
rows = [  # part, tensor, axes, how
{"".join(f"    {_row(step)},{chr(10)}" for step in before)}]
for layer in range(1, {info.n_layers} + 1):  # counted from 1, as on the page
    rows += [
{layer}    ]
rows += [
{"".join(f"    {_row(step)},{chr(10)}" for step in after)}]
assert {{state.shape[1:] for state in output.hidden_states}} == {{(n, {info.d_model})}}
assert {{weights.shape[1:] for weights in output.attentions}} == {{({info.n_heads}, n, n)}}
"""


def _row(step: ForwardStep) -> str:
    """One tensor as Python writes it: `n` where the number of tokens stands, and `layer` for that of the first one."""
    axes = ", ".join(f'"{name}": {"n" if name in _OF_TOKENS else size}' for size, name in step.axes)
    names = (
        [step.part, step.name] if step.layer is None else [step.part.replace("1", "{layer}"), step.name.replace("1", "{layer}")]
    )
    part, name = (f'f"{name}"' if "{layer}" in name else f'"{name}"' for name in names)
    return f"({part}, {name}, {{{axes}}}, {step.formula!r})"


_OF_TOKENS = ("tokens", "query", "key")
_SHAPES = {
    "part": "[part for part, _, _, _ in rows]",
    "tensor": "[name for _, name, _, _ in rows]",
    "shape": """["[" + ", ".join(f"{size:,} {name}" for name, size in axes.items()) + "]" for _, _, axes, _ in rows]""",
    "numbers": "[int(torch.tensor([*axes.values()]).prod()) for _, _, axes, _ in rows]",
    "how": "[how for _, _, _, how in rows]",
}
_SUMMARY = {
    "norm": "last.norm(dim=-1)",
    "mean": "last.mean(dim=-1)",
    "smallest": "last.amin(dim=-1)",
    "largest": "last.amax(dim=-1)",
}
