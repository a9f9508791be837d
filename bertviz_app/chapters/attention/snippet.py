"""The Python that gives the numbers of the attention page, ready to paste."""

from __future__ import annotations

from bertviz_app.analysis.head_readings import BLOCKS, HeadReading
from bertviz_app.analysis.script import IS_SPECIAL, Script, for_each
from bertviz_app.analysis.words import groups_of, units
from bertviz_app.chapters.attention.measures import PLACES
from bertviz_app.records.forward import Encoding, ModelInfo


def explorer_code(info: ModelInfo, encoding: Encoding, reading: HeadReading, place: tuple[int, int] | None = None) -> str:
    """All heads: `attentions` is [layer, head, query, key], `weights` the same in one reading, and a row of the table for each head. And, where
    the neurons are shown, what the weights of the head at `place` (layer and head from 0) are made of.
    """
    script = _read(info, encoding, reading).lines(_PATTERNS, places=info.special.spelled(str(PLACES))).table(_HEADS)
    if place is not None:
        _add_neurons(script.lines("\n"), place)
    return str(script)


def neurons_code(info: ModelInfo, encoding: Encoding, place: tuple[int, int]) -> str:
    """`queries` and `keys` of one head, [position, width], `scores` and `weights` [query, key]."""
    script = Script(info).forward(encoding)
    _add_neurons(script, place)
    return str(script)


def head_code(info: ModelInfo, encoding: Encoding, place: tuple[int, int], reading: HeadReading) -> str:
    """One head, `place` being its layer and head from 0, in one reading: `weights` is [query, key]."""
    layer, head = place
    script = _read(info, encoding, reading)
    script.lines(f"weights = weights[{layer}, {head}]  # layer {layer + 1}, head {head + 1}, counted from 1")
    columns = {"number": "range(1, len(queries) + 1)", "from": "queries"}
    return str(script.table(columns, wide=for_each("keys", "weights")))


def bertviz_code(info: ModelInfo, encoding: Encoding, view: str) -> str:
    """BertViz's own call, for a notebook; `view` is head_view or model_view. It fetches its scripts from the internet there."""
    second = "inputs.sequence_ids(0).index(1)" if encoding.pair is not None else "None"
    return str(Script(info).forward(encoding).lines(_BERTVIZ, view=view, second=second))


def _read(info: ModelInfo, encoding: Encoding, reading: HeadReading) -> Script:
    """All heads in one reading: `weights` [layer, head, query, key], and the names of the rows and columns, `queries` and `keys`."""
    script = Script(info).forward(encoding)
    script.lines(f"weights, segments = attentions, {script.segments(encoding)}\nspecial = {IS_SPECIAL}")
    if reading.words:
        of = units(encoding)
        script.lines(MERGE, groups=groups_of(of).tolist()).lines(f"names = {[unit.text for unit in of]}")
    else:
        script.tokens(name="names")
    if reading.hide_special:
        script.lines(_HIDE)
    queries, keys = BLOCKS[reading.block]
    return script.lines("queries = keys = names") if queries is None else script.lines(_CUT, queries=queries, keys=keys)


def _add_neurons(script: Script, place: tuple[int, int]) -> None:
    (layer, head), names, info = place, script.info.traits.layers, script.info
    stack = f'model.get_submodule("{names.stack}")'
    script.lines(_STATES, layer=layer, shown=layer + 1)
    if info.traits.shares_layers:
        script.lines(_SHARED_BLOCK, stack=stack, layer=layer, n_layers=info.n_layers, inner=repr(names.inner))
    else:
        script.lines(f"\nblock = {stack}[{layer}]")
    script.lines(
        _SCORES,
        layer=layer, head=head, n_heads=info.n_heads, query=names.query, key=names.key, shown=head + 1,
        distance=f" + model.{names.distance}(states)[0, {head}].detach()  # for how far two tokens are apart" if names.distance else "",
    )  # fmt: skip


_STATES = """with torch.inference_mode():
    states = model(**inputs, output_hidden_states=True).hidden_states[$layer]  # what layer $shown reads
"""
_SHARED_BLOCK = """
block = $stack  # one module for several layers
block = block[$layer * len(block) // $n_layers].get_submodule($inner)
"""
_SCORES = """with torch.inference_mode():
    # [1, position, head · width] → [position, width] of head $shown, counted from 1
    queries, keys = (part(states)[0].unflatten(-1, ($n_heads, -1))[:, $head] for part in (block.$query, block.$key))
scores = queries @ keys.T / queries.shape[-1] ** 0.5$distance
weights = scores.softmax(dim=-1)  # the same as attentions[$layer, $head]
print(weights)
"""
_BERTVIZ = """from bertviz import $view

tokens = tokenizer.convert_ids_to_tokens(inputs.input_ids[0])
page = $view([layer[None] for layer in attentions], tokens, $second, prettify_tokens=False, html_action="return")
"""
_CUT = """weights = weights[..., segments == $queries, :][..., segments == $keys]
queries, keys = ([name for name, segment in zip(names, segments) if segment == wanted] for wanted in ($queries, $keys))
"""
# The tokens of a word are those that the page puts together.
MERGE = """words = torch.tensor($groups)  # the word of each token
member = torch.nn.functional.one_hot(words).T.to(attentions.dtype)  # [word, position]
weights = (member / member.sum(dim=1, keepdim=True)) @ weights @ member.T  # mean over queries, sum over keys
first = member.argmax(dim=1)
segments, special = segments[first], special[first]
"""
_HIDE = """weights = weights[..., ~special, :][..., ~special]
weights = weights / weights.sum(dim=-1, keepdim=True)
segments, names = segments[~special], [name for name, hidden in zip(names, special) if not hidden]
"""
_PATTERNS = """strongest = weights.flatten(2).max(dim=-1)  # of each head: [layer, head]
ids, n = inputs.input_ids[0], attentions.shape[-1]
shares = [attentions.diagonal(offset, 2, 3).sum(dim=-1) / n for offset in (-1, 1, 0)]
shares += [attentions[..., ids == one].sum(dim=-1).mean(dim=-1) for one in (tokenizer.cls_token_id, tokenizer.sep_token_id)]
share = torch.stack(shares).max(dim=0)  # the place that gets the most: [layer, head]
places = $places
all_heads = [(layer, head) for layer in range(len(attentions)) for head in range(attentions.shape[1])]
links = [divmod(int(strongest.indices[one]), len(keys)) for one in all_heads]
"""
_HEADS = {
    "layer": "[layer + 1 for layer, _ in all_heads]",
    "head": "[head + 1 for _, head in all_heads]",
    "strongest from": "[queries[row] for row, _ in links]",
    "to": "[keys[column] for _, column in links]",
    "weight": "strongest.values.flatten()",
    "looks most at": "[places[place] for place in share.indices.flatten()]",
    "share": "share.values.flatten()",
}
