"""The interactive parts of Attribution: the method, its baseline and steps, and what each token has a part in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.attributions import Attribution, Target
from bertviz_app.components import heat_strip, token_strip
from bertviz_app.lenses import attribution as lens
from bertviz_app.lenses import attribution_code as code
from bertviz_app.lenses.attribution import METHODS, Method
from bertviz_app.plots import label
from bertviz_app.records import Encoding
from bertviz_app.workspace import costs, memory
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.explained import Explained
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.on_request import asked, watched

if TYPE_CHECKING:
    from bertviz_app.models import Model
    from bertviz_app.workspace.page import Page

PORTION = 0.06  # seconds of passes in one turn: who comes in between waits no longer than that
STEPS = (16, 64, 256)
REVIEW = ("The acting is superb, but the story is painfully slow.", "")
BLANK = ("The cat sat on the [MASK].", "")

_signed = st.components.v2.component("inside_bert.signed_strip", html=token_strip.HTML, css=heat_strip.CSS, js=token_strip.JS)

# The method's key, the baseline's, and the number of steps: 0 where it has none.
Way = tuple[str, str, int]


def suggest(page: Page) -> None:
    """A sample that this model has something to say about, until something is typed."""
    if not memory.has_text():
        page.sample = REVIEW if "sentiment" in page.model.info.labels else BLANK


def one_method(page: Page, what: Explained) -> None:
    """One method: the tokens, coloured by what they have a part in, and the strongest of them as bars."""
    way = _choose_way()
    method = METHODS[way[0]]
    found = attribution(page, what, way)
    if found is None:
        page.notice(
            f"What does “{what.name}” hang on? {method.name} asks that at {way[2]} places on the way from the baseline to this input."
        )
        return
    framed = () if what.target.position is None else (what.target.position,)
    _signed(
        key="signed_strip", data=heat_strip.signed_data(what.encoding, found.values, page.theme, unit="bits", deciding=framed)
    )
    said = lens.notice(what.encoding, found, what.name)
    title = f"What each token adds to “{label(what.name)}”, in bits"
    page.show(lens.bars_figure(what.encoding, found, page.theme, title=title), name="attribution", alt=f"Bars. {said}")
    page.notice(said)
    st.caption(plain(lens.completeness(method, found, way[1])))
    with page.fold("Table"):
        page.table(lens.columns(what.encoding, found), name="attribution")
    with page.fold("How it is computed"):
        st.markdown(lens.method_text())
    page.python(code.python_code(page.model.info, page.encoding, what.target, way, hidden=what.hidden))


def attribution(page: Page, what: Explained, way: Way) -> Attribution | None:
    """What a method gives: at once where it is one pass, else on request."""
    method = METHODS[way[0]]
    arguments = (page.model, what.encoding, what.target, way)
    if method.n_gradients > 1:
        wanted = (page.model.key, what.encoding.key, what.target, way)
        with_gradient, _ = once(_pace, *arguments[:3])
        cost = costs.duration(way[2] * with_gradient)
        if not asked("attribution", wanted, f"Take {way[2]} steps ({way[2]} passes with their gradients, {cost})"):
            return None
    return once(_attribution, *arguments)


def _choose_way() -> Way:
    """Method, and, where it has them, baseline and steps."""
    names = {method.name: method for method in METHODS.values()}
    name = st.segmented_control(
        "Method",
        list(names),
        default=next(iter(names)),
        required=True,
        key="attribution_method",
        persist_state="session",
    )
    method: Method = names[name]
    if not method.has_baseline:
        return method.key, "mask", 0
    with st.container(horizontal=True, gap="medium"):
        baseline = choose_baseline()
        steps = st.selectbox("Steps", STEPS, index=1, key="attribution_steps", persist_state="session")
    return method.key, baseline, int(steps)


def choose_baseline() -> str:
    """What stands in for the words that are taken away."""
    names = lens.BASELINE_NAMES
    return st.selectbox(
        "In the place of a word",
        list(names),
        format_func=lambda key: names[key],
        key="attribution_baseline",
        persist_state="session",
    )


def _pace(model: Model, encoding: Encoding, target: Target) -> tuple[float, float]:
    from bertviz_app.attributing import Asked, pace

    return pace(Asked(model, encoding, target))


def _attribution(model: Model, encoding: Encoding, target: Target, way: Way) -> Attribution:
    from bertviz_app.attributing import Asked, attributed

    key, baseline, n_steps = way
    asked_for = Asked(model, encoding, target, baseline)
    if not n_steps:
        return attributed(asked_for, key)
    with_gradient, _ = once(_pace, model, encoding, target)
    rows = max(1, min(n_steps, int(PORTION / with_gradient)))
    with watched("attribution", f"{n_steps} steps from the baseline to this input") as progress:
        return attributed(asked_for, key, n_steps=n_steps, batch_size=rows, progress=progress)
