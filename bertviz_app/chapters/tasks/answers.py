"""Question answering: the stretch of a passage that answers a question.

    P(start = i) = softmax(S · h_i)_i,   P(end = j) = softmax(E · h_j)_j        over the tokens of the passage
    P(i … j) = P(start = i) · P(end = j),   i ≤ j < i + MAX_ANSWER

A model that was trained with questions without an answer says so at [CLS], which then stands among the tokens of both softmaxes.
A long passage is read in windows that overlap; each token is read in the window where it has the most context on its poorer side.
Sources: Devlin et al., BERT (2019), sections 4.2 and 4.3, and the published run_squad.py (max context).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bertviz_app.analysis.probability import softmax
from bertviz_app.chapters.tasks.answer_words import reads_as, word_offsets
from bertviz_app.drawing import plots
from bertviz_app.errors import EmptyText
from bertviz_app.records.forward import Encoding, Floats, Integers

MAX_ANSWER = 30  # tokens, as in run_squad.py
MAX_QUESTION = 64
WINDOW = 384
STRIDE = 128  # tokens that two neighbouring windows share

METHOD = (
    "Question and passage are read together. One linear layer gives each token two numbers: how well an answer would start and how well it "
    "would end there. Softmax over the passage turns each into probabilities, and a span gets the product of the two: "
    rf"$P(i \ldots j) = P_{{start}}(i)\, P_{{end}}(j)$, for $i \le j$ and at most {MAX_ANSWER} tokens. A passage that is too long for one reading is read in "
    f"windows that share {STRIDE} tokens; each token counts in the window where it stands farthest from the edge. "
    "An answer is shown from the beginning of its first word to the end of its last, and of stretches with the same words the likeliest. "
    "Sources: Devlin et al. (2019), sections 4.2 and 4.3, and their run_squad.py."
)
NOTHING = "There is nothing to read in the {0}: type a {0} with at least one visible character."


@dataclass(frozen=True, eq=False)
class Window:
    """One stretch of the passage with the question in front; `first` counts the tokens of the passage before it.

    positions   [token]   where the tokens of the stretch stand in `encoding`
    """

    encoding: Encoding
    first: int
    positions: Integers


@dataclass(frozen=True)
class Answer:
    """Tokens `first` to `last` (inclusive) of the passage, its characters `start` to `end` (exclusive), and the probability."""

    text: str
    first: int
    last: int
    start: int
    end: int
    probability: float


@dataclass(frozen=True, eq=False)
class AnswerScores:
    """What the head says of a passage.

    tokens      of the passage
    start, end  [token]   probabilities; they sum to 1, or, with `no_answer`, to 1 less what [CLS] has
    window      [token]   the window that each token was read in, and its position there
    position    [token]
    answers     likeliest first; no two read the same
    no_answer   the probability that there is none; None where it is not among what is asked
    margin      how far the score of the best stretch is above that of no answer; None as there
    task        of the head
    """

    tokens: tuple[str, ...]
    start: Floats
    end: Floats
    window: Integers
    position: Integers
    answers: tuple[Answer, ...]
    no_answer: float | None
    margin: float | None = None
    task: str = "answers"

    @property
    def best(self) -> Answer:
        return self.answers[0]

    def gives_answer(self, threshold: float) -> bool:
        """Whether the best stretch is given: a threshold for the margin where there is one, else for the probability."""
        return self.best.probability >= threshold if self.margin is None else self.margin > threshold


def windows(encoding: Encoding, *, max_tokens: int) -> tuple[Window, ...]:
    """Question (`text`) and passage (`pair`), uncut, as readings of at most `max_tokens`; the question is cut to `MAX_QUESTION` tokens.

    Raises `EmptyText` when the passage has no token.
    """
    has_text = encoding.offsets[:, 1] > 0
    question, passage = (np.flatnonzero(has_text & (encoding.segment_ids == segment)) for segment in (0, 1))
    if not len(passage):
        raise EmptyText(NOTHING.format("passage"))
    limit = min(WINDOW, max_tokens)
    asked = np.setdiff1d(np.arange(passage[0]), question[min(MAX_QUESTION, limit // 4) :])
    closing = list(range(passage[-1] + 1, encoding.n_tokens))
    room = limit - len(asked) - len(closing)
    step = room - min(STRIDE, room // 2)
    found: list[Window] = []
    for first in range(0, max(1, len(passage) - room + step), step):
        stretch = passage[first : first + room]
        kept = np.array([*asked, *stretch, *closing])
        found.append(Window(_taken(encoding, kept), first, np.arange(len(stretch)) + len(asked)))
    return tuple(found)


def read(
    parts: Sequence[Window], logits: Sequence[Floats], *, abstains: bool = False, k: int = 5, task: str = "answers"
) -> AnswerScores:
    """The windows of a passage and the head's logits in each, [position, 2] (start, end) → probabilities and the k best answers.

    `abstains`: “no answer”, at the first token, is among what is asked.
    """
    owner = max_context(parts)
    position = np.array([parts[w].positions[token - parts[w].first] for token, w in enumerate(owner)])
    # [token, 2]
    scores = np.stack([logits[w][p] for w, p in zip(owner, position, strict=True)])
    if abstains:  # of several windows, the one that doubts the least speaks for all
        nothing = min((rows[0] for rows in logits), key=lambda row: float(row.sum()))
        scores = np.concatenate([scores, nothing[None]])
    start, end = softmax(scores.T)
    n = len(owner)
    answers = best_answers(start[:n], end[:n], passage_offsets(parts), parts[0].encoding.pair or "", k=k)
    score = float(scores[answers[0].first, 0] + scores[answers[0].last, 1])
    return AnswerScores(
        tokens=tuple(parts[w].encoding.tokens[p] for w, p in zip(owner, position, strict=True)),
        start=start[:n],
        end=end[:n],
        window=owner,
        position=position,
        answers=answers,
        no_answer=float(start[-1] * end[-1]) if abstains else None,
        margin=score - float(scores[-1].sum()) if abstains else None,
        task=task,
    )


def passage_offsets(parts: Sequence[Window]) -> Integers:
    """[token, 2] The characters of the passage that each of its tokens stands for, widened to whole words."""
    by_token = {part.first + i: part.encoding.offsets[place] for part in parts for i, place in enumerate(part.positions)}
    return word_offsets(np.stack([by_token[token] for token in range(len(by_token))]), [part.encoding for part in parts])


def max_context(parts: Sequence[Window]) -> Integers:
    """The window that each token of the passage counts in, [token]: where the shorter of its two sides is longest; the first of equals."""
    n_tokens = parts[-1].first + len(parts[-1].positions)
    context = np.full((len(parts), n_tokens), -1.0)  # [window, token]
    for row, part in enumerate(parts):
        n = len(part.positions)
        # As in run_squad.py, the longer window wins between equals.
        context[row, part.first : part.first + n] = np.minimum(np.arange(n), np.arange(n)[::-1]) + 0.01 * n
    owner: Integers = context.argmax(axis=0)
    return owner


def best_answers(start: Floats, end: Floats, offsets: Integers, passage: str, *, k: int) -> tuple[Answer, ...]:
    """The k likeliest stretches that read differently: start and end [token], offsets [token, 2] in characters of the passage, of whole words.

    >>> best_answers(np.array([0.9, 0.1]), np.array([0.2, 0.8]), np.array([[0, 2], [3, 5]]), "in it", k=1)[0].text
    'in it'
    """
    candidates: list[tuple[float, int, int]] = []
    for length in range(min(MAX_ANSWER, len(start))):
        products = start[: len(start) - length] * end[length:]
        for first in np.argsort(-products, kind="stable")[: 4 * k]:
            candidates.append((float(products[first]), int(first), int(first) + length))
    found: dict[tuple[str, ...], Answer] = {}
    for probability, first, last in sorted(candidates, key=lambda candidate: (-candidate[0], *candidate[1:])):
        begin, stop = int(offsets[first, 0]), int(offsets[last, 1])
        text = passage[begin:stop].strip()
        if text and reads_as(text) not in found:
            begin += len(passage[begin:stop]) - len(passage[begin:stop].lstrip())
            found[reads_as(text)] = Answer(text, first, last, begin, stop, probability)
        if len(found) == k:
            break
    return tuple(found.values())


def notice(reading: AnswerScores, threshold: float = 0.0) -> str:
    """The best answer as a product of its two probabilities, and what it is set against; or that it is not given, and why."""
    best = reading.best
    if not reading.gives_answer(threshold):
        return f"No answer is given: the best stretch, “{_short(best.text)}”, {_why_not(reading, threshold)}."
    said = (
        f"“{_short(best.text)}” has {plots.percent(best.probability)}: {plots.percent(reading.start[best.first])} for starting at "
        f"“{reading.tokens[best.first]}” times {plots.percent(reading.end[best.last])} for ending at “{reading.tokens[best.last]}”"
    )
    if reading.margin is not None:
        return f"{said}; its score is {_signed(reading.margin)} that of no answer, which has {plots.percent(reading.no_answer or 0)}."
    if len(reading.answers) == 1:
        return f"{said}; there is no other stretch."
    second = reading.answers[1]
    return f"{said}; next comes “{_short(second.text)}” with {plots.percent(second.probability)}."


def columns(reading: AnswerScores) -> dict[str, list[object]]:
    """A row an answer."""
    answers = reading.answers
    return {
        "rank": list(range(1, len(answers) + 1)),
        "answer": [answer.text for answer in answers],
        "probability": [answer.probability for answer in answers],
        "P(start)": [float(reading.start[answer.first]) for answer in answers],
        "P(end)": [float(reading.end[answer.last]) for answer in answers],
        "first token of the passage": [plots.shown(answer.first) for answer in answers],
        "last": [plots.shown(answer.last) for answer in answers],
    }


def _why_not(reading: AnswerScores, threshold: float) -> str:
    if reading.margin is None:
        return f"has {plots.percent(reading.best.probability)}, less than the {plots.percent(threshold)} that you ask for"
    asked = f"; you ask for more than {_signed(threshold)} it" if threshold else ""
    return f"has a score {_signed(reading.margin)} that of no answer{asked}"


def _signed(value: float) -> str:
    return f"{abs(value):.2f} {'above' if value >= 0 else 'below'}"


def _taken(encoding: Encoding, kept: Integers) -> Encoding:
    names = ("token_ids", "segment_ids", "attention_mask", "offsets", "word_ids")
    arrays = {name: getattr(encoding, name)[kept] for name in names}
    tokens, kinds = (tuple(row[p] for p in kept) for row in (encoding.tokens, encoding.kinds))
    return replace(encoding, tokens=tokens, kinds=kinds, **arrays)


def _short(text: str, longest: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
