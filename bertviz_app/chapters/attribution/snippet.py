"""The Python that gives an attribution again: plain transformers and Captum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bertviz_app.analysis.script import NUMBERED, NUMBERED_WORDS, Script
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
        "words(ids).detach(), baselines=words(blank).detach(), n_steps={n_steps}, internal_batch_size=8",
        ".sum(dim=-1)[0].detach()",
    ),
    "occlusion": (
        "FeatureAblation",
        "words(ids).detach(), baselines=words(blank).detach(), feature_mask=torch.arange(ids.shape[1])[None, :, None]",
        "[0, :, 0]",
    ),
}
_RELEVANCE = """output = run(words(ids).detach().requires_grad_(), output_attentions=True)
slopes = torch.autograd.grad($answer(output).sum(), output.attentions)
relevance = torch.eye(ids.shape[1])
for weights, slope in zip(output.attentions, slopes):  # each [1, head, query, key]
    relevance = relevance + (weights * slope).clamp(min=0)[0].mean(dim=0) @ relevance
found[$method] = (relevance - torch.eye(len(relevance)))[$reads].detach()  # the row of the token that the head reads
"""
_BLANK = """kept = $kept  # special tokens, and blanks that are to be filled
blank = torch.full_like(ids, tokenizer.${baseline}_token_id)
blank[0, kept] = ids[0, kept]
"""
_RUN = """ids, words = inputs.pop("input_ids"), model.get_input_embeddings()


def run(vectors, **options):  # [row, position, d_embedding]
    rows = {name: value.expand(len(vectors), -1) for name, value in inputs.items()}
    return model(inputs_embeds=vectors, **rows, **options)


def $answer(output):  # $what: [row]
$body


found = {}  # [position] by method
"""
_SUMS = """
for method, values in found.items():
    print(method, f"{values.sum():+.4f} in all; the answer has {$answer(run(words(ids))).item():+.4f}$unit")
"""


def python_code(info: ModelInfo, encoding: Encoding, target: Target, ways: Sequence[Way]) -> Script:
    """Some methods: `found[name]` [position]."""
    script = Script(info).tokenizer().model(target.task).inputs(encoding)
    answer, what = _answer(target), "of the answer, in bits" if _has_odds(target) else "the answer"
    script.lines("import math").lines(_RUN, answer=answer, what=what, body=_log_odds(target))
    for baseline in dict.fromkeys(baseline for method, baseline, _ in ways if "blank" in _ATTRIBUTE.get(method, ("", ""))[1]):
        script.lines(_BLANK, kept=np.flatnonzero(~replaceable(encoding)).tolist(), baseline=baseline)
    for method, _, n_steps in ways:
        if method in _ATTRIBUTE:
            name, given, part = _ATTRIBUTE[method]
            call = f"{name}(lambda vectors: {answer}(run(vectors))).attribute({given.format(n_steps=n_steps)})"
            script.lines(f"from captum.attr import {name}\nfound[{method!r}] = {call}{part}")
        else:
            script.lines(_RELEVANCE, answer=answer, method=repr(method), reads=target.reads)
    return script.lines(_SUMS, answer=answer, unit=" bits" * _has_odds(target))


def with_table(script: Script, encoding: Encoding, titles: Mapping[MethodKey, str], *, whole: bool = False) -> str:
    """The same, and after it the table: a column for each method, by its title on the page. For `whole` words, `of_words[name]` [word]: the parts
    of each word's tokens added up.
    """
    if not whole:
        script.tokens("tokenizer.convert_ids_to_tokens(ids[0])")
        return str(script.table(NUMBERED | {title: f'found["{method}"]' for method, title in titles.items()}))
    of = units(encoding)
    script.lines(_OF_WORDS, words=[unit.text for unit in of], groups=groups_of(of).tolist())
    return str(script.table(NUMBERED_WORDS | {title: f'of_words["{method}"]' for method, title in titles.items()}))


_OF_WORDS = """
words = $words
groups = torch.tensor($groups)  # the word of each token
of_words = {method: torch.zeros(len(words)).index_add(0, groups, values.float()) for method, values in found.items()}
"""
_CURVES = """
vectors, blanks = words(ids).detach()[0], words(blank).detach()[0]
places = $places  # what can be taken away
counts = $counts  # tokens that are away, or back, at each step


def curve(order, back=False):  # the probability of the answer at each step
    rows = []
    for count in counts:
        away = list(order[count:] if back else order[:count])
        row = vectors.clone()
        row[away] = blanks[away]
        rows.append(row)
    with torch.inference_mode():
        return ($answer(run(torch.stack(rows))) * math.log(2)).sigmoid().numpy()


generator = np.random.default_rng($seed)
random_orders = [generator.permutation(places) for _ in range($n_random)]
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
    script = python_code(info, encoding, target, ways).lines("import numpy as np")
    script.lines(
        _CURVES,
        answer=_answer(target),
        places=places,
        counts=faithfulness.counts(len(places)).tolist(),
        seed=faithfulness.SEED,
        n_random=faithfulness.N_RANDOM,
    )
    names = {"method": str([METHODS[method].name for method, *_ in ways])}
    return str(script.table(names | _GAINS))


def _has_odds(target: Target) -> bool:
    return target.decoding != "number"


def _answer(target: Target) -> str:
    """What the function is called that gives the number that is divided."""
    return "log_odds" if _has_odds(target) else "number"


def _log_odds(target: Target) -> str:
    """The lines of that function."""
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
