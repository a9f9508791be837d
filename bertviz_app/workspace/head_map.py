"""The map of heads: every head switched off alone, on request, in portions that let others in between."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.interventions import Intervention, each_head
from bertviz_app.lenses import head_effects as lens
from bertviz_app.lenses import interventions_code as code
from bertviz_app.plots import shown
from bertviz_app.records import Encoding, FinalState, Floats, ForwardPass
from bertviz_app.workspace import costs, on_request, scene
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.predictions import asked_of, choose, nothing, predictions, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bertviz_app.models import Model
    from bertviz_app.workspace.page import Page

PORTION = 0.06  # seconds of passes that are made in one turn: who comes in between waits no longer than that


def map_of_heads(page: Page) -> bool:
    """What each head does for one prediction. True when a head was clicked, which is then the one that is switched off."""
    encoding, hidden = words(page)
    forward = page.run(encoding)
    found = asked_of(page, encoding)
    if not found:
        page.notice(nothing(page))
        return False
    which = choose(found, key="explained")
    chosen = found[which]
    name = chosen.name(chosen.best, page.model.reader.token)
    value = float(chosen.values[chosen.best])
    if not passes_asked_for(page, (encoding,), each_head(page.model.info), key="head_map"):
        page.notice(f"The model gives “{name}” {chosen.said(chosen.best)}. Which heads matter for that?")
        return False
    effects = once(_effects, page.model, forward)[which]
    said = lens.notice(effects, name, value) if chosen.is_probability else lens.notice_of_a_number(effects, name, value)
    figure = lens.effects_figure(effects, name, page.theme, unit="bits" if chosen.is_probability else "")
    clicked = page.choose(figure, name="head-map", alt="Heatmap", notice=said)
    st.caption("Click a square to switch that head off and see every prediction.")
    with page.fold("Table"):
        page.table(lens.columns(effects, unit="bits" if chosen.is_probability else "change"), name="head-map")
    with page.fold("How it is computed"):
        st.markdown(lens.METHOD)
    page.python(code.map_code(page.model.info, page.encoding, chosen, hidden=hidden))
    if clicked is not None:
        layer, head = divmod(int(clicked), page.model.info.n_heads)
        scene.choose_later({f"heads_off_{page.model.info.key}": [f"{shown(layer)}.{shown(head)}"]})
    return clicked is not None


def passes_asked_for(
    page: Page, encodings: tuple[Encoding, ...], interventions: Sequence[Intervention], *, key: str
) -> bool:  # fmt: skip
    """Whether these passes over the first encoding were asked for, by a button that says what they cost. The others tell jobs apart."""
    n = len(interventions)
    wanted = (page.model.info.key, *(encoding.key for encoding in encodings), n)
    return on_request.asked(key, wanted, f"Make {n:,} passes, {costs.duration(n * once(_seconds, page.model, encodings[0]))}")


def watched_states(
    model: Model, encoding: Encoding, interventions: Sequence[Intervention], *, donor: ForwardPass | None = None
) -> Iterator[FinalState]:
    """The last layer under each intervention, in order, with a bar that shows how far it is, and a button that stops it."""
    from bertviz_app.intervening import intervened

    n, rows = len(interventions), min(16, max(1, int(PORTION / once(_seconds, model, encoding))))
    with on_request.watched(f"{n:,} passes") as progress:
        for done, state in enumerate(intervened(model, encoding, interventions, donor=donor, batch_size=rows), start=1):
            yield state
            if done % rows == 0:
                progress(done / n)


def _seconds(model: Model, encoding: Encoding) -> float:
    """What one of many passes over this text takes here, measured: short texts are quicker in a batch."""
    from bertviz_app.intervening import intervened

    for n in (1, 4):
        start = time.perf_counter()
        list(intervened(model, encoding, [Intervention()] * n))
        seconds = (time.perf_counter() - start) / n
        if seconds > PORTION / 3:
            break
    return seconds


def _effects(model: Model, forward: ForwardPass) -> tuple[Floats, ...]:
    """For each prediction: [layer, head] in bits."""
    encoding, info = forward.encoding, model.info
    before = predictions(model, encoding, forward)
    rows = [
        [lens.effect(*pair) for pair in zip(before, predictions(model, encoding, state), strict=True)]
        for state in watched_states(model, encoding, each_head(info))
    ]
    # [layer · head, prediction] → prediction × [layer, head]
    return tuple(np.array(rows, dtype=np.float32).T.reshape(len(before), info.n_layers, info.n_heads))
