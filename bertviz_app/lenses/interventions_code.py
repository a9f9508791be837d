"""The Python that gives the numbers of the interventions page: plain transformers and hooks."""

from __future__ import annotations

from bertviz_app.attributions import Target
from bertviz_app.interventions import Intervention
from bertviz_app.lenses.head_code import arguments, n_outputs
from bertviz_app.lenses.predictions import Prediction
from bertviz_app.objectives import OBJECTIVES, PAIRS
from bertviz_app.records import Encoding, ModelInfo
from bertviz_app.tasks import DECODINGS, TASKS

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


modules = dict(model.named_modules())
for name, module in modules.items():
    if name.endswith("_MIXES"):
        module.register_forward_pre_hook(before_mixing)
        modules[name.removesuffix("_MIXES")].register_forward_hook(after_layer)
"""


def python_code(info: ModelInfo, encoding: Encoding, what: Intervention, prediction: Prediction) -> str:
    """One prediction under an intervention: `values` [output]."""
    off = {layer: sorted(head for at, head in what.heads if at == layer) for layer in sorted({at for at, _ in what.heads})}
    switches = _SWITCHES.replace("_OFF", repr(off)).replace("_SKIPPED", repr(sorted(what.layers)))
    switches = switches.replace("_N_HEADS", str(info.n_heads)).replace("_MIXES", f".{info.traits.layers.mix}")
    return f"""{loading(info, prediction)}
{inputs(info, encoding)}{switches}
with torch.inference_mode():
    values = {read(prediction)}
print(values.topk(min(5, len(values))))
"""


def loading(info: ModelInfo, prediction: Prediction | Target) -> str:
    """Imports, tokenizer, and the model with the head of a prediction."""
    task, more = prediction.task, ""
    name = info.traits.loads_as if task in OBJECTIVES else TASKS[task].auto
    if task in TASKS:
        more = n_outputs(info, task)
    if task == "masked_words":
        name, more = "AutoModelForMaskedLM", info.traits.arguments
    return f"""import torch
from transformers import {name}, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({info.source!r})
model = {name}.from_pretrained({info.home(task)!r}, attn_implementation="eager"{more}).eval()"""


def inputs(info: ModelInfo, encoding: Encoding, *, name: str = "inputs") -> str:
    """The tokenizer's output under a name."""
    return f'{name} = tokenizer({arguments(encoding)}, truncation=True, max_length={info.max_tokens}, return_tensors="pt")\n'


def read(prediction: Prediction) -> str:
    """The expression of a prediction's probabilities, or of its numbers."""
    return DECODINGS[prediction.decoding].python.format(logits=logits(prediction))


def logits(prediction: Prediction) -> str:
    """The expression of a prediction's logits."""
    if prediction.task in PAIRS:
        return f"model(**inputs).{OBJECTIVES[prediction.task].output}[0]"
    if prediction.candidates:
        return f"model(**inputs).{('start', 'end')[prediction.side]}_logits[0, {list(prediction.candidates)}]"
    if prediction.task == "replaced_tokens":  # one output, a yes or no: a softmax of two, of which the first is 0
        return f"torch.nn.functional.pad(model(**inputs).logits[0, [{prediction.position}]], (1, 0))"
    return "model(**inputs).logits[0" + ("]" if prediction.position is None else f", {prediction.position}]")


def map_code(info: ModelInfo, encoding: Encoding, prediction: Prediction) -> str:
    """The map of heads for one prediction: `effects` [layer, head], in bits, or, of a number, in its own unit."""
    after = f"{read(prediction)}[best]"
    effect = f"({after} / before[best]).log2()" if prediction.is_probability else f"{after} - before[best]"
    head = python_code(info, encoding, Intervention(), prediction).rpartition("\nwith torch")[0]
    return f"""{head}
effects = torch.zeros({info.n_layers}, {info.n_heads})
with torch.inference_mode():
    before = {read(prediction)}
    best = before.argmax()
    for layer in range({info.n_layers}):
        for head in range({info.n_heads}):
            off = {{layer: [head]}}
            done.clear()
            effects[layer, head] = {effect}
print(effects)
"""
