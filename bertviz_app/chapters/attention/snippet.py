"""The Python that gives the numbers of the attention page, ready to paste."""

from __future__ import annotations

from bertviz_app.analysis import table_snippet
from bertviz_app.analysis.forward_snippet import forward_code, segments_code
from bertviz_app.analysis.head_readings import BLOCKS, HeadReading
from bertviz_app.analysis.words import groups_of, units
from bertviz_app.chapters.attention.measures import PLACES
from bertviz_app.records.forward import Encoding, ModelInfo


def heads_code(info: ModelInfo, encoding: Encoding, reading: HeadReading) -> str:
    """All heads: `attentions` is [layer, head, query, key], `weights` the same in one reading, and a row of the table for each head."""
    code = f"{_read(info, encoding, reading)}{_PATTERNS.replace('_PLACES', info.special.spelled(str(PLACES)))}"
    return table_snippet.with_table(code, _HEADS)


def explorer_code(info: ModelInfo, encoding: Encoding, reading: HeadReading, place: tuple[int, int] | None = None) -> str:
    """All heads; and, where the neurons are shown, what the weights of the head at `place` (layer and head from 0) are made of."""
    code = heads_code(info, encoding, reading)
    if place is None:
        return code
    neurons = neurons_code(info, (encoding.text, encoding.pair), place)
    return code + "\nwith torch.inference_mode():\n" + neurons.partition("# [layer, head, query, key]\n")[2]


def neurons_code(info: ModelInfo, typed: tuple[str, str | None], place: tuple[int, int]) -> str:
    """`queries` and `keys` of one head, [position, width], `scores` and `weights` [query, key]."""
    (layer, head), names = place, info.traits.layers
    block = f'model.get_submodule("{names.stack}")'
    if info.traits.shares_layers:
        block = f"{block}  # one module for several layers\nblock = block[{layer} * len(block) // {info.n_layers}].get_submodule({names.inner!r})"
    else:
        block = f"{block}[{layer}]"
    distance = (
        f" + model.{names.distance}(states)[0, {head}].detach()  # for how far two tokens are apart" if names.distance else ""
    )
    return f"""{forward_code(info, *typed)}    states = model(**inputs, output_hidden_states=True).hidden_states[{layer}]  # what layer {layer + 1} reads

block = {block}
with torch.inference_mode():
    # [1, position, head · width] → [position, width] of head {head + 1}, counted from 1
    queries, keys = (part(states)[0].unflatten(-1, ({info.n_heads}, -1))[:, {head}] for part in (block.{names.query}, block.{names.key}))
scores = queries @ keys.T / queries.shape[-1] ** 0.5{distance}
weights = scores.softmax(dim=-1)  # the same as attentions[{layer}, {head}]
print(weights)
"""


def head_code(info: ModelInfo, encoding: Encoding, place: tuple[int, int], reading: HeadReading) -> str:
    """One head, `place` being its layer and head from 0, in one reading: `weights` is [query, key]."""
    layer, head = place
    code = f"{_read(info, encoding, reading)}weights = weights[{layer}, {head}]  # layer {layer + 1}, head {head + 1}, counted from 1\n"
    columns = {"number": "range(1, len(queries) + 1)", "from": "queries"}
    return table_snippet.with_table(code, columns, wide=table_snippet.for_each("keys", "weights"))


def _read(info: ModelInfo, encoding: Encoding, reading: HeadReading) -> str:
    """All heads in one reading: `weights` [layer, head, query, key], and the names of the rows and columns, `queries` and `keys`."""
    code = f"{forward_code(info, encoding.text, encoding.pair)}weights, segments = attentions, {segments_code(info, encoding.pair)}\n"
    code += "special = torch.isin(inputs.input_ids[0], torch.tensor([tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id]))\n"
    if reading.words:
        of = units(encoding)
        code += MERGE.replace("_GROUPS", str(groups_of(of).tolist())) + f"names = {[unit.text for unit in of]}\n"
    else:
        code += table_snippet.tokens(info, name="names")
    if reading.hide_special:
        code += _HIDE
    queries, keys = BLOCKS[reading.block]
    if queries is None:
        return code + "queries = keys = names\n"
    return f"""{code}weights = weights[..., segments == {queries}, :][..., segments == {keys}]
queries, keys = ([name for name, segment in zip(names, segments) if segment == wanted] for wanted in ({queries}, {keys}))
"""


def bertviz_code(info: ModelInfo, text: str, pair: str | None, view: str) -> str:
    """BertViz's own call, for a notebook; `view` is head_view or model_view. It fetches its scripts from the internet there."""
    second = "inputs.sequence_ids(0).index(1)" if pair is not None else "None"
    return (
        f"{forward_code(info, text, pair)}from bertviz import {view}\n\n"
        "tokens = tokenizer.convert_ids_to_tokens(inputs.input_ids[0])\n"
        f'page = {view}([layer[None] for layer in attentions], tokens, {second}, prettify_tokens=False, html_action="return")\n'
    )


# The tokens of a word are those that the page puts together.
MERGE = """words = torch.tensor(_GROUPS)  # the word of each token
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
places = _PLACES
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
