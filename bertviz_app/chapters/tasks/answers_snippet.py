"""Plain transformers code that finds the same answer."""

from __future__ import annotations

from collections.abc import Sequence

from bertviz_app.analysis.head_snippet import Evidence, add_attention, add_evidence_table
from bertviz_app.analysis.script import NUMBERED, Script
from bertviz_app.chapters.tasks.answer_words import pieced_words
from bertviz_app.chapters.tasks.answers import MAX_ANSWER, MAX_QUESTION, STRIDE, WINDOW, AnswerScores, Window, passage_offsets
from bertviz_app.chapters.tasks.no_answer import Rule
from bertviz_app.records.forward import Encoding, ModelInfo


def answers_code(info: ModelInfo, parts: Sequence[Window], reading: AnswerScores, evidence: Evidence, rule: Rule) -> str:
    """`start` and `end` [token] (probabilities over the passage), the best stretch's `probability`, whether it is `given`, the `attention` of its
    first token, and the table of the answers that the page shows: of the stretches that read the same, it shows the likeliest.
    """
    script, row = Script(info).tokenizer().model(reading.task), int(reading.window[reading.best.first])
    encoding, is_split = parts[0].encoding, len(parts) > 1
    script.lines(_TEXTS, question=repr(_asked(encoding, _limit(script.info))), passage=repr(encoding.pair))
    _add_pass(script, parts)
    if rule.by_score:
        script.lines(_NO_ANSWER)
    script.lines(_STRETCHES, most=MAX_ANSWER, last=MAX_ANSWER - 1, pieced=pieced_words(passage_offsets(parts)))
    if rule.by_score:
        script.lines(_MARGIN, threshold=rule.threshold)
    else:
        script.lines(f"given = probability >= {rule.threshold}")
    script.lines(_PRINTED)
    add_attention(script, evidence, row=row)
    if is_split and len(evidence.positions):
        script.lines(f"attention = attention[:{len(parts[row].encoding.tokens)}]  # without the padding")
    script.tokens("tokenizer.convert_ids_to_tokens(ids[:n])")
    script.table(NUMBERED | {"P(start)": "start[:n]", "P(end)": "end[:n]"}, name="every_token")
    add_evidence_table(script, parts[row].encoding, evidence, row=row)
    rows = "".join(f"    {(one.first, one.last, one.start, one.end)},\n" for one in reading.answers)
    return str(script.lines(_SHOWN, rows=rows).table(_ANSWERS))


def _add_pass(script: Script, parts: Sequence[Window]) -> None:
    """One pass over the windows: `scores` [token of the passage, start or end], their `ids`, and how many there are."""
    options = f'truncation="only_second", max_length={_limit(script.info)}'
    if len(parts) == 1:
        script.lines(_PASS, options=options, windows="").lines(_ONE_WINDOW)
        return
    options += f", stride={min(STRIDE, len(parts[0].positions) // 2)}, return_overflowing_tokens=True, padding=True"
    script.lines(_PASS, options=options, windows='inputs.pop("overflow_to_sample_mapping")\n').lines(
        _WINDOWS, step=parts[1].first
    )


def _limit(info: ModelInfo) -> int:
    return min(WINDOW, info.max_tokens)


_TEXTS = """question = $question
passage = $passage
"""
_PASS = """inputs = tokenizer(question, passage, $options, return_tensors="pt")
${windows}with torch.inference_mode():
    output = model(**inputs, output_attentions=True)
logits = torch.stack([output.start_logits, output.end_logits], dim=-1)  # [window, position, start or end]
"""
_STRETCHES = """
start, end = scores.softmax(dim=0).T
products = torch.tril(torch.triu(torch.outer(start[:n], end[:n])), $last)  # start ≤ end, at most $most tokens
first, last = divmod(int(products.argmax()), n)
probability = products.max()
words = $pieced  # of the passage, in more than one token: first and last
begins = min([first, *(a for a, b in words if a <= first <= b)])
ends = max([last, *(b for a, b in words if a <= last <= b)])
"""
_PRINTED = """print(tokenizer.decode(ids[begins : ends + 1]) if given else "no answer", f"{probability:.4f}")
"""
_SHOWN = """# The stretches that are shown: first and last token, first and last character of their words.
shown = [
$rows]
"""
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
_WINDOWS = """step = $step  # tokens from one window to the next
best = {}  # token of the passage → (context, window, position): it counts where it stands farthest from the edge
for window in range(len(logits)):
    places = [p for p, sequence in enumerate(inputs.sequence_ids(window)) if sequence == 1]
    for i, place in enumerate(places):
        context, token = min(i, len(places) - 1 - i) + 0.01 * len(places), window * step + i
        best[token] = max(best.get(token, (-1, 0, 0)), (context, -window, place))
owners = [(-best[token][1], best[token][2]) for token in range(len(best))]
scores = torch.stack([logits[owner] for owner in owners])
ids, n = torch.stack([inputs.input_ids[owner] for owner in owners]), len(owners)
"""
_MARGIN = """margin = scores[first, 0] + scores[last, 1] - scores[n].sum()  # against the score of no answer
given = margin > $threshold
"""
_NO_ANSWER = """nothing = min(logits[:, 0], key=lambda row: float(row.sum()))  # the window that doubts the least
scores = torch.cat([scores, nothing[None]])  # the last row: no answer
"""


def _asked(encoding: Encoding, limit: int) -> str:
    """The question as far as it is read."""
    places = [p for p in range(encoding.n_tokens) if encoding.segment_ids[p] == 0 and encoding.offsets[p, 1]]
    if len(places) < min(MAX_QUESTION, limit // 4):
        return encoding.text
    return encoding.text[: int(encoding.offsets[places[-1], 1])]
