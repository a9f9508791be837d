"""What is switched off in a model, in words."""

from __future__ import annotations

from bertviz_app.analysis.phrases import listed
from bertviz_app.drawing import plots
from bertviz_app.records.interventions import Intervention


def described(what: Intervention, n_heads: int) -> str:
    """The parts that are off, counted from 1: "heads 3.1 and 3.5, all heads of layer 4 and layer 6"."""
    single, parts = [], []
    for layer in sorted({layer for layer, _ in what.heads}):
        heads = sorted(head for at, head in what.heads if at == layer)
        if len(heads) == n_heads:
            parts.append(f"all heads of layer {plots.shown(layer)}")
        else:
            single += [f"{plots.shown(layer)}.{plots.shown(head)}" for head in heads]
    if single:
        parts.insert(0, f"{'head' if len(single) == 1 else 'heads'} {listed(single)}")
    return listed(parts + [f"the whole of layer {plots.shown(layer)}" for layer in sorted(what.layers)])
