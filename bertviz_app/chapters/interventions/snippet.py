"""The Python that gives the numbers of the interventions page: plain transformers and hooks."""

from __future__ import annotations

from collections.abc import Sequence

from bertviz_app.analysis import table_snippet
from bertviz_app.analysis.prediction_snippet import inputs, loading, model_class, model_line, read
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.chapters.interventions.measures import COLUMNS, Change
from bertviz_app.records.forward import Encoding, ModelInfo
from bertviz_app.records.interventions import Intervention

_SWITCHES = """
off = _OFF  # layer: heads, both counted from 0
skipped = _SKIPPED
done = []  # the layers that this pass has been through; a model may use one module for all of them


def before_mixing(module, inputs):
    heads = inputs[0].unflatten(-1, (_N_HEADS, -1)).clone()
    heads[:, :, off.get(len(done), [])] = 0
    return heads.flatten(-2), *inputs[1:]


def after_layer(module, inputs, output):
    done.append(module)
    given = inputs[0] if len(done) - 1 in skipped else output[0] if isinstance(output, tuple) else output
    return (given, *output[1:]) if isinstance(output, tuple) else given


"""
_HOOKED = """modules = dict(model.named_modules())
for name, module in modules.items():
    if name.endswith("_MIXES"):
        module.register_forward_pre_hook(before_mixing)
        modules[name.removesuffix("_MIXES")].register_forward_hook(after_layer)
"""
_BOTH = """
_MODEL
with torch.inference_mode():
    whole = model(**inputs)
_HOOKED
with torch.inference_mode():
    changed = model(**inputs)
for prediction, read, answers in [  # answers: those that the page shows, by the number of their output, from 0
_PREDICTIONS]:
    before, after = read(whole), read(changed)
    rows += [(prediction, name, before[output].item(), after[output].item()) for output, name in answers.items()]
"""


def python_code(info: ModelInfo, encoding: Encoding, what: Intervention, prediction: Prediction) -> str:
    """One prediction under an intervention: `values` [output]."""
    return f"""{loading(info, prediction)}
{inputs(info, encoding)}{_switches(info, what)}
{_hooked(info)}
with torch.inference_mode():
    values = {read(prediction)}
print(values.topk(min(5, len(values))))
"""


def changes_code(info: ModelInfo, encoding: Encoding, what: Intervention, asked: Sequence[tuple[Prediction, Change]]) -> str:
    """Every prediction before and after: `rows`, and the table of the page."""
    by_model: dict[str, list[tuple[Prediction, Change]]] = {}
    for one, change in asked:
        by_model.setdefault(model_line(info, one), []).append((one, change))
    code = f"""import torch
from transformers import {", ".join(sorted({model_class(info, one)[0] for one, _ in asked} | {"AutoTokenizer"}))}

tokenizer = AutoTokenizer.from_pretrained({info.pretrained()})
{inputs(info, encoding)}{_switches(info, what)}

rows = []
"""
    for model, several in by_model.items():
        lines = "".join(f"    {_asked(one, change)},\n" for one, change in several)
        parts = {"_MODEL": model, "_HOOKED": f"{_hooked(info)}done.clear()", "_PREDICTIONS": lines}
        both = _BOTH
        for name, part in parts.items():
            both = both.replace(name, part)
        code += both
    return table_snippet.with_table(code, {title: f"[row[{place}] for row in rows]" for place, title in enumerate(COLUMNS)})


def _asked(one: Prediction, change: Change) -> str:
    reading = read(one).replace("model(**inputs)", "output")
    return f"({change.title!r}, lambda output: {reading}, {dict(zip(change.outputs, change.names, strict=True))})"


def _switches(info: ModelInfo, what: Intervention) -> str:
    off = {layer: sorted(head for at, head in what.heads if at == layer) for layer in sorted({at for at, _ in what.heads})}
    switches = _SWITCHES.replace("_OFF", repr(off)).replace("_SKIPPED", repr(sorted(what.layers)))
    return switches.replace("_N_HEADS", str(info.n_heads))


def _hooked(info: ModelInfo) -> str:
    return _HOOKED.replace("_MIXES", f".{info.traits.layers.mix}")


def map_code(info: ModelInfo, encoding: Encoding, prediction: Prediction) -> str:
    """The map of heads for one prediction: `effects` [layer, head], in bits, or, of a number, in its own unit."""
    after = f"{read(prediction)}[best]"
    effect = f"({after} / before[best]).log2()" if prediction.is_probability else f"{after} - before[best]"
    head = python_code(info, encoding, Intervention(), prediction).rpartition("\nwith torch")[0]
    code = f"""{head}
effects = torch.zeros({info.n_layers}, {info.n_heads})
with torch.inference_mode():
    before = {read(prediction)}
    best = before.argmax()
    for layer in range({info.n_layers}):
        for head in range({info.n_heads}):
            off = {{layer: [head]}}
            done.clear()
            effects[layer, head] = {effect}
order = effects.flatten().argsort(stable=True)  # the heads that are missed most first
"""
    columns = {"layer": f"order // {info.n_heads} + 1", "head": f"order % {info.n_heads} + 1"}
    return table_snippet.with_table(
        code, columns | {"bits" if prediction.is_probability else "change": "effects.flatten()[order]"}
    )
