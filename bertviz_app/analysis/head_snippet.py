"""What the Python of every task has in common: loading the head, what is read, and the attention of the tokens that decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bertviz_app.analysis import table_snippet
from bertviz_app.analysis.classes import MOST_ROWS
from bertviz_app.analysis.words import units
from bertviz_app.families.decodings import DECODINGS
from bertviz_app.records.forward import Encoding, ModelInfo


@dataclass(frozen=True)
class Evidence:
    """Whose attention is asked for: a layer, counted from 0, and the positions that decide.

    words  the word of each token, where whole words are shown
    """

    layer: int
    positions: Sequence[int]
    words: Sequence[int] = ()


def loading(info: ModelInfo, task: str) -> str:
    """Imports, tokenizer, and the model with the head of a task."""
    architecture = info.task_heads[task].row.auto
    return f"""import torch
from transformers import {architecture}, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({info.pretrained()})
model = {architecture}.from_pretrained({info.pretrained(task)}, attn_implementation="eager"{n_outputs(info, task)}).eval()
"""


def n_outputs(info: ModelInfo, task: str) -> str:
    """What plain transformers has to be told of a head whose config names more or fewer outputs than it has; else empty."""
    facts = info.task_heads[task]
    return "" if facts.fits else f", num_labels={len(facts.labels)}"


def values(info: ModelInfo, task: str, logits: str) -> str:
    """The expression of what is shown of a head's logits."""
    return DECODINGS[info.task_heads[task].decoding].python.format(logits=logits)


def arguments(encoding: Encoding) -> str:
    """The text, or the pair, as Python writes it."""
    return repr(encoding.text) if encoding.pair is None else f"{encoding.text!r}, {encoding.pair!r}"


def attention(looks: Evidence, *, row: int = 0) -> str:
    """The mean over the heads of a layer, and over the positions that decide; `row` is that of the batch. Empty where none decides."""
    if not len(looks.positions):
        return ""
    return f"""
heads = output.attentions[{looks.layer}][{row}]  # layer {looks.layer + 1} counted from 1: [head, query, key]
looks_at = heads.mean(dim=0)[{list(map(int, looks.positions))}].mean(dim=0)  # [key]
{_words(looks)}"""


def _words(looks: Evidence) -> str:
    if not looks.words:
        return ""
    n = len(looks.words)
    return f"""groups = torch.tensor({list(looks.words)})  # the word of each token
words_looked_at = torch.zeros({looks.words[-1] + 1}).index_add(0, groups, looks_at[:{n}])  # [word]
"""


def with_evidence(info: ModelInfo, code: str, encoding: Encoding, looks: Evidence, *, row: int = 0) -> str:
    """The table of what the deciding tokens look at, `looks`: tokens, or words where those are shown."""
    if not len(looks.positions):
        return code
    if looks.words:
        code += f"words = {[unit.text for unit in units(encoding)]!r}\n"
        return table_snippet.with_table(code, table_snippet.NUMBERED_WORDS | {"attention": "words_looked_at"}, name="looks")
    ids = f"tokenizer.convert_ids_to_tokens(inputs.input_ids[{row}])[: len(looks_at)]"
    return table_snippet.with_table(
        code + table_snippet.tokens(info, of=ids), table_snippet.NUMBERED | {"attention": "looks_at"}, name="looks"
    )


def whole_input(info: ModelInfo, task: str) -> str:
    """What follows where `inputs` and the classes of transformers are at hand: `values` [label]."""
    return f"""
model = {info.task_heads[task].row.auto}.from_pretrained({info.pretrained(task)}{n_outputs(info, task)}).eval()
with torch.no_grad():
    values = {values(info, task, "model(**inputs).logits[0]")}  # 4: [label]
print(values)
"""


def classification(info: ModelInfo, task: str, encoding: Encoding, looks: Evidence) -> str:
    """A head over the whole input: `values` [label], and what the first token `looks_at` [position]."""
    n = len(info.labels[task])
    which = "list(range(len(values)))" if n <= MOST_ROWS else f"values.topk({MOST_ROWS}).indices.tolist()"
    code = f"""{loading(info, task)}
inputs = tokenizer({arguments(encoding)}, truncation=True, max_length={info.max_tokens}, return_tensors="pt")
with torch.inference_mode():
    output = model(**inputs, output_attentions=True)
logits = output.logits[0]
values = {values(info, task, "logits")}
labels = {which}
"""
    columns = {
        "label": "[model.config.id2label[label] for label in labels]",
        "logit": "logits[labels]",
        DECODINGS[info.task_heads[task].decoding].quantity: "values[labels]",
    }
    return with_evidence(info, table_snippet.with_table(code, columns) + attention(looks), encoding, looks)
