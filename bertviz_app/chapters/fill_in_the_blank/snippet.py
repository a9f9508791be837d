"""The Python that gives the probabilities of Fill in the blank, ready to paste."""

from __future__ import annotations

from bertviz_app.analysis import table_snippet
from bertviz_app.chapters.fill_in_the_blank.measures import AROUND
from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.records.forward import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding, *, k: int = 5) -> str:
    """The same probabilities with plain transformers, as `probabilities` [blank, vocab], or as `seen` [position] without a blank.

    `k` words are shown for each blank.
    """
    lines = [
        _loading(info, encoding),
        "with torch.no_grad():",
        "    logits = model(**inputs).logits[0].double()  # [position, vocab]; torch’s float32 softmax errs by 1e-5",
    ]
    if encoding.positions("mask"):
        lines += [
            "blanks = inputs.input_ids[0] == tokenizer.mask_token_id",
            "probabilities = logits[blanks].softmax(dim=-1)  # [blank, vocab]",
            f"top = probabilities.topk(min({k}, probabilities.shape[-1]))  # [blank, rank]",
            "n_blanks, k = top.indices.shape",
            f"{table_snippet.tokens(info, of='tokenizer.convert_ids_to_tokens(top.indices.flatten())', name='words')}",
        ]
        return table_snippet.with_table("\n".join(lines), _GUESSES)
    lines += [
        "seen = logits.softmax(dim=-1).gather(1, inputs.input_ids[0][:, None])[:, 0]  # [position]",
        "special = [tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id]",
        "shown = torch.isin(inputs.input_ids[0], torch.tensor(special), invert=True).nonzero()[:, 0].tolist()",
        table_snippet.tokens(info),
    ]
    return table_snippet.with_table("\n".join(lines), _SEEN)


def one_by_one_code(info: ModelInfo, encoding: Encoding, *, surest_first: bool) -> str:
    """The blanks filled one by one with plain transformers, from left to right or the surest first: a pass for each."""
    which = "int(top.values[:, 0].argmax())  # the surest" if surest_first else "0  # the first that is left"
    spelled = table_snippet.tokens(info, of="tokenizer.convert_ids_to_tokens(sum(texts, []))")
    code = f"""{_loading(info, encoding)}
ids = inputs.input_ids[0]  # what is filled in here is filled in for the next pass
left = (ids == tokenizer.mask_token_id).nonzero()[:, 0].tolist()
positions, guesses, probabilities, texts = [], [], [], []
while left:
    with torch.no_grad():
        logits = model(**inputs).logits[0, left].double()  # [blank, vocab]
    top = logits.softmax(dim=-1).topk(2)  # [blank, rank]
    chosen = {which}
    positions.append(left.pop(chosen))
    guesses += top.indices[chosen].tolist()
    probabilities.append(float(top.values[chosen, 0]))
    ids[positions[-1]] = top.indices[chosen, 0]
    texts.append(ids.tolist())
{table_snippet.tokens(info, of="tokenizer.convert_ids_to_tokens(guesses)", name="words")}{spelled}
places, n = [], len(ids)
for step, position in enumerate(positions):
    text = tokens[step * n : (step + 1) * n]
    before, after = text[max(0, position - {AROUND}) : position], text[position + 1 : position + {AROUND} + 1]
    cut_before, cut_after = ["…"] * (position > {AROUND}), ["…"] * (position + {AROUND} + 1 < n)
    places.append(" ".join([*cut_before, *before, f"«{{text[position]}}»", *after, *cut_after]))
"""
    return table_snippet.with_table(code, _STEPS)


def _loading(info: ModelInfo, encoding: Encoding) -> str:
    arguments = repr(encoding.text) + (f", {encoding.pair!r}" if encoding.pair else "")
    return f"""import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({info.pretrained()})
model = AutoModelForMaskedLM.from_pretrained({info.pretrained()}, attn_implementation="eager"{info.traits.arguments})
inputs = tokenizer({arguments}, truncation=True, max_length={info.max_tokens}, return_tensors="pt")"""


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
