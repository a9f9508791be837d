"""How an attribution is asked for: the method, its baseline and steps, what that will cost, and the work itself, in portions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from bertviz_app.attributions import Attribution, Target, replaceable
from bertviz_app.lenses import attribution as lens
from bertviz_app.lenses.attribution import METHODS, Method
from bertviz_app.lenses.attribution_code import Way
from bertviz_app.records import Encoding
from bertviz_app.workspace import costs, memory
from bertviz_app.workspace.caches import expected_seconds, once
from bertviz_app.workspace.examples import BLANK, REVIEW
from bertviz_app.workspace.explained import Explained
from bertviz_app.workspace.on_request import asked, watched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bertviz_app.models import Model
    from bertviz_app.workspace.page import Page

PORTION = 0.06  # seconds of passes in one turn: who comes in between waits no longer than that
STEPS = (16, 64, 256)


def suggest(page: Page) -> None:
    """A sample that this model has something to say about, until something is typed."""
    if not memory.has_text():
        page.sample = (REVIEW, "") if "sentiment" in page.model.info.labels else (BLANK, "")


def at_once(method: Method) -> bool:
    """Whether a single pass and its gradient do: then nobody is asked."""
    return not method.work


class Work(NamedTuple):
    """Passes that a job makes, with their gradients and without."""

    steps: int
    passes: int


def work(what: Explained, ways: Sequence[Way], *, more: int = 0) -> Work:
    """What these methods and `more` passes come to."""
    away = int(replaceable(what.encoding).sum()) if any(METHODS[way[0]].work == "tokens" for way in ways) else 0
    return Work(sum(way[2] for way in ways), away + more)


def requested(page: Page, what: Explained, ways: Sequence[Way], todo: Work, *, key: str) -> bool:
    """Whether a job about these methods was asked for, by a button that says what it costs."""
    # No pass is made to foresee passes: only what gradients cost has to be measured.
    with_gradient = once(_pace, page.model, what.encoding, what.target)[0] if todo.steps else 0.0
    without = expected_seconds(page.model, todo.passes, what.encoding.n_tokens)
    parts = [f"{todo.steps} passes with their gradients"] if todo.steps else []
    parts += [f"{todo.passes} {'pass' if todo.passes == 1 else 'passes'}"] if todo.passes else []
    cost = costs.duration(todo.steps * with_gradient + without)
    wanted = (page.model.key, what.encoding.key, what.target, tuple(ways))
    return asked(key, wanted, f"Make {' and '.join(parts) or 'the pass'}, {cost}")


def attribution(page: Page, what: Explained, way: Way) -> Attribution:
    """What a method gives; one that makes many passes shows how far it is."""
    return once(explained, page.model, what.encoding, what.target, way)


def choose_way() -> Way:
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


def choose_ways() -> list[Way]:
    """Every method, all with the same baseline."""
    with st.container(horizontal=True, gap="medium"):
        baseline, n_steps = choose_baseline(), choose_steps()
    return [
        (method.key, baseline if method.has_baseline else "mask", n_steps if method.work == "steps" else 0)
        for method in METHODS.values()
    ]


def choose_baseline() -> str:
    """What stands in for the words that are taken away."""
    names = lens.BASELINE_NAMES
    return st.selectbox(
        "Replace words with",
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


def batch_rows(model: Model, encoding: Encoding, target: Target, *, with_gradient: bool = False) -> int:
    """How many rows a batch may have, so that it is done within `PORTION`."""
    seconds = once(_pace, model, encoding, target)[0 if with_gradient else 1]
    return max(1, min(16, int(PORTION / seconds)))


def explained(model: Model, encoding: Encoding, target: Target, way: Way) -> Attribution:
    """What a method gives, computed."""
    from bertviz_app.attributing import Asked, attributed

    key, baseline, n_steps = way
    asked_for = Asked(model, encoding, target, baseline)
    method = METHODS[key]
    if at_once(method):
        return attributed(asked_for, key)
    rows = batch_rows(model, encoding, target, with_gradient=bool(n_steps))
    doing = f"{n_steps} steps from the baseline to this input" if n_steps else "Removing one token at a time"
    with watched(doing) as progress:
        return attributed(asked_for, key, n_steps=n_steps, batch_size=rows, progress=progress)
