"""Attention summed up: what each method costs as a multiple of one pass over the same text.

python -m benchmarks.summed_up
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from benchmarks.ratio import ratio
from bertviz_app import load
from bertviz_app.chapters.attention_summed_up import flow as token_flow
from bertviz_app.chapters.attention_summed_up import measures as lens
from bertviz_app.chapters.attention_summed_up.rollout import rollout, rows_to_one, with_residual
from bertviz_app.engine.model import Model
from bertviz_app.engine.value_mixing import value_products, value_zeroing
from bertviz_app.records.forward import ForwardPass

TEXT = "the quick brown fox jumps over a lazy dog while seven wizards watch. " * 12


def norms(model: Model, forward: ForwardPass) -> None:
    for layer, weights in enumerate(forward.attentions):
        rows_to_one(lens.mixed_norms(weights, value_products(model, forward, layer)))


METHODS: dict[str, Callable[[Model, ForwardPass], object]] = {
    "mean": lambda _, forward: lens.mean_weights(forward.attentions),
    "rollout": lambda _, forward: rollout(with_residual(forward.attentions)),
    "norm-based": norms,
    "value zeroing": value_zeroing,
    "flow": lambda _, forward: token_flow.flows(with_residual(forward.attentions)),
}


def main() -> None:
    model = load("embedded")
    for n_tokens in (16, 64, 128):
        encoding = model.encode(TEXT, max_tokens=n_tokens)
        forward, one_pass = model.run(encoding), partial(model.run, encoding)
        for name, method in METHODS.items():
            if name == "flow" and n_tokens > 64:  # as on the page
                continue
            ours, theirs, times = ratio(
                partial(method, model, forward), one_pass, rounds=3 if name in ("value zeroing", "flow") else 15
            )
            sys.stdout.write(
                f"{n_tokens:4} tokens, {name:13} {1000 * ours:8.1f} ms, a pass {1000 * theirs:5.1f} ms: {times:7.3f} ×\n"
            )


if __name__ == "__main__":
    main()
