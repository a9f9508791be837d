"""The pictures of Attribution: one method, and all of them side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.chapters.attribution import compared, measures
from bertviz_app.chapters.attribution import snippet as code
from bertviz_app.chapters.attribution.faithfulness import METHOD, all_gains
from bertviz_app.chapters.attribution.measures import METHODS
from bertviz_app.chapters.attribution.view_faithfulness import beside, measured_before
from bertviz_app.chapters.attribution.view_request import (
    at_once,
    attribution_job,
    choose_way,
    choose_ways,
    comparison_job,
    of_one_pass,
)
from bertviz_app.chapters.attribution.view_target import ChosenTarget
from bertviz_app.drawing.components import heat_strip, token_strip
from bertviz_app.drawing.plots import label
from bertviz_app.records.attributions import Way
from bertviz_app.workspace import jobs, whole_words
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

UNMEASURED = "Choose Faithfulness above to measure how faithful this is to the model."

_signed = st.components.v2.component("inside_bert.signed_strip", html=token_strip.HTML, css=heat_strip.CSS, js=token_strip.JS)


def one_method(page: Page, subject: Subject, what: ChosenTarget) -> None:
    """One method: the tokens, coloured by what they have a part in, and the strongest of them as bars."""
    with page.controls:
        way = choose_way()
    method = METHODS[way.method]
    if at_once(method):
        found = once(of_one_pass, subject.model, what.encoding, what.target, method.key)
    else:
        job = attribution_job(subject.model, what, way)
        if not jobs.asked(job, "attribution", _ask(way), unasked=jobs.OPENING):
            page.notice(f"What drives “{what.name}”? {measures.ASKS[method.work]}")
            return
        found = jobs.result(job, "attribution")
    with page.controls:
        places = whole_words.choose(what.encoding)
    found, framed = places.attributed(found), places.of([] if what.target.position is None else [what.target.position])
    data = heat_strip.signed_data(
        places.encoding, measures.parts(found, method), page.theme, unit=found.unit if method.unit else "", deciding=framed
    )
    said = measures.notice(places.encoding, found, what.name, method)
    page.notice(said)
    _signed(key="signed_strip", data=data)
    title = (
        f"What each {places.encoding.unit} adds to “{label(what.name)}”, in {found.unit}"
        if method.unit
        else f"How much “{label(what.name)}” relies on each {places.encoding.unit}"
    )
    figure = measures.bars_figure(places.encoding, found, page.theme, title=title, method=method)
    page.show(figure, name="attribution", alt=f"Bars. {said}")
    st.caption(plain(measures.completeness(method, found, getattr(subject.model.info.special, way.baseline))))
    if places.are_words and method.work == "tokens":
        st.caption(measures.OCCLUDED_WORDS)
    beside(page, subject, what, way)
    with page.fold("Table"):
        page.table(measures.columns(places.encoding, found, method), name="attribution")
    with page.fold("How it is computed"):
        st.markdown(f"{measures.method_text()}\n\n**Faithfulness.** {METHOD}")
    script = code.python_code(subject.info, subject.encoding, what.target, [way])
    titles = {way.method: measures.title(found, method)}
    page.python(code.with_table(script, what.encoding, titles, whole=places.are_words))


def _ask(way: Way) -> str:
    return f"Take {way.n_steps} steps from the baseline to this input" if way.n_steps else "Replace one token at a time"


def side_by_side(page: Page, subject: Subject, what: ChosenTarget) -> None:
    """A row for each method."""
    with page.controls:
        ways = choose_ways()
    job = comparison_job(subject.model, what, ways)
    if not jobs.asked(job, "attributions", f"Ask all {len(ways)} methods", unasked=jobs.AT_ONCE):
        page.notice(f"Do the methods name the same tokens for “{what.name}”? Ask all {len(ways)} of them.")
        return
    with page.controls:
        places = whole_words.choose(what.encoding)
    found = {key: places.attributed(one) for key, one in jobs.result(job, "attributions").items()}
    said = compared.notice(places.encoding, found)
    title = f"What drives “{label(what.name)}”, by method"
    figure = compared.compared_figure(places.encoding, found, page.theme, title=title)
    page.show(figure, name="attributions", alt="Heatmap", notice=said)
    if len(compared.drawn(found)) < places.encoding.n_tokens:
        st.caption(
            f"Showing the {compared.MOST_COMPARED} {places.encoding.unit}s with the largest parts; the table below has all of them."
        )
    if places.are_words:
        st.caption(f"Occlusion: {measures.OCCLUDED_WORDS[0].lower()}{measures.OCCLUDED_WORDS[1:]}")
    measured = measured_before(subject, what, ways)
    st.caption(f"Faithfulness on this input: {all_gains(measured)}." if measured else UNMEASURED)
    with page.fold("Table"):
        page.table(compared.columns(places.encoding, found), name="attributions")
    with page.fold("How it is computed"):
        st.markdown(measures.method_text())
    script = code.python_code(subject.info, subject.encoding, what.target, ways)
    page.python(code.with_table(script, what.encoding, compared.titles(found), whole=places.are_words))
