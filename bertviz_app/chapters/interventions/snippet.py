"""The Python that gives the numbers of the interventions page: plain transformers and hooks."""

from __future__ import annotations

from collections.abc import Sequence

from bertviz_app.analysis.head_snippet import logits_of, values_of
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.analysis.script import NUMBERED, Script, of_each
from bertviz_app.analysis.switched_off_snippet import add_hooks, add_switches
from bertviz_app.chapters.interventions.measures import COLUMNS, Change
from bertviz_app.chapters.interventions.patching import Contrast, places, state_name
from bertviz_app.records.forward import Encoding, ModelInfo
from bertviz_app.records.interventions import Intervention

_WHOLE = """with torch.inference_mode():
    whole = model(**inputs)
"""
_CHANGED = """done.clear()
with torch.inference_mode():
    changed = model(**inputs)
for prediction, read, answers in [  # answers: those that the page shows, by the number of their output, from 0
$predictions]:
    before, after = read(whole), read(changed)
    rows += [(prediction, name, before[output].item(), after[output].item()) for output, name in answers.items()]
"""
_EFFECTS = """
effects = torch.zeros($n_layers, $n_heads)
with torch.inference_mode():
    before = $before
    best = before.argmax()
    for layer in range($n_layers):
        for head in range($n_heads):
            off = {layer: [head]}
            done.clear()
            effects[layer, head] = $effect
order = effects.flatten().argsort(stable=True)  # the heads that are missed most first
"""


def python_code(info: ModelInfo, encoding: Encoding, what: Intervention, prediction: Prediction) -> str:
    """One prediction under an intervention: `values` [output]."""
    script = _switched(info, encoding, what, prediction)
    script.lines(f"\nwith torch.inference_mode():\n    values = {values_of(prediction)}")
    return str(script.lines("print(values.topk(min(5, len(values))))"))


def changes_code(info: ModelInfo, encoding: Encoding, what: Intervention, asked: Sequence[tuple[Prediction, Change]]) -> str:
    """Every prediction before and after: `rows`, and the table of the page."""
    script = Script(info).tokenizer().inputs(encoding)
    add_switches(script, what)
    script.lines("rows = []")
    by_model: dict[str, list[tuple[Prediction, Change]]] = {}  # predictions of one head are read off one pass
    for one, change in asked:
        by_model.setdefault(script.loads(one.task), []).append((one, change))
    for several in by_model.values():
        script.lines("\n").model(several[0][0].task).lines(_WHOLE)
        add_hooks(script)
        script.lines(_CHANGED, predictions="".join(f"    {_asked(one, change)},\n" for one, change in several))
    return str(script.table({title: f"[row[{place}] for row in rows]" for place, title in enumerate(COLUMNS)}))


def map_code(info: ModelInfo, encoding: Encoding, prediction: Prediction) -> str:
    """The map of heads for one prediction: `effects` [layer, head], in bits, or, of a number, in its own unit."""
    before, after = values_of(prediction), f"{values_of(prediction)}[best]"
    effect = f"({after} / before[best]).log2()" if prediction.is_probability else f"{after} - before[best]"
    script = _switched(info, encoding, Intervention(), prediction)
    script.lines(_EFFECTS, n_layers=info.n_layers, n_heads=info.n_heads, before=before, effect=effect)
    columns = {"layer": f"order // {info.n_heads} + 1", "head": f"order % {info.n_heads} + 1"}
    return str(script.table(columns | {"bits" if prediction.is_probability else "change": "effects.flatten()[order]"}))


def _switched(info: ModelInfo, encoding: Encoding, what: Intervention, prediction: Prediction) -> Script:
    """The model with the head of a prediction, under an intervention."""
    script = Script(info).tokenizer().model(prediction.task).inputs(encoding)
    add_switches(script, what)
    add_hooks(script)
    return script


def _asked(one: Prediction, change: Change) -> str:
    """A prediction, how it is read off a pass, and the outputs that are shown."""
    outputs = dict(zip(change.outputs, change.names, strict=True))
    return f"({change.title!r}, lambda output: {values_of(one, 'output')}, {outputs})"


def patching_code(info: ModelInfo, encodings: tuple[Encoding, Encoding], prediction: Prediction, contrasted: Contrast) -> str:
    """The same with plain transformers: `restored` [state, position]."""
    a, b = encodings
    script = Script(info).tokenizer().model(prediction.task).inputs(a, name="donor").inputs(b, name="recipient")
    script.lines(
        _PATCHING,
        mix=info.traits.layers.mix,
        logits=logits_of(prediction),
        difference=f"logits[{contrasted.a}]" + ("" if contrasted.b is None else f" - logits[{contrasted.b}]"),
        n_states=info.n_layers + 1,
        n_tokens=b.n_tokens,
    )
    names = [state_name(state) for state in range(info.n_layers + 1)]
    return str(script.lines(f"tokens = {places(b, a)}").table(NUMBERED | of_each(names, "restored[{}]")))


_PATCHING = """
patch = None  # (state, position): state 0 is what the embeddings give, state n what layer n gives
done = []  # the layers that this pass has been through; a model may use one module for all of them


def patched(vectors):
    if patch is None or patch[0] != len(done):
        return vectors
    vectors = vectors.clone()
    vectors[0, patch[1]] = states[patch[0]][0, patch[1]]
    return vectors


def before_layer(module, inputs):
    return None if done else (patched(inputs[0]), *inputs[1:])


def after_layer(module, inputs, output):
    done.append(module)
    return (patched(output[0]), *output[1:]) if isinstance(output, tuple) else patched(output)


modules = dict(model.named_modules())
for name in modules:
    if name.endswith(".$mix"):
        layer = modules[name.removesuffix(".$mix")]
        layer.register_forward_pre_hook(before_layer)
        layer.register_forward_hook(after_layer)


def difference(inputs):
    done.clear()
    logits = $logits
    return $difference


with torch.inference_mode():
    states = model(**donor, output_hidden_states=True).hidden_states
    of_a, of_b = difference(donor), difference(recipient)
    restored = torch.zeros($n_states, $n_tokens)
    for state in range($n_states):
        for position in range($n_tokens):
            patch = state, position
            restored[state, position] = (difference(recipient) - of_b) / (of_a - of_b)
"""
