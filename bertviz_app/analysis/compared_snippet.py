"""The Python that gives what differs between two: the code of the original, that of the variant, and the difference of what both leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bertviz_app.analysis.head_snippet import logits_of
from bertviz_app.analysis.prediction_changes import SHORTEST, CandidateChanges, titles
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.analysis.script import Script
from bertviz_app.analysis.switched_off_snippet import add_hooks, add_switches
from bertviz_app.families.decodings import DECODINGS
from bertviz_app.records.forward import Encoding, ModelInfo
from bertviz_app.records.interventions import Intervention


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two: its model, what it reads, what of it is off, and the predictions that are compared, in the order of the changes."""

    info: ModelInfo
    encoding: Encoding
    switched_off: Intervention
    predictions: Sequence[Prediction] = ()


def in_turn(original: Script, variant: Script, *, kept: str) -> Script:
    """One script after the other. What each leaves under the name `kept` is `original`, and `variant`, in the end."""
    script = Script(original.info).lines("# The original").then(original)
    script.lines(f"original = {kept}\n\n# The variant").then(variant)
    return script.lines(f"variant = {kept}\n")


def begun(side: Side, task: str) -> Script:
    """`tokenizer`, `inputs`, and `model` with the head of a task, without what is off."""
    script = Script(side.info).tokenizer().inputs(side.encoding)
    if side.switched_off:
        add_switches(script, side.switched_off)
    script.model(task)
    if side.switched_off:
        add_hooks(script)
    return script


def changes_code(original: Side, variant: Side, changes: Sequence[CandidateChanges]) -> str:
    """The table of what every candidate gains, with plain transformers: `rows`."""
    script = in_turn(_said(original, changes, 0), _said(variant, changes, 1), kept="said")
    asked = "".join(f"    {one.title!r}: {list(one.names)},\n" for one in changes)
    change = _BITS if all(one.is_probability for one in changes) else "after - before"
    if change is not _BITS and any(one.is_probability for one in changes):
        numbers = [one.title for one in changes if not one.is_probability]
        change = f"after - before if prediction in {numbers} else {_BITS}"
    script.lines(_DIFFERENCE, asked=asked, change=change)
    return str(script.table({title: f"[row[{place}] for row in rows]" for place, title in enumerate(titles(changes))}))


def _said(side: Side, changes: Sequence[CandidateChanges], at: int) -> Script:
    """`said`: the value of each candidate, and its place among all."""
    script = Script(side.info).lines("said = {}  # of each prediction and candidate the value, and its rank")
    by_task: dict[str, list[str]] = {}
    for one, change in zip(side.predictions, changes, strict=True):
        outputs = {int(output): name for name, output in zip(change.names, change.outputs[at], strict=True) if output >= 0}
        by_task.setdefault(one.task, []).append(f"    ({change.title!r}, {_values(one)}, {outputs}),\n")
    for task, asked in by_task.items():
        script.then(begun(side, task)).lines(_READ, asked="".join(asked))
    return script


def _values(one: Prediction) -> str:
    return DECODINGS[one.decoding].python.format(logits=f"{logits_of(one, 'output')}.double()")


_READ = """with torch.inference_mode():
    output = model(**inputs)
for prediction, values, answers in [  # answers: by the number of their output, from 0
$asked]:
    for place, answer in answers.items():
        said[prediction, answer] = values[place].item(), 1 + int((values > values[place]).sum())
"""
_BITS = f"math.log2(max(after, {SHORTEST})) - math.log2(max(before, {SHORTEST}))"
_DIFFERENCE = """import math

asked = {  # the candidates that matter for either, matched by what they are called
$asked}
rows, nothing = [], (math.nan, None)  # nothing: one side has no such candidate
for prediction, answers in asked.items():
    for answer in answers:
        before, rank = original.get((prediction, answer), nothing)
        after, rank_then = variant.get((prediction, answer), nothing)
        change = $change
        rows.append((prediction, answer, before, after, rank, rank_then, change))
"""


Groups = Sequence[tuple[tuple[int, ...], tuple[int, ...]]]


def cosines_code(original: Side, variant: Side, groups: Groups) -> str:
    """The cosine of the two vectors of each group of tokens that both have, after every layer, with plain transformers: `cosines` [state, group]."""
    sides = [begun(side, "").lines(_STATES) for side in (original, variant)]
    return str(in_turn(sides[0], sides[1], kept="states").lines(_COSINES, groups=_literal(groups)))


def weights_code(original: Side, variant: Side, places: Sequence[tuple[int, int]], groups: Groups) -> str:
    """What the weights of a head of each change by, with plain transformers: `change` [group, group + 1], the last column what goes to all other tokens."""
    sides = [
        begun(side, "").lines(_WEIGHTS, layer=layer, head=head, shown=f"{layer + 1}.{head + 1}")
        for side, (layer, head) in zip((original, variant), places, strict=True)
    ]
    return str(in_turn(sides[0], sides[1], kept="weights").lines(_CHANGE, groups=_literal(groups)))


def _literal(groups: Groups) -> list[tuple[list[int], list[int]]]:
    return [([*original], [*variant]) for original, variant in groups if original and variant]


_STATES = """with torch.no_grad():
    output = model(**inputs, output_hidden_states=True)
states = torch.stack(output.hidden_states)[:, 0].double()  # [state, position, d_model]
"""
_COSINES = """
groups = $groups  # the positions that stand for the same text, from 0: of the original, of the variant
means = [
    torch.stack([states[:, places].mean(dim=1) for places in side], dim=1)  # [state, group, d_model]
    for states, side in zip((original, variant), zip(*groups))
]
cosines = torch.cosine_similarity(*means, dim=-1)  # [state, group]
print(cosines)
"""
_WEIGHTS = """with torch.no_grad():
    output = model(**inputs, output_attentions=True)
weights = output.attentions[$layer][0, $head].double()  # head $shown counted from 1: [query, key]
"""
_CHANGE = """
groups = $groups  # the positions that stand for the same text, from 0: of the original, of the variant


def merged(weights, side):  # to merged tokens the sum, from them the mean; what goes to all others is the last column
    to = torch.stack([weights[:, places].sum(dim=1) for places in side], dim=1)
    to = torch.cat([to, 1 - to.sum(dim=1, keepdim=True)], dim=1)
    return torch.stack([to[places].mean(dim=0) for places in side])  # [group, group + 1]


before, after = (merged(weights, side) for weights, side in zip((original, variant), zip(*groups)))
change = after - before
print(change)
"""
