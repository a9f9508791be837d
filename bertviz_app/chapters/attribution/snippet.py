"""The Python that gives an attribution again: plain transformers and Captum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bertviz_app.analysis import prediction_snippet, table_snippet
from bertviz_app.analysis.words import groups_of, units
from bertviz_app.chapters.attribution import faithfulness
from bertviz_app.chapters.attribution.measures import METHODS
from bertviz_app.families.objectives import OBJECTIVES, PAIRS
from bertviz_app.records.attributions import MethodKey, Target, Way, replaceable
from bertviz_app.records.forward import Encoding, ModelInfo

# The class of Captum, what it is given, and what of its result is a number for each token.
_ATTRIBUTE = {
    "gradient_x_input": ("InputXGradient", "words(ids).detach().requires_grad_()", ".sum(dim=-1)[0].detach()"),
    "integrated_gradients": (
        "IntegratedGradients",
        "words(ids).detach(), baselines=words(blank).detach(), n_steps=_STEPS, internal_batch_size=8",
        ".sum(dim=-1)[0].detach()",
    ),
    "occlusion": (
        "FeatureAblation",
        "words(ids).detach(), baselines=words(blank).detach(), feature_mask=torch.arange(ids.shape[1])[None, :, None]",
        "[0, :, 0]",
    ),
}
_RELEVANCE = """output = run(words(ids).detach().requires_grad_(), output_attentions=True)
slopes = torch.autograd.grad(log_odds(output).sum(), output.attentions)
relevance = torch.eye(ids.shape[1])
for weights, slope in zip(output.attentions, slopes):  # each [1, head, query, key]
    relevance = relevance + (weights * slope).clamp(min=0)[0].mean(dim=0) @ relevance
values = (relevance - torch.eye(len(relevance)))[_READS].detach()  # the row of the token that the head reads
"""


def python_code(info: ModelInfo, encoding: Encoding, target: Target, ways: Sequence[Way]) -> str:
    """Some methods: `found[name]` [position]."""
    uses = sorted(_ATTRIBUTE[method][0] for method, *_ in ways if method in _ATTRIBUTE)
    baselines = {baseline for method, baseline, _ in ways if "blank" in _ATTRIBUTE.get(method, ("", ""))[1]}
    bodies = "".join(_blank(encoding, baseline) for baseline in baselines)
    for method, _, n_steps in ways:
        if method in _ATTRIBUTE:
            name, given, part = _ATTRIBUTE[method]
            call = f"{name}(lambda vectors: log_odds(run(vectors))).attribute({given.replace('_STEPS', str(n_steps))})"
            bodies += f"found[{method!r}] = {call}{part}\n"
        else:
            bodies += _RELEVANCE.replace("_READS", str(target.reads)).replace("values =", f"found[{method!r}] =")
    code = f"""{opening(info, encoding, target, uses=", ".join(uses))}
found = {{}}  # [position] by method
{bodies}
for method, values in found.items():
    print(method, f"{{values.sum():+.4f}} in all; the answer has {{log_odds(run(words(ids))).item():+.4f}} bits")
"""
    return (
        code
        if target.decoding != "number"
        else code.replace("log_odds", "number").replace("of the answer, in bits", "the answer").replace(" bits", "")
    )


def with_table(info: ModelInfo, code: str, titles: Mapping[MethodKey, str]) -> str:
    """The code, and after it the table: a column for each method, by its title on the page."""
    code += table_snippet.tokens(info, of="tokenizer.convert_ids_to_tokens(ids[0])")
    return table_snippet.with_table(
        code, table_snippet.NUMBERED | {title: f'found["{method}"]' for method, title in titles.items()}
    )


def with_table_of_words(encoding: Encoding, code: str, titles: Mapping[MethodKey, str]) -> str:
    """The same for whole words: `of_words[name]` [word], the parts of each word's tokens added up."""
    of = units(encoding)
    code += f"""
words = {[unit.text for unit in of]!r}
groups = torch.tensor({groups_of(of).tolist()})  # the word of each token
of_words = {{method: torch.zeros(len(words)).index_add(0, groups, values.float()) for method, values in found.items()}}
"""
    columns = {title: f'of_words["{method}"]' for method, title in titles.items()}
    return table_snippet.with_table(code, table_snippet.NUMBERED_WORDS | columns)


