"""The Python that compares and sums up several texts, and labels words, ready to paste."""

from __future__ import annotations

from collections.abc import Sequence

from bertviz_app.analysis.head_snippet import Evidence, add_evidence
from bertviz_app.analysis.script import IS_SPECIAL, Script, by_number
from bertviz_app.chapters.tasks.entities import MOST_LABELS, LabelledWords
from bertviz_app.chapters.tasks.summary import DAMPING, ROUNDS
from bertviz_app.chapters.tasks.text_map import TOKENS, TRAINED, Making, VectorWay
from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.families.pooling import POOLINGS, Recipe
from bertviz_app.records.forward import Encoding, ModelInfo
from bertviz_app.records.model_info import ENCODER


def similarity_code(info: ModelInfo, texts: Sequence[str], making: Making, *, is_centred: bool = False) -> str:
    """Plain transformers code: `cosines` [text, text] of the vectors made one way. `texts` begin with their prompt, if there is one."""
    script = Script(info).tokenizer().model()
    inputs = script.tokenized("text", longest=making.longest)
    script.lines(_VECTORS, texts=list(texts), inputs=inputs, pooled=_pooling_code(info, making.way, making.n_prompt))
    if making.way == TRAINED and info.recipe:
        _add_modules(script, info.recipe)
    if is_centred:
        script.lines("vectors = vectors - vectors.mean(dim=0)")
    return str(script.lines(_COSINES).table({"text": "texts"}, wide=by_number("cosines")))


def _pooling_code(info: ModelInfo, way: VectorWay, n_prompt: int) -> str:
    if way == TRAINED and info.recipe:
        first = 0 if info.recipe.pools_prompt else n_prompt
        pooled = ", ".join(POOLINGS[name].code for name in info.recipe.poolings)
        return f"    kept = torch.arange({first}, len(last))\n    vectors.append(torch.cat([{pooled}]))"
    if way == TOKENS:
        return "    vectors.append(last.mean(dim=0))"
    return f"    special = {IS_SPECIAL}\n    vectors.append(last[~special].mean(dim=0))"


def _add_modules(script: Script, recipe: Recipe) -> None:
    home = script.info.source.removesuffix(f"/{ENCODER}")
    for one in recipe.dense:
        weights = script.path(f"{home}/{one.folder}/model.safetensors")
        script.lines(f"from safetensors.torch import load_file\ndense = load_file({weights})")
        script.lines(f'vectors = torch.nn.{one.bend}()(vectors @ dense["linear.weight"].T + dense.get("linear.bias", 0))')
    if recipe.normalises:
        script.lines("vectors = torch.nn.functional.normalize(vectors, dim=-1)")


_VECTORS = """texts = $texts
vectors = []
for text in texts:
    inputs = $inputs
    with torch.inference_mode():
        last = model(**inputs).last_hidden_state[0]  # [position, d_model]
$pooled
vectors = torch.stack(vectors)
"""
_COSINES = """unit = torch.nn.functional.normalize(vectors, dim=-1)
cosines = unit @ unit.T
"""


def summary_code(info: ModelInfo, texts: Sequence[str], n_chosen: int = 1) -> str:
    """Plain transformers code: `walk` [sentence], the centrality."""
    script = Script(info).tokenizer().model()
    script.lines(_MEANS, sentences=list(texts), inputs=script.tokenized("sentence"), is_special=IS_SPECIAL)
    script.lines(_WALK, rounds=ROUNDS, rest=f"{1 - DAMPING:.2f}", damping=DAMPING, n_chosen=n_chosen)
    return str(script.table(_SENTENCES))


_MEANS = """sentences = $sentences
means = []
for sentence in sentences:
    inputs = $inputs
    with torch.inference_mode():
        last = model(**inputs).last_hidden_state[0]  # [position, d_model]
    special = $is_special
    means.append(last[~special].mean(dim=0))
"""
_WALK = """unit = torch.nn.functional.normalize(torch.stack(means), dim=-1)
weights = unit @ unit.T
weights = (weights - weights.min()).fill_diagonal_(0).double()
sums = weights.sum(dim=1, keepdim=True)
steps = torch.where(sums > 0, weights / sums, 1 / len(sentences))
walk = torch.full((len(sentences),), 1 / len(sentences), dtype=torch.float64)
for _ in range($rounds):
    walk = $rest / len(sentences) + $damping * walk @ steps
chosen = walk.argsort(descending=True, stable=True)[:$n_chosen]
"""
_SENTENCES = {
    "number": "range(1, len(sentences) + 1)",
    "sentence": "sentences",
    "share of the walk": "walk",
    "chosen": '["yes" if place in chosen else "" for place in range(len(sentences))]',
}


def entities_code(info: ModelInfo, encoding: Encoding, reading: LabelledWords, evidence: Evidence) -> str:
    """Plain transformers code: `probabilities` [word, label], and the `attention` of the chosen token [position]."""
    script = Script(info).tokenizer().model(reading.task).inputs(encoding)
    words = [word.text for word in reading.words]
    script.lines(_LABELS, first_pieces=[word.position for word in reading.words], words=words)
    if len(reading.labels) <= MOST_LABELS:
        script.table(_WORDS, wide='{f"P({name})": column for name, column in zip(names, probabilities.T)}')
    else:
        script.table(_WORDS | {"probability": "probabilities.amax(dim=-1)"})
    add_evidence(script, encoding, evidence)
    return str(script)


_LABELS = """first_pieces = $first_pieces  # of each word
with torch.inference_mode():
    output = model(**inputs, output_attentions=True)
probabilities = output.logits[0, first_pieces].softmax(dim=-1)  # [word, label]
words = $words
names = [model.config.id2label[index] for index in range(probabilities.shape[-1])]
"""
_WORDS = {
    "word": "words",
    TOKEN_NUMBER: "[position + 1 for position in first_pieces]",
    "label": "[names[row.argmax()] for row in probabilities]",
}
