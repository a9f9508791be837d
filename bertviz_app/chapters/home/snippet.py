"""The Python that gives the numbers of the page Home, ready to paste."""

from __future__ import annotations

from bertviz_app.analysis import head_snippet
from bertviz_app.analysis.script import Script
from bertviz_app.chapters.home.measures import Glance
from bertviz_app.records.forward import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding, glance: Glance, *, task: str | None) -> str:
    """The numbers of the story with plain transformers: `token_ids`, `vectors` [position, d_model], `weights` [query, key], and, for the
    `task` "fill_mask", `probabilities` [vocab], or, for one of a head over the whole input, `values` [label].
    """
    script = Script(info).tokenizer().inputs(encoding).lines("token_ids = inputs.input_ids[0]  # 1").model()
    script.lines(_VECTORS_AND_WEIGHTS, layer=glance.layer, head=glance.head)
    if task == "fill_mask":
        script.lines("\n").model("masked_words").lines(_WORDS)
    elif task:
        script.lines("\n").model(task).lines(_CLASSES, values=head_snippet.decoded(info, task, "model(**inputs).logits[0]"))
    return str(script)


_VECTORS_AND_WEIGHTS = """with torch.no_grad():
    output = model(**inputs, output_attentions=True)
vectors = output.last_hidden_state[0]  # 2: [position, d_model]
weights = output.attentions[$layer][0, $head]  # 3: [query, key]; the code counts layers and heads from 0
print(list(zip(inputs.tokens(), token_ids.tolist())), vectors, weights)
"""
_CLASSES = """with torch.no_grad():
    values = $values  # 4: [label]
print(values)
"""
_WORDS = """with torch.no_grad():
    logits = model(**inputs).logits[0, (token_ids == tokenizer.mask_token_id).nonzero()[0, 0]].double()
probabilities = logits.softmax(dim=-1)  # 4: [vocab]
best = probabilities.topk(5)
print([(tokenizer.decode(i), round(float(p), 4)) for p, i in zip(best.values, best.indices)])
"""