_CURVES = """
vectors, blanks = words(ids).detach()[0], words(blank).detach()[0]
places = _PLACES  # what can be taken away
counts = _COUNTS  # tokens that are away, or back, at each step


def curve(order, back=False):  # the probability of the answer at each step
    rows = []
    for count in counts:
        away = list(order[count:] if back else order[:count])
        row = vectors.clone()
        row[away] = blanks[away]
        rows.append(row)
    with torch.inference_mode():
        return (log_odds(run(torch.stack(rows))) * math.log(2)).sigmoid().numpy()


generator = np.random.default_rng(_SEED)
random_orders = [generator.permutation(places) for _ in range(_RANDOM)]
deletion, insertion = {}, {}
for method, values in found.items():
    order = sorted(places, key=lambda place: -values[place])
    deletion[method], insertion[method] = curve(order), curve(order, back=True)
random_curves = [curve(order) for order in random_orders]
random_deletion = np.mean(random_curves, axis=0)
random_insertion = np.mean([curve(order[::-1], back=True) for order in random_orders], axis=0)


def area(curve):
    return np.trapezoid(curve, np.array(counts) / counts[-1])


"""
_GAINS = {
    "deletion, points": "[100 * area(random_deletion - deletion[method]) for method in found]",
    "insertion, points": "[100 * area(insertion[method] - random_insertion) for method in found]",
    f"of {faithfulness.N_RANDOM} random orders better": "[sum(area(one) < area(deletion[method]) for one in random_curves) for method in found]",
}


def faithfulness_code(info: ModelInfo, encoding: Encoding, target: Target, ways: Sequence[Way]) -> str:
    """The methods, and the curves of each: `deletion[name]`, `insertion[name]` [step], beside those of random orders."""
    places = np.flatnonzero(replaceable(encoding)).tolist()
    text = python_code(info, encoding, target, ways).replace("import torch", "import numpy as np\nimport torch", 1)
    filled = {
        "_PLACES": places,
        "_COUNTS": faithfulness.counts(len(places)).tolist(),
        "_SEED": faithfulness.SEED,
        "_RANDOM": faithfulness.N_RANDOM,
    }
    curves = _CURVES
    for name, value in filled.items():
        curves = curves.replace(name, str(value))
    names = {"method": str([METHODS[method].name for method, *_ in ways])}
    return table_snippet.with_table(text + curves, names | _GAINS)


def opening(info: ModelInfo, encoding: Encoding, target: Target, *, uses: str) -> str:
    """Imports, the model, the input, `run(vectors)`, a pass, and `log_odds(output)`, that of the answer."""
    loading = prediction_snippet.loading(info, target)
    if uses:
        loading = loading.replace("from transformers", f"from captum.attr import {uses}\nfrom transformers", 1)
    inputs = prediction_snippet.inputs(info, encoding)
    return f"""import math

{loading}
{inputs}ids, words = inputs.pop("input_ids"), model.get_input_embeddings()


def run(vectors, **options):  # [row, position, d_embedding]
    rows = {{name: value.expand(len(vectors), -1) for name, value in inputs.items()}}
    return model(inputs_embeds=vectors, **rows, **options)


def log_odds(output):  # of the answer, in bits: [row]
{_log_odds(target)}

"""


def _log_odds(target: Target) -> str:
    place = "" if target.position is None else f"[:, {target.position}]"
    if target.task == "replaced_tokens":
        return f"    return {'' if target.output else '-'}output.logits{place} / math.log(2)"
    logits, chosen = f"output.logits{place}", target.output
    if target.decoding != "softmax":  # the logit is the log-odds, or the number
        return f"    return {logits}[:, {chosen}]{' / math.log(2)' if target.decoding == 'sigmoid' else ''}"
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
