"""The interactive parts of Interventions: what is switched off, and every prediction before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.interventions import Intervention
from bertviz_app.lenses import interventions as lens
from bertviz_app.lenses import interventions_code as code
from bertviz_app.objectives import OBJECTIVES, PAIRS
from bertviz_app.plots import shown
from bertviz_app.records import Encoding, FinalState, Floats, ForwardPass
from bertviz_app.workspace.blanks import hidden_words
from bertviz_app.workspace.caches import once

if TYPE_CHECKING:
    from bertviz_app.models import Model
    from bertviz_app.workspace.page import Page

NOTHING = (
    "{} was saved without a trained head for anything that can be asked here, so there is no prediction that could change."
)


def switch_off(page: Page) -> None:
    """Heads and layers to switch off, and what that does to each prediction."""
    encoding, hidden = words(page)
    before = answers(page.model, encoding, page.run(encoding))
    what = _chosen(page)
    if not before:
        page.notice(NOTHING.format(page.model.info.title))
        return
    token = page.model.reader.token
    after = answers(page.model, encoding, once(_state, page.model, encoding, what)) if what else before
    changes = [lens.change(one, other, token) for one, other in zip(before, after, strict=True)]
    said = lens.notice(changes, what, page.model.info.n_heads)
    page.show(lens.changes_figure(changes, page.theme), name="switched-off", alt=f"Bars, before and after. {said}")
    if len(changes) > lens.MOST_DRAWN:
        st.caption(f"Drawn: the first {lens.MOST_DRAWN} of {len(changes)} predictions. All of them are in the table below.")
    page.notice(said)
    with page.fold("Table"):
        page.table(lens.columns(changes), name="switched-off")
    with page.fold("How it is computed"):
        st.markdown(lens.METHOD)
    page.python(code.python_code(page.model.info, page.encoding, what, before[0], hidden=hidden))


def words(page: Page) -> tuple[Encoding, tuple[int, ...]]:
    """The sentence as it is read: words that were clicked are hidden, where the model can fill blanks."""
    if page.model.info.fills_blanks:
        return hidden_words(page)
    page.strip(page.encoding)
    return page.encoding, ()


def answers(model: Model, encoding: Encoding, state: ForwardPass | FinalState) -> list[lens.Answer]:
    """What each trained head says of a last layer, as far as the input asks for it: blanks, a pair, replaced tokens, sentiment."""
    info, blanks = model.info, encoding.positions("mask")
    last: Floats = state.hidden_states[-1] if isinstance(state, ForwardPass) else state.last_hidden_state
    found: list[lens.Answer] = []
    if blanks and info.fills_blanks:
        blanks = model.reader.require_masks(encoding, at_most=len(blanks))[: lens.MOST_DRAWN]
        for position, logits in zip(blanks, model.vocabulary_logits(last[blanks]), strict=True):
            found.append(lens.Answer("masked_words", f"the blank, token {shown(position)}", logits, position=position))
    tasks = [task for task in (*PAIRS, "pairs") if encoding.pair is not None] + ["sentiment"]
    for task in (task for task in tasks if task in info.labels):
        title = OBJECTIVES[task].name if task in OBJECTIVES else "sentence pair" if task == "pairs" else task
        found.append(lens.Answer(task, title, model.class_logits(task, state.class_vector), labels=info.labels[task]))
    if "replaced_tokens" in info.objectives:
        names = tuple(f"{shown(place)} {token}" for place, token in enumerate(encoding.tokens))
        found.append(
            lens.Answer("replaced_tokens", "replaced tokens", model.replacement_logits(last), labels=names, apart=True)
        )
    return found


def _chosen(page: Page) -> Intervention:
    """What is switched off: any heads, any layers."""
    info = page.model.info
    heads = {f"{shown(layer)}.{shown(head)}": (layer, head) for layer in range(info.n_layers) for head in range(info.n_heads)}
    whole = {f"{shown(layer)}, all": layer for layer in range(info.n_layers)}
    for_heads, for_layers = st.columns([3, 2], gap="medium")
    with for_heads:
        off = st.multiselect(
            "Heads to switch off (layer.head)", [*whole, *heads], key=f"heads_off_{info.key}", persist_state="session",
            placeholder="None: choose or type, such as 3.5", select_all=False, wrap=True,
        )  # fmt: skip
    with for_layers:
        skipped = st.multiselect(
            "Layers to skip", [shown(layer) for layer in range(info.n_layers)], key=f"layers_off_{info.key}",
            persist_state="session", placeholder="None", select_all=False,
        )  # fmt: skip
    chosen = {heads[name] for name in off if name in heads}
    chosen |= {(whole[name], head) for name in off if name in whole for head in range(info.n_heads)}
    return Intervention(heads=frozenset(chosen), layers=frozenset(layer - 1 for layer in skipped))


def _state(model: Model, encoding: Encoding, what: Intervention) -> FinalState:
    from bertviz_app.intervening import intervened

    (state,) = intervened(model, encoding, [what])
    return state
