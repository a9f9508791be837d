"""The Python that gives the numbers of the page about two sentences, and the order of several, ready to paste."""

from __future__ import annotations

from collections.abc import Sequence

from bertviz_app.analysis.script import Script
from bertviz_app.chapters.next_sentence.measures import pair_objective
from bertviz_app.chapters.next_sentence.ordering import EXACT
from bertviz_app.records.forward import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding) -> str:
    """The same with plain transformers: `probability`, the `pooled` vector and its `contributions`, both [d_model]."""
    objective = pair_objective(info)
    script = Script(info).tokenizer().model(objective.task).inputs(encoding)
    script.lines(_PROBABILITY, encoder=info.traits.encoder, head=info.traits.pair_head, label=objective.labels[0])
    columns = {"number": "range(1, len(pooled) + 1)", "value": "pooled"}
    return str(script.table(columns | ({"adds": "contributions"} if encoding.pair else {})))


_PROBABILITY = """with torch.no_grad():
    pooled = model.$encoder(**inputs).pooler_output[0]
    head = model.$head
    probability = head(pooled).softmax(dim=-1)[0]  # index 0 means "$label"
    weight = head.weight  # [2, d_model]
    contributions = (weight[0] - weight[1]) * pooled  # with the biases, they add up to the difference of the logits
print(float(probability))
"""


def ordering_code(info: ModelInfo, texts: Sequence[str]) -> str:
    """The same with plain transformers: `matrix` [first, second] and, where every order can be weighed, the best `order`."""
    pair = pair_objective(info)
    script = Script(info).tokenizer().model(pair.task)
    inputs = script.tokenized("texts[i], texts[j]")
    script.lines(_MATRIX, texts=list(texts), inputs=inputs, output=pair.output, label=pair.labels[0])
    script.table(_PAIRS, name="all_pairs")
    if len(texts) <= EXACT:
        script.lines(_BEST).table(_ORDER)
    return str(script)


_MATRIX = """from itertools import permutations

texts = $texts
matrix = torch.zeros(len(texts), len(texts))
for i, j in permutations(range(len(texts)), 2):
    inputs = $inputs
    with torch.no_grad():
        matrix[i, j] = model(**inputs).$output.softmax(dim=-1)[0, 0]  # index 0 means "$label"
print(matrix)
pairs = list(permutations(range(len(texts)), 2))
"""
_BEST = """from itertools import pairwise

logs = matrix.double().log()
order = max(permutations(range(len(texts))), key=lambda order: sum(float(logs[a, b]) for a, b in pairwise(order)))
"""
_PAIRS = {
    "first": "[texts[i] for i, _ in pairs]",
    "second": "[texts[j] for _, j in pairs]",
    "is next": "[matrix[pair].item() for pair in pairs]",
}
_ORDER = {
    "place": "range(1, len(order) + 1)",
    "number": "[i + 1 for i in order]",
    "sentence": "[texts[i] for i in order]",
}
