"""The interactive parts of Fill in the blank: words hidden by a click, blanks filled one by one, each word hidden in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.analysis.probability import log_probability
from bertviz_app.chapters.fill_in_the_blank import measures, pseudo_perplexity, snippet
from bertviz_app.drawing.numbering import numbered
from bertviz_app.records.forward import Encoding, Floats, ForwardPass
from bertviz_app.workspace import choices, costs, jobs
from bertviz_app.workspace.caches import forward_pass, once, read_final_states
from bertviz_app.workspace.jobs import Job, Progress
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page

ORDERS = ("Left to right", "Most confident first")
ROWS = 64  # positions whose scores for the whole vocabulary are held at once: 8 MB


def n_words() -> int:
    """How many words are shown for each blank."""
    return choices.number(Choice.TOP_K, "Words to show", 3, 20, value=5)


def seen_probabilities(subject: Subject) -> tuple[list[int], Floats]:
    """What the head gives each token at its own place while nothing is hidden: no further pass."""
    return once(_seen_probabilities, subject.model, subject.forward)


def _seen_probabilities(model: Model, forward: ForwardPass) -> tuple[list[int], Floats]:
    positions = np.flatnonzero(~forward.encoding.is_special).tolist()
    rows = forward.hidden_states[-1][positions]
    return positions, np.exp(_own_log_probabilities(model, rows, forward.encoding.token_ids[positions]))


def filled_one_by_one(page: Page, subject: Subject, encoding: Encoding) -> None:
    """Each blank filled with its best word, which the next guess then sees: a further pass for each after the first, on request."""
    left = encoding.positions("mask")
    n = len(left)
    order = choices.view(Choice.BLANK_ORDER, ORDERS, label="Order", label_visibility="visible")
    seconds = costs.expected(subject.model, n - 1, encoding.n_tokens)
    job = Job(f"Filling {n} blanks", _filled, (subject.model, encoding, order), seconds)
    if not jobs.asked(job, "fill_one_by_one", f"Fill {n} blanks one by one"):
        return
    filled, steps, places = jobs.result(job, "fill_one_by_one")
    page.strip(filled, key="one_by_one", chosen=[step.position for step in steps])
    page.table(measures.one_by_one_columns(steps, places), name="one-by-one")
    code = snippet.one_by_one_code(subject.info, encoding, surest_first=order == ORDERS[1])
    st.code(code, language="python")


def _filled(
    model: Model, encoding: Encoding, order: str, progress: Progress
) -> tuple[Encoding, list[measures.Blank], list[str]]:
    """The text with every blank filled, the steps in their order, and what then stood around each. A pass a step."""
    left = encoding.positions("mask")
    n, steps, places = len(left), [], []
    while left:
        rows = forward_pass(model, encoding).hidden_states[-1]
        guesses = measures.fill(model.vocabulary_logits(rows[left]), left, model.reader.token, k=2)
        chosen = guesses[0] if order == ORDERS[0] else measures.most_confident(guesses)
        encoding = model.reader.replaced(encoding, {chosen.position: chosen.token_ids[0]})
        left.remove(chosen.position)
        steps.append(chosen)
        places.append(measures.around(encoding, chosen.position))
        progress(len(steps) / n)
    return encoding, steps, places


def own_probabilities(page: Page, subject: Subject) -> None:
    """Each token's own probability when it alone is hidden, and the pseudo-perplexity: one further pass a token, on request."""
    encoding = subject.encoding
    readable = pseudo_perplexity.readable(encoding)
    positions = readable[: pseudo_perplexity.MOST_TOKENS]
    if not positions:
        st.caption("Every word is already hidden.")
        return
    n = len(positions)
    if n < len(readable):
        st.caption(f"Only the first {n} of {len(readable)} tokens are hidden in turn, as each takes a pass.")
    seconds = costs.expected(subject.model, n, encoding.n_tokens)
    job = Job("Hiding each token in turn", _hidden_in_turn, (subject.model, encoding, tuple(positions)), seconds)
    if not jobs.asked(job, "own_probabilities", f"Hide each of {n} tokens in turn" if n > 1 else "Hide the one token"):
        return
    logs = jobs.result(job, "own_probabilities")
    result = pseudo_perplexity.score(encoding, positions, logs)
    alt = "Bars: how much each token surprises BERT when it alone is hidden"
    page.show(
        pseudo_perplexity.surprise_figure(result, page.theme), name="own", alt=alt, notice=pseudo_perplexity.notice(result)
    )
    page.table(numbered(encoding.tokens, positions) | {"probability": np.exp(logs), "log probability": logs}, name="own")
    st.markdown(subject.model.info.special.spelled(pseudo_perplexity.METHOD))
    st.code(snippet.pseudo_perplexity_code(subject.info, encoding, positions), language="python")


def _hidden_in_turn(model: Model, encoding: Encoding, positions: tuple[int, ...], progress: Progress) -> Floats:
    """The log-probability of the token at each position when it alone is hidden: [position]. A pass each."""
    states = read_final_states(model, tuple(model.reader.masked(encoding, [at]) for at in positions), progress)
    rows = np.stack([state.last_hidden_state[at] for state, at in zip(states, positions, strict=True)])
    return _own_log_probabilities(model, rows, encoding.token_ids[list(positions)])


def _own_log_probabilities(model: Model, rows: Floats, token_ids: np.ndarray) -> Floats:
    parts = [
        log_probability(model.vocabulary_logits(rows[start : start + ROWS]), token_ids[start : start + ROWS])
        for start in range(0, len(rows), ROWS)
    ]
    return np.concatenate(parts)
