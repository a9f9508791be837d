"""The Python that gives the probabilities of the page about replaced tokens, ready to paste."""

from __future__ import annotations

from bertviz_app.analysis.alignment import Alignment
from bertviz_app.analysis.compared_snippet import Side, begun, in_turn
from bertviz_app.analysis.script import NUMBERED, Script
from bertviz_app.records.forward import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding) -> str:
    """The same with plain transformers: `replaced` [position]."""
    script = Script(info).tokenizer().model("replaced_tokens").inputs(encoding).lines(_REPLACED)
    return str(script.tokens().table(NUMBERED | {"replaced": "replaced"}))


def compared_code(original: Side, variant: Side, alignment: Alignment) -> str:
    """The same of two inputs, and what each group of tokens that stand for the same text gains."""
    script = in_turn(
        *(begun(side, "replaced_tokens").lines(_REPLACED) for side in (original, variant)), kept="replaced.double()"
    )
    groups = [tuple(map(list, pair)) for pair in alignment.groups]
    spelled = [[alignment.spelled(group, side) for group in range(len(groups))] for side in (0, 1)]
    return str(script.lines(_GROUPS, groups=groups, spelled=spelled).table(_COMPARED))


_GROUPS = """groups = $groups  # tokens of the original, and of the variant, from 0, that stand for the same text
of_original, of_variant = $spelled
before = torch.stack([original[a].mean() for a, _ in groups])  # NaN where the original has no such token
after = torch.stack([variant[b].mean() for _, b in groups])
"""
_COMPARED = {
    "number": "range(1, len(groups) + 1)",
    "original": "of_original",
    "variant": "of_variant",
    "P(replaced), original": "before",
    "P(replaced), variant": "after",
    "bits": "after.log2() - before.log2()",
}
_REPLACED = """with torch.inference_mode():
    replaced = model(**inputs).logits[0].sigmoid()
"""
