"""The Python that gives the probabilities of Fill in the blank, ready to paste."""

from __future__ import annotations

from collections.abc import Sequence

from bertviz_app.analysis.head_snippet import Evidence, add_evidence
from bertviz_app.analysis.script import Script
from bertviz_app.chapters.fill_in_the_blank.measures import AROUND
from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.records.forward import Encoding, ModelInfo

NONE = Evidence(0, ())


def python_code(info: ModelInfo, encoding: Encoding, *, k: int = 5, evidence: Evidence = NONE) -> str:
    """The same probabilities with plain transformers, as `probabilities` [blank, vocab], or as `seen` [position] without a blank.

    `k` words are shown for each blank, and, where one is asked for, the `attention` [position] of one of them.
    """
    script = Script(info).tokenizer().model("masked_words").inputs(encoding)
    script.lines(_LOGITS, options=", output_attentions=True" if len(evidence.positions) else "")
    if encoding.positions("mask"):
        script.lines(_BEST, k=k).tokens("tokenizer.convert_ids_to_tokens(top.indices.flatten())", name="words")
        add_evidence(script.table(_GUESSES), encoding, evidence)
        return str(script)
    return str(script.lines(_OF_WHAT_STANDS_THERE).tokens().table(_SEEN))


def one_by_one_code(info: ModelInfo, encoding: Encoding, *, surest_first: bool) -> str:
    """The blanks filled one by one with plain transformers, from left to right or the surest first: a pass for each."""
    which = "int(top.values[:, 0].argmax())  # the surest" if surest_first else "0  # the first that is left"
    script = Script(info).tokenizer().model("masked_words").inputs(encoding).lines(_ONE_BY_ONE, chosen=which)
    script.tokens("tokenizer.convert_ids_to_tokens(guesses)", name="words")
    script.tokens("tokenizer.convert_ids_to_tokens(sum(texts, []))")
    return str(script.lines(_PLACES, around=AROUND).table(_STEPS))


_LOGITS = """with torch.no_grad():
    output = model(**inputs$options)
logits = output.logits[0].double()  # [position, vocab]; torch’s float32 softmax errs by 1e-5
"""
_BEST = """blanks = inputs.input_ids[0] == tokenizer.mask_token_id
probabilities = logits[blanks].softmax(dim=-1)  # [blank, vocab]
top = probabilities.topk(min($k, probabilities.shape[-1]))  # [blank, rank]
n_blanks, k = top.indices.shape
"""
_OF_WHAT_STANDS_THERE = """seen = logits.softmax(dim=-1).gather(1, inputs.input_ids[0][:, None])[:, 0]  # [position]
special = [tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id]
shown = torch.isin(inputs.input_ids[0], torch.tensor(special), invert=True).nonzero()[:, 0].tolist()
"""
_ONE_BY_ONE = """ids = inputs.input_ids[0]  # what is filled in here is filled in for the next pass
left = (ids == tokenizer.mask_token_id).nonzero()[:, 0].tolist()
positions, guesses, probabilities, texts = [], [], [], []
while left:
    with torch.no_grad():
        logits = model(**inputs).logits[0, left].double()  # [blank, vocab]
    top = logits.softmax(dim=-1).topk(2)  # [blank, rank]
    chosen = $chosen
    positions.append(left.pop(chosen))
    guesses += top.indices[chosen].tolist()
    probabilities.append(float(top.values[chosen, 0]))
    ids[positions[-1]] = top.indices[chosen, 0]
    texts.append(ids.tolist())
"""
_PLACES = """places, n = [], len(ids)
for step, position in enumerate(positions):
    text = tokens[step * n : (step + 1) * n]
    before, after = text[max(0, position - $around) : position], text[position + 1 : position + $around + 1]
    cut_before, cut_after = ["…"] * (position > $around), ["…"] * (position + $around + 1 < n)
    places.append(" ".join([*cut_before, *before, f"«{text[position]}»", *after, *cut_after]))
"""
_STEPS = {
    "step": "range(1, len(positions) + 1)",
    TOKEN_NUMBER: "[position + 1 for position in positions]",
    "word": "words[::2]",
    "probability": "probabilities",
    "next best": "words[1::2]",
    "in its place": "places",
}
_SEEN = {
    TOKEN_NUMBER: "[place + 1 for place in shown]",
    "token": "[tokens[place] for place in shown]",
    "probability": "seen[shown]",
}
_GUESSES = {
    TOKEN_NUMBER: "(blanks.nonzero()[:, 0] + 1).repeat_interleave(k)",
    "rank": "list(range(1, k + 1)) * n_blanks",
    "word": "words",
    "id": "top.indices.flatten()",
    "probability": "top.values.flatten()",
}


def pseudo_perplexity_code(info: ModelInfo, encoding: Encoding, positions: Sequence[int]) -> str:
    """The same with plain transformers: `log_probabilities`, one for each position, and `pseudo_perplexity`."""
    script = Script(info).tokenizer().model("masked_words").inputs(encoding)
    return str(script.lines(_HIDDEN_IN_TURN, positions=list(positions)).tokens().table(_OWN))


_HIDDEN_IN_TURN = """import math

log_probabilities = []
positions = $positions  # from 0
for position in positions:
    hidden = inputs.input_ids.clone()
    hidden[0, position] = tokenizer.mask_token_id
    with torch.no_grad():
        logits = model(**(dict(inputs) | dict(input_ids=hidden))).logits[0, position].double()
    log_probabilities.append(float(logits.log_softmax(dim=-1)[inputs.input_ids[0, position]]))
pseudo_perplexity = math.exp(-sum(log_probabilities) / len(log_probabilities))
print(pseudo_perplexity)
"""
_OWN = {
    TOKEN_NUMBER: "[position + 1 for position in positions]",
    "token": "[tokens[position] for position in positions]",
    "probability": "[math.exp(log) for log in log_probabilities]",
    "log probability": "log_probabilities",
}
