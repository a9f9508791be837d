"""What the Python of a prediction head has in common: the expressions of what it says, and the attention of the tokens that decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bertviz_app.analysis.classes import MOST_ROWS
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.analysis.script import NUMBERED, NUMBERED_WORDS, Script
from bertviz_app.analysis.words import units
from bertviz_app.families.decodings import DECODINGS
from bertviz_app.families.objectives import OBJECTIVES, PAIRS
from bertviz_app.records.forward import Encoding, ModelInfo


@dataclass(frozen=True)
class Evidence:
    """Whose attention is asked for: a layer, counted from 0, and the positions that decide.

    words  the word of each token, where whole words are shown
    """

    layer: int
    positions: Sequence[int]
    words: Sequence[int] = ()


def logits_of(prediction: Prediction, output: str = "model(**inputs)") -> str:
    """The expression of a prediction's logits, of what a pass gives."""
    if prediction.task in PAIRS:
        return f"{output}.{OBJECTIVES[prediction.task].output}[0]"
    if prediction.candidates:
        return f"{output}.{('start', 'end')[prediction.side]}_logits[0, {list(prediction.candidates)}]"
    if prediction.task == "replaced_tokens":  # one output, a yes or no: a softmax of two, of which the first is 0
        return f"torch.nn.functional.pad({output}.logits[0, [{prediction.position}]], (1, 0))"
    return f"{output}.logits[0" + ("]" if prediction.position is None else f", {prediction.position}]")


def values_of(prediction: Prediction, output: str = "model(**inputs)") -> str:
    """The expression of a prediction's probabilities, or of its numbers."""
    return DECODINGS[prediction.decoding].python.format(logits=logits_of(prediction, output))


def decoded(info: ModelInfo, task: str, logits: str) -> str:
    """The expression of what is shown of a head's logits."""
    return DECODINGS[info.task_heads[task].decoding].python.format(logits=logits)


def classification(info: ModelInfo, task: str, encoding: Encoding, evidence: Evidence) -> str:
    """A head over the whole input: `values` [label], and the `attention` of the first token [position]."""
    n = len(info.labels[task])
    script = Script(info).tokenizer().model(task).inputs(encoding)
    script.lines(
        _CLASSES,
        values=decoded(info, task, "logits"),
        labels="list(range(len(values)))" if n <= MOST_ROWS else f"values.topk({MOST_ROWS}).indices.tolist()",
    )
    columns = {
        "label": "[model.config.id2label[label] for label in labels]",
        "logit": "logits[labels]",
        DECODINGS[info.task_heads[task].decoding].quantity: "values[labels]",
    }
    add_evidence(script.table(columns), encoding, evidence)
    return str(script)


def add_attention(script: Script, evidence: Evidence, *, row: int = 0) -> None:
    """`attention` [key]: the mean over the heads of a layer, and over the positions that decide; `row` is that of the batch. Nothing where none decides."""
    if len(evidence.positions):
        positions = list(map(int, evidence.positions))
        script.lines(_ATTENTION, layer=evidence.layer, shown=evidence.layer + 1, row=row, positions=positions)


def add_evidence_table(script: Script, encoding: Encoding, evidence: Evidence, *, row: int = 0) -> None:
    """The table of that attention, `evidence`: of tokens, or of words where those are shown."""
    if not len(evidence.positions):
        return
    if evidence.words:
        groups, words = list(evidence.words), [unit.text for unit in units(encoding)]
        script.lines(_OF_WORDS, groups=groups, n_words=groups[-1] + 1, n_tokens=len(groups), words=words)
        script.table(NUMBERED_WORDS | {"attention": "attention_of_words"}, name="evidence")
        return
    script.tokens(f"tokenizer.convert_ids_to_tokens(inputs.input_ids[{row}])[: len(attention)]")
    script.table(NUMBERED | {"attention": "attention"}, name="evidence")


def add_evidence(script: Script, encoding: Encoding, evidence: Evidence) -> None:
    """The attention of the deciding tokens, and its table."""
    add_attention(script, evidence)
    add_evidence_table(script, encoding, evidence)


_CLASSES = """with torch.inference_mode():
    output = model(**inputs, output_attentions=True)
logits = output.logits[0]
values = $values
labels = $labels
"""
_ATTENTION = """
heads = output.attentions[$layer][$row]  # layer $shown counted from 1: [head, query, key]
attention = heads.mean(dim=0)[$positions].mean(dim=0)  # [key]
"""
_OF_WORDS = """groups = torch.tensor($groups)  # the word of each token
attention_of_words = torch.zeros($n_words).index_add(0, groups, attention[:$n_tokens])  # [word]
words = $words
"""
