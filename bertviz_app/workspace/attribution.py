"""The interactive parts of Attribution: the method, its baseline and steps, and what each token has a part in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.attributions import Attribution, Target, replaceable
from bertviz_app.components import heat_strip, token_strip
from bertviz_app.lenses import attribution as lens
from bertviz_app.lenses import attribution_code as code
from bertviz_app.lenses.attribution import METHODS, Method
from bertviz_app.lenses.attribution_code import Way
from bertviz_app.plots import label
from bertviz_app.records import Encoding
from bertviz_app.workspace import costs, memory
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.explained import Explained
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.on_request import asked, watched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bertviz_app.models import Model
    from bertviz_app.workspace.page import Page

PORTION = 0.06  # seconds of passes in one turn: who comes in between waits no longer than that
STEPS = (16, 64, 256)
REVIEW = ("The acting is superb, but the story is painfully slow.", "")
BLANK = ("The cat sat on the [MASK].", "")

_signed = st.components.v2.component("inside_bert.signed_strip", html=token_strip.HTML, css=heat_strip.CSS, js=token_strip.JS)


def suggest(page: Page) -> None:
    """A sample that this model has something to say about, until something is typed."""
    if not memory.has_text():
        page.sample = REVIEW if "sentiment" in page.model.info.labels else BLANK


def one_method(page: Page, what: Explained) -> None:
    """One method: the tokens, coloured by what they have a part in, and the strongest of them as bars."""
    way = _choose_way()
    method = METHODS[way[0]]
    if not (at_once(method) or requested(page, what, [way], key="attribution")):
        page.notice(f"What does “{what.name}” hang on? {lens.ASKS[method.work]}")
        return
    found = attribution(page, what, way)
    framed = () if what.target.position is None else (what.target.position,)
    data = heat_strip.signed_data(what.encoding, lens.parts(found, method), page.theme, unit=method.unit, deciding=framed)
    _signed(key="signed_strip", data=data)
    said = lens.notice(what.encoding, found, what.name, method)
    title = (
        f"What each token adds to “{label(what.name)}”, in bits"
        if method.unit
        else f"How much “{label(what.name)}” leans on each token"
    )
    figure = lens.bars_figure(what.encoding, found, page.theme, title=title, method=method)
    page.show(figure, name="attribution", alt=f"Bars. {said}")
    page.notice(said)
    st.caption(plain(lens.completeness(method, found, way[1])))
    with page.fold("Table"):
        page.table(lens.columns(what.encoding, found, method), name="attribution")
    with page.fold("How it is computed"):
        st.markdown(lens.method_text())
    page.python(code.python_code(page.model.info, page.encoding, what.target, [way], hidden=what.hidden))


def at_once(method: Method) -> bool:
    """Whether a single pass and its gradient do: then nobody is asked."""
    return not method.work


def requested(page: Page, what: Explained, ways: Sequence[Way], *, key: str) -> bool:
    """Whether these methods were asked for, by a button that says what they cost together."""
    with_gradient, without = once(_pace, page.model, what.encoding, what.target)
    n_tokens = int(replaceable(what.encoding).sum())
    steps = sum(way[2] for way in ways)
    passes = n_tokens if any(METHODS[way[0]].work == "tokens" for way in ways) else 0
    parts = [f"{steps} passes with their gradients"] if steps else []
    parts += [f"{passes} {'pass' if passes == 1 else 'passes'}"] if passes else []
    cost = costs.duration(steps * with_gradient + passes * without)
    wanted = (page.model.key, what.encoding.key, what.target, tuple(ways))
    return asked(key, wanted, f"Make {' and '.join(parts) or 'the pass'}, {cost}")


def attribution(page: Page, what: Explained, way: Way) -> Attribution:
    """What a method gives; one that makes many passes shows how far it is."""
    return once(_attribution, page.model, what.encoding, what.target, way)


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
        steps = choose_steps() if method.work == "steps" else 0
    return method.key, baseline, steps


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


def choose_steps() -> int:
    """At how many places between the baseline and the input the gradient is taken."""
    return int(st.selectbox("Steps", STEPS, index=1, key="attribution_steps", persist_state="session"))


def _pace(model: Model, encoding: Encoding, target: Target) -> tuple[float, float]:
    from bertviz_app.attributing import Asked, pace

    return pace(Asked(model, encoding, target))


def _attribution(model: Model, encoding: Encoding, target: Target, way: Way) -> Attribution:
    from bertviz_app.attributing import Asked, attributed

    key, baseline, n_steps = way
    asked_for = Asked(model, encoding, target, baseline)
    method = METHODS[key]
    if at_once(method):
        return attributed(asked_for, key)
    with_gradient, without = once(_pace, model, encoding, target)
    seconds = with_gradient if n_steps else without
    rows = max(1, min(16, int(PORTION / seconds)))
    doing = f"{n_steps} steps from the baseline to this input" if n_steps else "Taking one token away at a time"
    with watched(doing) as progress:
        return attributed(asked_for, key, n_steps=n_steps, batch_size=rows, progress=progress)
