"""Plain transformers code that finds the same answer."""

from __future__ import annotations

from collections.abc import Sequence

from bertviz_app.analysis import head_snippet, table_snippet
from bertviz_app.analysis.head_snippet import Evidence
from bertviz_app.chapters.tasks.answer_words import pieced_words
from bertviz_app.chapters.tasks.answers import MAX_ANSWER, MAX_QUESTION, STRIDE, WINDOW, Answer, Window, passage_offsets
from bertviz_app.chapters.tasks.no_answer import Rule
from bertviz_app.records.forward import Encoding, ModelInfo


def python_code(info: ModelInfo, parts: Sequence[Window], looks: Evidence, rule: Rule, *, row: int = 0) -> str:
    """`start` and `end` [token] (probabilities over the passage), the best stretch's `probability`, whether it is `given`, and what its first
    token `looks_at`. `row` is the window that the answer starts in.
    """
    encoding, limit = parts[0].encoding, min(WINDOW, info.max_tokens)
    question, passage = _asked(encoding, limit), encoding.pair
    room = len(parts[0].positions) if len(parts) > 1 else 0
    options = f", stride={min(STRIDE, room // 2)}, return_overflowing_tokens=True, padding=True" if room else ""
    gather = f"step = {parts[1].first}  # tokens from one window to the next\n{_WINDOWS}" if room else _ONE_WINDOW
    overflow = 'inputs.pop("overflow_to_sample_mapping")\n' if room else ""
    length = len(parts[row].encoding.tokens)
    cut = f"looks_at = looks_at[:{length}]  # without the padding\n" if room and len(looks.positions) else ""
    nothing = _NO_ANSWER if rule.by_score else ""
    asked = "margin" if rule.by_score else "probability"
    given = f"{_MARGIN if rule.by_score else ''}given = {asked} {'>' if rule.by_score else '>='} {rule.threshold}"
    pieced = pieced_words(passage_offsets(parts))
    code = f"""{head_snippet.loading(info, "answers")}
question = {question!r}
passage = {passage!r}
inputs = tokenizer(question, passage, truncation="only_second", max_length={limit}{options}, return_tensors="pt")
{overflow}with torch.inference_mode():
    output = model(**inputs, output_attentions=True)
logits = torch.stack([output.start_logits, output.end_logits], dim=-1)  # [window, position, start or end]
{gather}{nothing}
start, end = scores.softmax(dim=0).T
products = torch.tril(torch.triu(torch.outer(start[:n], end[:n])), {MAX_ANSWER - 1})  # start ≤ end, at most {MAX_ANSWER} tokens
first, last = divmod(int(products.argmax()), n)
probability = products.max()
{_WORDS.replace("_PIECED", str(pieced))}{given}
print(tokenizer.decode(ids[begins : ends + 1]) if given else "no answer", f"{{probability:.4f}}")
{head_snippet.attention(looks, row=row)}{cut}{table_snippet.tokens(info, of="tokenizer.convert_ids_to_tokens(ids[:n])")}"""
    code = table_snippet.with_table(
        code, table_snippet.NUMBERED | {"P(start)": "start[:n]", "P(end)": "end[:n]"}, name="every_token"
    )
    return head_snippet.with_evidence(info, code, parts[row].encoding, looks, row=row)


def with_answers(code: str, answers: Sequence[Answer]) -> str:
    """The code, and after it the table of the answers that the page shows: of the stretches that read the same, it shows the likeliest."""
    rows = "".join(f"    {(one.first, one.last, one.start, one.end)},\n" for one in answers)
    return table_snippet.with_table(
        f"{code}# The stretches that are shown: first and last token, first and last character of their words.\nshown = [\n{rows}]\n",
        _ANSWERS,
    )


_ANSWERS = {
    "rank": "range(1, len(shown) + 1)",
    "answer": "[passage[begin:stop] for *_, begin, stop in shown]",
    "probability": "[products[first, last].item() for first, last, *_ in shown]",
    "P(start)": "[start[first].item() for first, *_ in shown]",
    "P(end)": "[end[last].item() for _, last, *_ in shown]",
    "first token of the passage": "[first + 1 for first, *_ in shown]",
    "last": "[last + 1 for _, last, *_ in shown]",
}


_ONE_WINDOW = """places = [p for p, sequence in enumerate(inputs.sequence_ids(0)) if sequence == 1]  # the tokens of the passage
scores, ids, n = logits[0, places], inputs.input_ids[0, places], len(places)
"""
_WINDOWS = """best = {}  # token of the passage → (context, window, position): it counts where it stands farthest from the edge
for window in range(len(logits)):
    places = [p for p, sequence in enumerate(inputs.sequence_ids(window)) if sequence == 1]
    for i, place in enumerate(places):
        context, token = min(i, len(places) - 1 - i) + 0.01 * len(places), window * step + i
        best[token] = max(best.get(token, (-1, 0, 0)), (context, -window, place))
owners = [(-best[token][1], best[token][2]) for token in range(len(best))]
scores = torch.stack([logits[owner] for owner in owners])
ids, n = torch.stack([inputs.input_ids[owner] for owner in owners]), len(owners)
"""
_WORDS = """words = _PIECED  # of the passage, in more than one token: first and last
begins = min([first, *(a for a, b in words if a <= first <= b)])
ends = max([last, *(b for a, b in words if a <= last <= b)])
"""
_MARGIN = "margin = scores[first, 0] + scores[last, 1] - scores[n].sum()  # against the score of no answer\n"
_NO_ANSWER = """nothing = min(logits[:, 0], key=lambda row: float(row.sum()))  # the window that doubts the least
scores = torch.cat([scores, nothing[None]])  # the last row: no answer
"""


def _asked(encoding: Encoding, limit: int) -> str:
    """The question as far as it is read."""
    places = [p for p in range(encoding.n_tokens) if encoding.segment_ids[p] == 0 and encoding.offsets[p, 1]]
    if len(places) < min(MAX_QUESTION, limit // 4):
        return encoding.text
    return encoding.text[: int(encoding.offsets[places[-1], 1])]
