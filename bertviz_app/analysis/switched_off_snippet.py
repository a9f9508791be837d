"""The Python that switches parts of a model off: hooks in plain PyTorch."""

from __future__ import annotations

from bertviz_app.analysis.script import Script
from bertviz_app.records.interventions import Intervention


def add_switches(script: Script, what: Intervention) -> None:
    """What is `off` and what is `skipped`, and the functions that make it so. `done.clear()` comes before each further pass."""
    off = {layer: sorted(head for at, head in what.heads if at == layer) for layer in sorted({at for at, _ in what.heads})}
    script.lines(_SWITCHES, off=off, skipped=sorted(what.layers), n_heads=script.info.n_heads)


def add_hooks(script: Script) -> None:
    """The same functions, hung into the layers of `model`."""
    script.lines(_HOOKS, mix=script.info.traits.layers.mix)


_SWITCHES = """
off = $off  # layer: heads, both counted from 0
skipped = $skipped
done = []  # the layers that this pass has been through; a model may use one module for all of them


def before_mixing(module, inputs):
    heads = inputs[0].unflatten(-1, ($n_heads, -1)).clone()
    heads[:, :, off.get(len(done), [])] = 0
    return heads.flatten(-2), *inputs[1:]


def after_layer(module, inputs, output):
    done.append(module)
    given = inputs[0] if len(done) - 1 in skipped else output[0] if isinstance(output, tuple) else output
    return (given, *output[1:]) if isinstance(output, tuple) else given


"""
_HOOKS = """modules = dict(model.named_modules())
for name, module in modules.items():
    if name.endswith(".$mix"):
        module.register_forward_pre_hook(before_mixing)
        modules[name.removesuffix(".$mix")].register_forward_hook(after_layer)
"""
