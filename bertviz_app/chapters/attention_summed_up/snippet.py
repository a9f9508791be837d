"""The Python that gives the maps of the page about attention summed up, ready to paste: plain transformers, hooks for value zeroing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bertviz_app.analysis.script import NUMBERED, NUMBERED_WORDS, Script, filled, for_each
from bertviz_app.analysis.words import groups_of, units
from bertviz_app.chapters.attention_summed_up.methods import FLOW, METHODS, NORMS, ZEROING, MapMethod
from bertviz_app.records.forward import Encoding, ModelInfo

_NUMBERED = {"token": NUMBERED, "word": NUMBERED_WORDS}
Table = tuple[Mapping[str, str], str]  # the columns of a view, and an expression of more of them


def means_table(methods: Collection[MapMethod], unit: str) -> Table:
    """What each token, or word, is drawn on by all of them, in the mean."""
    columns = {f"drawn on, {method.spoken}": f'maps["{method.name}"].mean(dim=0)' for method in methods}
    return _NUMBERED[unit] | columns, ""


def map_table(method: MapMethod, unit: str, layer: int | None = None) -> Table:
    """One map; or the lengths in one layer, counted from 0."""
    return _NUMBERED[unit], for_each(f"{unit}s", f'maps["{method.name}"]' if layer is None else f"norms[{layer}]")


def token_table(methods: Collection[MapMethod], unit: str, position: int) -> Table:
    """The row of one token, or word, in each map."""
    return _NUMBERED[unit] | {method.name: f'maps["{method.name}"][{position}]' for method in methods}, ""


def agreement_table() -> Table:
    """The correlation of each two maps."""
    return {"method": "list(maps)"}, "{other: [agreement[one, other] for one in maps] for other in maps}"


def python_code(
    info: ModelInfo, encoding: Encoding, methods: Collection[MapMethod], table: Table, *, whole: bool = False
) -> str:
    """`maps`, each [query, key], of tokens or of `whole` words, and the `agreement` of each two of them; of the `methods` that are shown;
    and the table of a view.
    """
    methods = [method for method in METHODS if method in methods]  # in their order
    script = Script(info).forward(encoding).lines("\n").lines(_SUMS).lines("\n")
    _add_layers(script)
    parts = {NORMS: _add_norms, ZEROING: _add_zeroing, FLOW: _add_flow}
    for method in methods:
        if method in parts:
            parts[method](script.lines("\n"))
    shown = ", ".join(f'"{method.name}": {method.variable}' for method in methods)
    script.lines(f"\nmaps = {{{shown}}}")
    if whole:
        of = units(encoding)
        script.lines(_WORDS, words=[unit.text for unit in of], groups=groups_of(of).tolist())
    columns, wide = table
    return str(script.lines("\n").lines(_AGREEMENT).tokens().table(columns, wide=wide))


def _add_layers(script: Script) -> None:
    names = script.info.traits.layers
    inner = f".{names.inner.replace('.0', '[0]')}" if names.inner else ""
    script.lines(_LAYERS, stack=names.stack, inner=inner)


def _add_norms(script: Script) -> None:
    names = script.info.traits.layers
    packed = f".chunk(3, dim=-1)[-1] + layer.{names.bias}.view(n_heads, -1)" if names.packed else ""
    script.lines(_NORMS, values=names.values, packed=packed, mix=names.mix)


def _add_zeroing(script: Script) -> None:
    names = script.info.traits.layers
    script.lines(_ZEROING, zero=filled(_ZERO_PACKED, {"bias": names.bias}) if names.packed else _ZERO, values=names.values)


def _add_flow(script: Script) -> None:
    script.lines(_FLOW)


_LAYERS = """stack = model.$stack
layers = [stack[index * len(stack) // n_layers]$inner for index in range(n_layers)]
with torch.inference_mode():
    hidden = model(**inputs, output_hidden_states=True).hidden_states
"""
_NORMS = """norms = []
with torch.inference_mode():
    for index, layer in enumerate(layers):
        values = layer.$values(hidden[index][0]).view(n, n_heads, -1)$packed  # [position, head, width]
        mix = layer.$mix.weight.view(-1, n_heads, values.shape[-1])  # [d_model, head, width]
        vectors = torch.einsum("khw,dhw->hkd", values, mix)  # f(x): [head, key, d_model]
        norms.append(torch.einsum("hqk,hkd->qkd", attentions[index], vectors).norm(dim=-1))
norms = torch.stack(norms).double()  # [layer, query, key]
norm_based = rows(norms).mean(dim=0)
"""
_ZERO = "        output[:, where['token']] = 0"
# The bias of the values is added later, by the layer itself.
_ZERO_PACKED = """        bias = layers[where['layer']].$bias.view(n_heads, -1)
        output.view(n, n_heads, 3, -1)[where['token'], :, 2] = -bias"""
_ZEROING = """def zeroed(module, arguments, output):
    if where["call"] == where["layer"]:  # each layer calls it once, in order
        output = output.clone()
$zero
    where["call"] += 1
    return output


hooks = [module.register_forward_hook(zeroed) for module in {layer.$values for layer in layers}]
distances = torch.zeros(n_layers, n, n, dtype=torch.float64)
for index in range(n_layers):
    for token in range(n):
        where = {"call": 0, "layer": index, "token": token}
        with torch.inference_mode():
            changed = model(**inputs, output_hidden_states=True).hidden_states[index + 1][0]
        similar = torch.cosine_similarity(changed.double(), hidden[index + 1][0].double(), dim=-1)
        distances[index, :, token] = 1 - similar
for hook in hooks:
    hook.remove()
value_zeroing = rolled_out(rows(distances))
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
_FLOW = """from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_flow

units = 2**28  # SciPy's flows are of whole numbers
widths = (mixed * units).round().int().numpy()
layer, query, key = widths.nonzero()
pipes = coo_array((widths[layer, query, key], ((layer + 1) * n + query, layer * n + key)), shape=((n_layers + 1) * n,) * 2).tocsr()
flow = rows(torch.tensor([[maximum_flow(pipes, n_layers * n + i, j).flow_value / units for j in range(n)] for i in range(n)]).double())
"""
_WORDS = """words = $words

groups = torch.tensor($groups)  # the word of each token
member = torch.nn.functional.one_hot(groups).T.double()  # [word, position]
means = member / member.sum(dim=1, keepdim=True)
maps = {name: means @ weights @ member.T for name, weights in maps.items()}  # mean over queries, sum over keys
n = len(member)
"""
_AGREEMENT = """from scipy.stats import spearmanr

agreement = {}
for one in maps:
    for other in maps:
        pairs = zip(maps[one].numpy().round(12), maps[other].numpy().round(12))
        agreement[one, other] = sum(spearmanr(*pair).statistic for pair in pairs) / n
"""
