"""The Python that gives the probabilities of Fill in the blank, ready to paste."""

from __future__ import annotations

from bertviz_app.lenses import table_code
from bertviz_app.lenses.numbering import TOKEN_NUMBER
from bertviz_app.records import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding, *, k: int = 5) -> str:
    """The same probabilities with plain transformers, as `probabilities` [blank, vocab], or as `seen` [position] without a blank.

    `k` words are shown for each blank.
    """
    arguments = repr(encoding.text) + (f", {encoding.pair!r}" if encoding.pair else "")
    lines = [
        "import torch",
        "from transformers import AutoModelForMaskedLM, AutoTokenizer",
        "",
        f"tokenizer = AutoTokenizer.from_pretrained({info.source!r})",
        f"model = AutoModelForMaskedLM.from_pretrained({info.source!r}, attn_implementation='eager'{info.traits.arguments})",
        f'inputs = tokenizer({arguments}, truncation=True, max_length={info.max_tokens}, return_tensors="pt")',
    ]
    lines += [
        "with torch.no_grad():",
        "    logits = model(**inputs).logits[0].double()  # [position, vocab]; torch’s float32 softmax errs by 1e-5",
    ]
    if encoding.positions("mask"):
        lines += [
            "blanks = inputs.input_ids[0] == tokenizer.mask_token_id",
            "probabilities = logits[blanks].softmax(dim=-1)  # [blank, vocab]",
            f"top = probabilities.topk(min({k}, probabilities.shape[-1]))  # [blank, rank]",
            "n_blanks, k = top.indices.shape",
            f"{table_code.tokens(info, of='tokenizer.convert_ids_to_tokens(top.indices.flatten())', name='words')}",
        ]
        return table_code.with_table("\n".join(lines), _GUESSES)
    lines += [
        "seen = logits.softmax(dim=-1).gather(1, inputs.input_ids[0][:, None])[:, 0]  # [position]",
        "special = [tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id]",
        "shown = torch.isin(inputs.input_ids[0], torch.tensor(special), invert=True).nonzero()[:, 0].tolist()",
        table_code.tokens(info),
    ]
    return table_code.with_table("\n".join(lines), _SEEN)


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
