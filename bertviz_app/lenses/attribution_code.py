"""The Python that gives an attribution again: plain transformers and Captum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bertviz_app.attributions import Target, replaceable
from bertviz_app.lenses import interventions_code
from bertviz_app.objectives import OBJECTIVES, PAIRS
from bertviz_app.records import Encoding, ModelInfo

_ATTRIBUTE = {
    "gradient_x_input": ("InputXGradient", "InputXGradient(bits).attribute(words(ids).detach().requires_grad_())"),
    "integrated_gradients": (
        "IntegratedGradients",
        "IntegratedGradients(bits).attribute(words(ids).detach(), baselines=words(blank).detach(), n_steps=_STEPS, internal_batch_size=8)",
    ),
}


def python_code(
    info: ModelInfo, encoding: Encoding, target: Target, way: tuple[str, str, int], *, hidden: Sequence[int] = ()
) -> str:
    """One method: `values` [position]. `way` is the method, the baseline and the steps; `hidden` are the positions hidden by a click."""
    method, baseline, n_steps = way
    name, call = _ATTRIBUTE[method]
    call = call.replace("_STEPS", str(n_steps))
    blank = _blank(encoding, baseline) if "blank" in call else ""
    return f"""{opening(info, encoding, target, hidden=hidden, uses=name)}
{blank}values = {call}.sum(dim=-1)[0].detach()
for token, value in zip(tokenizer.convert_ids_to_tokens(ids[0]), values):
    print(f"{{token:12}} {{value:+.4f}}")
print(f"{{values.sum():+.4f}} of {{bits(words(ids)).item():+.4f}}")
"""


def opening(info: ModelInfo, encoding: Encoding, target: Target, *, hidden: Sequence[int], uses: str) -> str:
    """Imports, the model, the input, and `bits(vectors)`, the log-odds of the answer."""
    loading = interventions_code.loading(info, target)
    if uses:
        loading = loading.replace("from transformers", f"from captum.attr import {uses}\nfrom transformers", 1)
    inputs = interventions_code.inputs(info, encoding, hidden=hidden)
    return f"""import math

{loading}
{inputs}ids, words = inputs.pop("input_ids"), model.get_input_embeddings()


def bits(vectors):  # [row, position, d_embedding] → [row]: the log-odds of the answer
    rows = {{name: value.expand(len(vectors), -1) for name, value in inputs.items()}}
    output = model(inputs_embeds=vectors, **rows)
{_log_odds(target)}

"""


def _log_odds(target: Target) -> str:
    place = "" if target.position is None else f"[:, {target.position}]"
    if target.task == "replaced_tokens":
        return f"    return {'' if target.output else '-'}output.logits{place} / math.log(2)"
    logits, chosen = f"output.logits{place}", target.output
    if target.task in PAIRS:
        logits = f"output.{OBJECTIVES[target.task].output}"
    elif target.candidates:
        where, chosen = ("start", "end")[target.output], target.candidates.index(target.reads)
        logits = f"output.{where}_logits[:, {list(target.candidates)}]"
    return f"""    logits, chosen = {logits}, {chosen}
    others = torch.cat([logits[:, :chosen], logits[:, chosen + 1 :]], dim=-1)
    return (logits[:, chosen] - others.logsumexp(dim=-1)) / math.log(2)"""


def _blank(encoding: Encoding, baseline: str) -> str:
    kept = np.flatnonzero(~replaceable(encoding)).tolist()
    return f"""kept = {kept}  # special tokens, and blanks that are to be filled
blank = torch.full_like(ids, tokenizer.{baseline}_token_id)
blank[0, kept] = ids[0, kept]
"""
