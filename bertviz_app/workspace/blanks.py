"""The interactive parts of Fill in the blank: words hidden by a click, blanks filled one by one, each word hidden in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.blanks import Blanked, Characters, blanked
from bertviz_app.lenses import fill_in_the_blank as lens
from bertviz_app.lenses import fill_in_the_blank_code, pseudo_perplexity
from bertviz_app.lenses.numbering import numbered
from bertviz_app.lenses.probability import log_probability
from bertviz_app.records import Encoding, Floats, ForwardPass
from bertviz_app.workspace import choices, costs, jobs, scene
from bertviz_app.workspace.caches import forward_pass, once, read_final_states
from bertviz_app.workspace.jobs import Job, Progress
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice

if TYPE_CHECKING:
    from bertviz_app.models import Model
    from bertviz_app.workspace.page import Page

ORDERS = ("Left to right", "Most confident first")
MOST_NAMED = 4  # hidden words in the line that says so
ROWS = 64  # positions whose scores for the whole vocabulary are held at once: 8 MB


def hidden_words(page: Page) -> Encoding:
    """The token strip with clickable words: what is hidden here is hidden on every page. Returns the encoding, with its blanks."""
    encoding = page.encoding
    chosen = [position for position in encoding.positions("mask") if _is_hidden(page, position)]
    hint = "Click a word to hide it; click it again to bring it back."
    clicked = page.strip(encoding, key="blanks", hint=hint, chosen=chosen)
    if clicked is not None and (word := _clicked_word(page, clicked)):
        scene.HIDDEN.put(page.typed_texts, tuple(sorted({*scene.HIDDEN.of(page.typed_texts)} ^ {word})))
        st.rerun()
    return encoding


def _clicked_word(page: Page, position: int) -> scene.Span | None:
    """The word of a token as it was typed, hidden or not; None for a token of no word."""
    encoding = page.encoding
    segment, kind = int(encoding.segment_ids[position]), encoding.kinds[position]
    start, end = encoding.offsets[list(lens.word_positions(encoding, position))].T
    if kind == "mask":
        hidden = page.blanked[segment].hidden_at(*encoding.offsets[position].tolist())
        return (segment, *hidden) if hidden else None
    return None if encoding.is_special[position] else (segment, *page.blanked[segment].typed(int(start.min()), int(end.max())))


def read_with_blanks(page: Page) -> tuple[Blanked, Blanked]:
    """Both texts, with a blank for each token of the model that a hidden word has."""
    counts: tuple[dict[Characters, int], dict[Characters, int]] = ({}, {})
    for segment, start, end in scene.HIDDEN.of(page.typed_texts):
        counts[segment][start, end] = len(_positions(page.typed, (segment, start, end))) or 1
    texts = [text or "" for text in page.typed_texts]
    if not any(counts):
        return Blanked(texts[0]), Blanked(texts[1])
    first, second = (blanked(text, words, page.model.reader.mask_token) for text, words in zip(texts, counts, strict=True))
    return first, second


def hidden_blanks(page: Page, blanks: Sequence[int]) -> tuple[list[int], list[int]]:
    """Which of these blanks, by their rows, stand for hidden tokens, and where each of those stands in `page.typed`."""
    rows = [row for row, position in enumerate(blanks) if _is_hidden(page, position)]
    typed = sorted(p for word in scene.HIDDEN.of(page.typed_texts) for p in _positions(page.typed, word))
    return (rows, typed) if len(rows) == len(typed) else ([], [])


def say_hidden(page: Page) -> None:
    """Which words are hidden on this page as on all others, and a button that shows them again."""
    words = [(page.typed_texts[segment] or "")[start:end] for segment, start, end in scene.HIDDEN.of(page.typed_texts)]
    if words:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            more = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
            names = ", ".join(f"“{word[:30]}”" for word in words[:MOST_NAMED])
            st.caption(plain(f"Hidden on every page: {names}{more}."), width="content")
            show_again = scene.HIDDEN.put
            st.button("Show hidden words", key="show_hidden", type="tertiary", on_click=show_again, args=(page.typed_texts, ()))


def _is_hidden(page: Page, position: int) -> bool:
    start, end = page.encoding.offsets[position].tolist()
    return page.blanked[page.encoding.segment_ids[position]].hidden_at(start, end) is not None


def _positions(encoding: Encoding, word: scene.Span) -> list[int]:
    segment, start, end = word
    inside = (encoding.segment_ids == segment) & (encoding.offsets[:, 0] >= start) & (encoding.offsets[:, 1] <= end)
    return np.flatnonzero(inside & (encoding.offsets[:, 0] < encoding.offsets[:, 1])).tolist()


def seen_probabilities(page: Page) -> tuple[list[int], Floats]:
    """What the head gives each token at its own place while nothing is hidden: no further pass."""
    return once(_seen_probabilities, page.model, page.forward)


def _seen_probabilities(model: Model, forward: ForwardPass) -> tuple[list[int], Floats]:
    positions = np.flatnonzero(~forward.encoding.is_special).tolist()
    rows = forward.hidden_states[-1][positions]
    return positions, np.exp(_own_log_probabilities(model, rows, forward.encoding.token_ids[positions]))


def filled_one_by_one(page: Page, encoding: Encoding) -> None:
    """Each blank filled with its best word, which the next guess then sees: a further pass for each after the first, on request."""
    left = encoding.positions("mask")
    n = len(left)
    order = choices.view(Choice.BLANK_ORDER, ORDERS, label="Order", label_visibility="visible")
    seconds = costs.expected(page.model, n - 1, encoding.n_tokens)
    job = Job(f"Filling {n} blanks", _filled, (page.model, encoding, order), seconds)
    if not jobs.asked(job, "fill_one_by_one", f"Fill {n} blanks one by one"):
        return
    filled, steps, places = jobs.result(job, "fill_one_by_one")
    page.strip(filled, key="one_by_one", chosen=[step.position for step in steps])
    page.table(lens.one_by_one_columns(steps, places), name="one-by-one")
    code = fill_in_the_blank_code.one_by_one_code(page.model.info, encoding, surest_first=order == ORDERS[1])
    st.code(code, language="python")


def _filled(model: Model, encoding: Encoding, order: str, progress: Progress) -> tuple[Encoding, list[lens.Blank], list[str]]:
    """The text with every blank filled, the steps in their order, and what then stood around each. A pass a step."""
    left = encoding.positions("mask")
    n, steps, places = len(left), [], []
    while left:
        rows = forward_pass(model, encoding).hidden_states[-1]
        guesses = lens.fill(model.vocabulary_logits(rows[left]), left, model.reader.token, k=2)
        chosen = guesses[0] if order == ORDERS[0] else lens.most_confident(guesses)
        encoding = model.reader.replaced(encoding, {chosen.position: chosen.token_ids[0]})
        left.remove(chosen.position)
        steps.append(chosen)
        places.append(lens.around(encoding, chosen.position))
        progress(len(steps) / n)
    return encoding, steps, places


def own_probabilities(page: Page) -> None:
    """Each token's own probability when it alone is hidden, and the pseudo-perplexity: one further pass a token, on request."""
    encoding = page.encoding
    readable = pseudo_perplexity.readable(encoding)
    positions = readable[: pseudo_perplexity.MOST_TOKENS]
    if not positions:
        st.caption("Every word is already hidden.")
        return
    n = len(positions)
    if n < len(readable):
        st.caption(f"Only the first {n} of {len(readable)} tokens are hidden in turn, as each takes a pass.")
    seconds = costs.expected(page.model, n, encoding.n_tokens)
    job = Job("Hiding each token in turn", _hidden_in_turn, (page.model, encoding, tuple(positions)), seconds)
    if not jobs.asked(job, "own_probabilities", f"Hide each of {n} tokens in turn" if n > 1 else "Hide the one token"):
        return
    logs = jobs.result(job, "own_probabilities")
    result = pseudo_perplexity.score(encoding, positions, logs)
    alt = "Bars: how much each token surprises BERT when it alone is hidden"
    page.show(
        pseudo_perplexity.surprise_figure(result, page.theme), name="own", alt=alt, notice=pseudo_perplexity.notice(result)
    )
    page.table(numbered(encoding.tokens, positions) | {"probability": np.exp(logs), "log probability": logs}, name="own")
    st.markdown(page.model.info.special.spelled(pseudo_perplexity.METHOD))
    st.code(pseudo_perplexity.python_code(page.model.info, encoding, positions), language="python")


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
