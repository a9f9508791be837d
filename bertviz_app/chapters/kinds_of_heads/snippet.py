"""The Python that gives the numbers of the page about kinds of heads, ready to paste."""

from __future__ import annotations

from bertviz_app.analysis.script import Script
from bertviz_app.chapters.kinds_of_heads.kinds import KINDS, THRESHOLD
from bertviz_app.chapters.kinds_of_heads.measures import MEASURES, Measure
from bertviz_app.records.forward import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding) -> str:
    """`measures`: [layer, head] for each key of `MEASURES`; `kinds`: an index into the five kinds, [layer, head]."""
    script = Script(info).forward(encoding)
    typed = [text for text in (encoding.text, encoding.pair) if text is not None]
    script.lines(_MEASURES, typed=typed, measures="".join(map(_line, MEASURES)))
    script.lines(f"segments = {script.segments(encoding)}").lines(_SHARES)
    if encoding.pair is not None:
        script.lines(_BLOCK)
    script.lines(_KINDS, threshold=THRESHOLD, kinds=KINDS)
    measured = {info.special.spelled(measure.title): f'measures["{measure.key}"].flatten()' for measure in MEASURES}
    return str(script.table(_TABLE | measured))


def _line(measure: Measure) -> str:
    """Its place in the dictionary of all measures."""
    expression, mark, remark = measure.python.partition("  # ")
    return f'    "{measure.key}": {expression},{mark}{remark}\n'


_TABLE = {
    "layer": "[layer + 1 for layer, _ in np.ndindex(*kinds.shape)]",
    "head": "[head + 1 for _, head in np.ndindex(*kinds.shape)]",
    "kind": "[names[kind] for kind in kinds.flatten()]",
}


_MEASURES = """import unicodedata

import numpy as np

w, n = attentions, attentions.shape[-1]
ids = inputs.input_ids[0]
cls, sep = ids == tokenizer.cls_token_id, ids == tokenizer.sep_token_id
texts = $typed
words = ["" if text is None else texts[text][slice(*inputs.token_to_chars(position))].strip()
         for position, text in enumerate(inputs.sequence_ids(0))]
marks = torch.tensor([bool(x) and all(unicodedata.category(c)[0] == "P" for c in x) for x in words])
distance = (torch.arange(n)[:, None] - torch.arange(n)).abs()
measures = {
$measures}
"""
_SHARES = """
special = cls | sep | (ids == tokenizer.pad_token_id)


def share(region):  # [query, key] -> the weight inside, mean over ordinary tokens, and what chance gives
    return (w * region)[:, :, ~special].sum(-1).mean(-1), region[~special].float().mean()


vertical = special.expand(n, n)
diagonal = (distance <= 1) & ~special
above = [(s - chance) / (1 - chance) for s, chance in map(share, (vertical, diagonal, vertical | diagonal))]
"""
_KINDS = """kinds = torch.full(w.shape[:2], 4)  # $kinds
for kind in reversed(range(len(above))):
    kinds[above[kind] >= $threshold] = kind
names = $kinds
"""
_BLOCK = """own = (segments[:, None] == segments) & ~special
inside, chance = (a / b for a, b in zip(share(own), share(~vertical)))
above.append((inside - chance) / (1 - chance))
"""
