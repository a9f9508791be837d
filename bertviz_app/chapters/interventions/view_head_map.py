"""The map of heads: every head switched off alone, on request, in portions that let others in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.chapters.interventions import head_effects, snippet
from bertviz_app.drawing.plots import shown
from bertviz_app.records.forward import Encoding, FinalState, Floats, ForwardPass
from bertviz_app.records.interventions import Intervention, each_head
from bertviz_app.workspace import costs, jobs, session
from bertviz_app.workspace.jobs import Job, Progress
from bertviz_app.workspace.predictions import asked_of, choose, nothing, predictions, words
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page


def map_of_heads(page: Page, subject: Subject) -> bool:
    """What each head does for one prediction. True when a head was clicked, which is then the one that is switched off."""
    encoding = words(page, subject)
    forward = subject.run(encoding)
    found = asked_of(subject, encoding)
    if not found:
        page.notice(nothing(subject))
        return False
    which = choose(found)
    chosen = found[which]
    name = chosen.name(chosen.best, subject.model.reader.token)
    value = float(chosen.values[chosen.best])
    job = _job(subject, forward)
    if not jobs.asked(job, "head_map", f"Test all {len(each_head(subject.model.info))} heads", unasked=jobs.AT_ONCE):
        page.notice(f"The model gives “{name}” {chosen.said(chosen.best)}. Which heads matter for that?")
        return False
    effects = jobs.result(job, "head_map")[which]
    said = (
        head_effects.notice(effects, name, value)
        if chosen.is_probability
        else head_effects.notice_of_a_number(effects, name, value)
    )
    figure = head_effects.effects_figure(effects, name, page.theme, unit="bits" if chosen.is_probability else "")
    clicked = page.choose(figure, name="head-map", alt="Heatmap", notice=said)
    st.caption("Click a square to switch that head off and see every prediction.")
    with page.fold("Table"):
        page.table(head_effects.columns(effects, unit="bits" if chosen.is_probability else "change"), name="head-map")
    with page.fold("How it is computed"):
        st.markdown(subject.model.info.special.spelled(head_effects.METHOD))
    page.python(snippet.map_code(subject.info, subject.encoding, chosen))
    if clicked is not None:
        layer, head = divmod(int(clicked), subject.model.info.n_heads)
        session.choose_later({Choice.HEADS_OFF: [f"{shown(layer)}.{shown(head)}"]})
    return clicked is not None


def _job(subject: Subject, forward: ForwardPass) -> Job[tuple[Floats, ...]]:
    n = len(each_head(subject.model.info))
    seconds = costs.expected(subject.model, n, forward.encoding.n_tokens)
    return Job(f"Switching off each of {n} heads", all_effects, (subject.model, forward), seconds)


def states_under(
    model: Model,
    encoding: Encoding,
    interventions: Sequence[Intervention],
    progress: Progress,
    *,
    donor: ForwardPass | None = None,
) -> Iterator[FinalState]:
    """The last layer under each intervention, in order, in portions that let others in between; `progress` is told the share done."""
    from bertviz_app.engine.intervened import intervened

    for done, state in enumerate(intervened(model, encoding, interventions, donor=donor), start=1):
        yield state
        progress(done / len(interventions))


def all_effects(model: Model, forward: ForwardPass, progress: Progress) -> tuple[Floats, ...]:
    """For each prediction: [layer, head] in bits."""
    encoding, info = forward.encoding, model.info
    before = predictions(model, encoding, forward)
    rows = [
        [head_effects.effect(*pair) for pair in zip(before, predictions(model, encoding, state), strict=True)]
        for state in states_under(model, encoding, each_head(info), progress)
    ]
    # [layer · head, prediction] → prediction × [layer, head]
    return tuple(np.array(rows, dtype=np.float32).T.reshape(len(before), info.n_layers, info.n_heads))
