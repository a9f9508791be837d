"""The ordering game: which order of several sentences does BERT find likeliest?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bertviz_app.chapters.next_sentence import measures, ordering, snippet
from bertviz_app.drawing.plots import shown
from bertviz_app.workspace import session
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

STORY = (
    "He sent a boat to the shore.",
    "The men came back with fresh water.",
    "The captain saw an island.",
)
ALONE = "The game puts one list of sentences in order; “This pair” compares two pairs."


def ordering_game(page: Page, subject: Subject) -> None:
    """Several sentences, every ordered pair judged on request, and the likeliest chain."""
    page.alone(ALONE)
    texts = page.texts("story", "Sentences in any order, one per line", STORY, button="Score every pair")
    n = len(texts)
    if n < 2:
        page.notice("An order needs at least two sentences: type one on each line.")
        return
    asked = (subject.model.info.key, tuple(texts))
    if session.submitted("story"):
        session.job("story").put(asked)
    if session.job("story").value() != asked:
        page.notice(ordering.before_notice(n))
        return
    places = [(i, j) for i in range(n) for j in range(n) if i != j]
    states = subject.final_states([subject.model.encode(texts[i], texts[j]) for i, j in places], "Scoring pairs")
    pooled = np.stack([state.pooler_output for state in states if state.pooler_output is not None])  # [pair, d_model]
    logits = subject.model.class_logits(measures.pair_objective(subject.model.info).task, pooled)
    probabilities = np.zeros((n, n), dtype=np.float32)
    probabilities[tuple(np.array(places).T)] = measures.is_next(logits)
    chain = ordering.best_chain(probabilities)
    page.show(
        ordering.matrix_figure(probabilities, texts, page.theme),
        name="ordering",
        alt="Heatmap: how likely each sentence is to follow each of the others",
        notice=ordering.notice(chain, probabilities),
    )
    page.table(
        {
            "place": list(range(1, n + 1)),
            "number": [shown(i) for i in chain.order],
            "sentence": [texts[i] for i in chain.order],
        },
        name="order",
    )
    with page.fold("Table of all pairs"):
        columns = {"first": [texts[i] for i, _ in places], "second": [texts[j] for _, j in places]}
        page.table(columns | {"is next": [probabilities[i, j] for i, j in places]}, name="pairs")
    page.python(snippet.ordering_code(subject.info, texts))
