"""How faithful each attribution is on this input: measured on request, and said beside each method from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.chapters.attribution import faithfulness, snippet
from bertviz_app.chapters.attribution.faithfulness_figure import curves_figure
from bertviz_app.chapters.attribution.measures import METHODS
from bertviz_app.chapters.attribution.view_request import all_explained, choose_ways, expected
from bertviz_app.chapters.attribution.view_target import ChosenTarget
from bertviz_app.drawing.plots import label
from bertviz_app.records.attributions import Baseline, Target, Way, replaceable
from bertviz_app.records.forward import Encoding
from bertviz_app.workspace import jobs, session
from bertviz_app.workspace.jobs import Job, Progress
from bertviz_app.workspace.subject import Subject

ASK = "**Is this faithful to the model?** Remove tokens in this order and in random orders, and see whether the answer drops faster."
NUMBER = "Faithfulness is not measured here: deletion and insertion follow the probability of an answer, and this head gives a number, which has none."

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page


def curves(page: Page, subject: Subject, what: ChosenTarget) -> None:
    """Deletion and insertion curves of all methods, against random orders."""
    if what.target.decoding == "number":
        page.notice(NUMBER)
        return
    with page.controls:
        ways = choose_ways()
    n_tokens = int(replaceable(what.encoding).sum())
    if n_tokens < 2:
        page.notice("Faithfulness needs at least two words, to remove one after the other.")
        return
    job = faithfulness_job(subject.model, what, ways)
    if not jobs.asked(job, "faithfulness", "Measure how faithful they are", unasked=jobs.AT_ONCE):
        page.notice(
            f"Do the tokens that the methods name really drive “{what.name}”? Remove them in their order and in random order to find out."
        )
        return
    measured = _measured_now(subject, what, job)
    said = faithfulness.notice(measured, what.name)
    title = f"“{label(what.name)}” as tokens are removed and put back"
    page.show(curves_figure(measured, page.theme, title=title), name="faithfulness", alt="Curves", notice=said)
    with page.fold("Table"):
        page.table(faithfulness.columns(measured), name="faithfulness")
    with page.fold("How it is computed"):
        st.markdown(subject.model.info.special.spelled(faithfulness.METHOD))
    page.python(snippet.faithfulness_code(subject.info, subject.encoding, what.target, ways))


def beside(page: Page, subject: Subject, what: ChosenTarget, way: Way) -> None:
    """The curves of the one method that is on the page, on request; at once where they were measured among others."""
    n_tokens = int(replaceable(what.encoding).sum())
    if what.target.decoding == "number":
        st.caption(NUMBER)
    if n_tokens < 2 or what.target.decoding == "number":
        return
    st.markdown(ASK)
    measured = measured_before(subject, what, [way])
    if measured is None:
        job = faithfulness_job(subject.model, what, [way])
        if not jobs.asked(job, "faithfulness", "Measure it"):
            return
        measured = _measured_now(subject, what, job)
    measured = measured.of(way.method)
    said = faithfulness.notice(measured, what.name)
    title = f"“{label(what.name)}” as tokens are removed and put back"
    page.show(curves_figure(measured, page.theme, title=title), name="faithfulness", alt="Curves", notice=said)


def measured_before(subject: Subject, what: ChosenTarget, ways: Sequence[Way]) -> faithfulness.Faithfulness | None:
    """What was measured in this session for this prediction, if these ways were among it."""
    kept = session.MEASURED.of((subject.model.key, what.encoding.key, what.target))
    if not kept or not set(ways) <= set(kept):
        return None
    return jobs.result(faithfulness_job(subject.model, what, kept), "faithfulness")


def faithfulness_job(model: Model, what: ChosenTarget, ways: Sequence[Way]) -> Job[faithfulness.Faithfulness]:
    """How the answer falls and rises while tokens go and come, in the orders of these methods and in random ones."""
    n_tokens = int(replaceable(what.encoding).sum())
    seconds = expected(model, what, ways, more=faithfulness.n_passes(n_tokens, len(ways)))
    doing = "Removing tokens in each method’s order and in random orders"
    return Job(doing, _measured, (model, what.encoding, what.target, tuple(ways)), seconds)


def _measured_now(subject: Subject, what: ChosenTarget, job: Job[faithfulness.Faithfulness]) -> faithfulness.Faithfulness:
    measured = jobs.result(job, "faithfulness")
    session.MEASURED.put((subject.model.key, what.encoding.key, what.target), job.arguments[-1])
    return measured


def _measured(
    model: Model, encoding: Encoding, target: Target, ways: tuple[Way, ...], progress: Progress
) -> faithfulness.Faithfulness:
    from bertviz_app.engine.gradients import TargetFunction, without

    found = all_explained(model, encoding, target, ways, lambda share: progress(share / 2))
    baseline: Baseline = next((way.baseline for way in ways if METHODS[way.method].has_baseline), "mask")
    orders = faithfulness.orders(encoding, found)
    away = faithfulness.removed(encoding, orders)
    # Many orders take the same tokens away at some step: each such input is read once.
    rows, place = np.unique(away.reshape(-1, encoding.n_tokens), axis=0, return_inverse=True)
    asked_for = TargetFunction(model, encoding, target, baseline)
    bits = without(asked_for, rows, progress=lambda share: progress((1 + share) / 2))
    return faithfulness.curves(
        list(found), faithfulness.counts(len(orders[0])), bits[place.reshape(-1)].reshape(away.shape[:3])
    )
