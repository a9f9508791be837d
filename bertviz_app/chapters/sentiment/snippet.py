"""The Python that reads many texts, and gives the table of what a classifier says of each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from bertviz_app.analysis import head_snippet
from bertviz_app.analysis.script import Script
from bertviz_app.chapters.sentiment.measures import MOST_COLUMNS, Verdict
from bertviz_app.records.forward import ModelInfo

MOST_WRITTEN = 50_000  # characters of the texts that are written out
# The labels that hold of one row of values, as `classes.Reading.label` names them; a number has none but itself.
_HOLDS = {
    "softmax": "labels[int(row.argmax())]",
    "sigmoid": 'join(row) or "none"',
    "number": "number(float(row.max()))",
}
_JOIN = """

def join(row):  # the labels that hold, the likeliest first
    return ", ".join(labels[label] for label in row.argsort(descending=True, stable=True) if row[label] >= 0.5)


"""
_MEANS = {
    "softmax": "",
    "sigmoid": _JOIN,
    "number": "from bertviz_app.drawing.plots import number  # as the page writes one",
}
_VALUES = """numbers = $numbers  # of the rows
notes = $notes
sound = $sound  # places of what can be read
labels = [model.config.id2label[label] for label in range($n_labels)]
inputs = $inputs
values = torch.full(($n_texts, len(labels)), float("nan"))  # [text, label]
with torch.inference_mode():
    values[sound] = $values
"""


def python_code(info: ModelInfo, task: str, verdicts: Sequence[Verdict], read: Sequence[str]) -> str:
    """`values` [text, label] in one batch, and the table: a column for each heading of `read`, the texts or the two of a pair.

    Texts beyond `MOST_WRITTEN` characters are not written out; the code says how many.
    """
    facts, shown = info.task_heads[task], _written(verdicts)
    script = Script(info).tokenizer().model(task)
    some = "" if len(shown) == len(verdicts) else f"  # the first {len(shown):,} of {len(verdicts):,}"
    script.lines(f"texts = {{}}{some}")
    for place, heading in enumerate(read):
        script.lines(f"texts[{heading!r}] = [\n{_lines([_part(verdict, place) for verdict in shown])}]")
    sound = [place for place, verdict in enumerate(shown) if verdict.reading]
    batch = ", ".join(f"[texts[{heading!r}][place] for place in sound]" for heading in read)
    script.lines(
        _VALUES,
        numbers=[verdict.row.number for verdict in shown],
        notes=[verdict.note for verdict in shown],
        sound=sound if len(sound) < len(shown) else f"range({len(shown)})",
        n_labels=len(facts.labels),
        inputs=script.tokenized(batch, options='padding=True, return_tensors="pt"'),
        n_texts=len(shown),
        values=head_snippet.decoded(info, task, "model(**inputs).logits"),
    )
    script.lines(_MEANS[facts.decoding])
    script.lines(f"said = [None if row.isnan().any() else {_HOLDS[facts.decoding]} for row in values]")
    return str(script.table(_columns(facts.labels, read, is_number=facts.decoding == "number")))


def _columns(labels: Sequence[str], read: Sequence[str], *, is_number: bool) -> dict[str, str]:
    given = {"row": "numbers"} | {heading: f"texts[{heading!r}]" for heading in read}
    ours = {"label": "said", "score": "values.amax(dim=-1)"}
    for place, label in enumerate(labels if len(labels) <= MOST_COLUMNS else ()):
        ours[label if is_number else f"P({label})"] = f"values[:, {place}]"
    ours["note"] = "notes"
    return given | {(f"model: {name}" if name in given else name): expression for name, expression in ours.items()}


def _written(verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
    lengths = accumulate(len(verdict.row.both) for verdict in verdicts)
    return verdicts[: max(1, sum(length <= MOST_WRITTEN for length in lengths))]


def _part(verdict: Verdict, place: int) -> str:
    return (verdict.row.text, verdict.row.second or "")[place]


def _lines(texts: Sequence[str]) -> str:
    return "".join(f"    {text!r},\n" for text in texts)


def file_labels_code(name: str, labels: Sequence[str]) -> str:
    """The same from the CSV to take away, with scikit-learn."""
    return f"""import pandas
from sklearn.metrics import classification_report, confusion_matrix

rows = pandas.read_csv({name!r}).dropna(subset=["expected", "label"])
labels = {list(labels)!r}
print(confusion_matrix(rows["expected"], rows["label"], labels=labels))
print(classification_report(rows["expected"], rows["label"], labels=labels, zero_division=0))
"""
