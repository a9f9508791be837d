"""The Python that gives the probabilities of the page about replaced tokens, ready to paste."""

from __future__ import annotations

from bertviz_app.analysis.script import NUMBERED, Script
from bertviz_app.records.forward import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding) -> str:
    """The same with plain transformers: `replaced` [position]."""
    script = Script(info).tokenizer().model("replaced_tokens").inputs(encoding).lines(_REPLACED)
    return str(script.tokens().table(NUMBERED | {"replaced": "replaced"}))


_REPLACED = """with torch.inference_mode():
    replaced = model(**inputs).logits[0].sigmoid()
"""
