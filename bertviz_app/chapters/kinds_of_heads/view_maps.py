"""The interactive parts of Kinds of heads: the sample read once per model, maps side by side, and the way to a clicked head."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import sample
from bertviz_app.chapters.kinds_of_heads import figures, measures
from bertviz_app.chapters.kinds_of_heads.measures import MEASURES, HeadMeasures, Measure
from bertviz_app.drawing.plots import shown
from bertviz_app.records.forward import ForwardPass
from bertviz_app.workspace import choices, costs, jobs, session
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.jobs import Job, Progress
from bertviz_app.workspace.navigation import go_to
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page

KIND = "Kind of head"
NAMES = "here", "sample"  # of the two that are held against each other


def measured(forward: ForwardPass) -> HeadMeasures:
    """All measures of one text, kept: logarithms of every weight take longer than the picture."""
    return once(measures.measured, forward)


def sample_measures(model: Model, paired: bool, progress: Progress) -> HeadMeasures:
    """The mean over the bundled sample: a pass for each of its texts, once per model. `progress` is told the share that is done."""
    texts = sample.texts(paired=paired)
    found = []
    for done, (text, pair) in enumerate(texts, start=1):
        found.append(measures.measured(model.run(model.encode(text, pair))))
        progress(done / len(texts))
    return measures.mean_of(found)


def choose_measure(subject: Subject) -> Measure | None:
    """The measure that is shown; None for the kinds."""
    names = [KIND, *(measure.name for measure in MEASURES)]
    name = choices.one_of(Choice.HEAD_MEASURE, "Colour heads by", names, spelled=subject.model.info.special.spelled)
    return next((measure for measure in MEASURES if measure.name == name), None)


def compared_sample(subject: Subject) -> HeadMeasures | None:
    """The sample's measures, or None with a button to read it."""
    model, paired = subject.model, subject.encoding.pair is not None
    n, n_tokens = len(sample.texts(paired=paired)), 30 if paired else 15
    what = "passages of two sentences" if paired else "sentences"
    job = Job(f"Reading {n} {what}", sample_measures, (model, paired), costs.expected(model, n, n_tokens))
    return jobs.result(job, "read_sample") if jobs.asked(job, "read_sample", f"Compare with {n} other {what}") else None


def show_maps(page: Page, subject: Subject, measure: Measure | None, mine: HeadMeasures, sampled: HeadMeasures | None) -> None:
    """The map of this text and, once it was read, that of the sample and their difference. A click opens the head."""
    theme, title = page.theme, "This text"
    if measure is None:
        maps = [figures.kinds_figure(mine, theme, title=title)]
        if sampled is not None:
            maps += [
                figures.kinds_figure(sampled, theme, title="Sample"),
                figures.changed_figure((mine, sampled), theme, title="Of another kind here", names=NAMES),
            ]
    else:
        both = [mine] if sampled is None else [mine, sampled]
        limit = max(float(one.of(measure).max()) for one in both) or 1.0  # what is compared shares one scale
        maps = [figures.measure_figure(mine, measure, theme, title=title, limit=limit)]
        if sampled is not None:
            maps.append(figures.measure_figure(sampled, measure, theme, title="Sample, mean", limit=limit))
            maps.append(figures.difference_figure((mine, sampled), measure, theme, title="Text less sample", names=NAMES))
    alt = "Map of all heads, layers down, heads across; the table below has the numbers"
    for number, (column, chart) in enumerate(zip(st.columns(len(maps)), maps, strict=True)):
        with column:
            clicked = page.choose(chart, name=f"heads_{number}", alt=alt)
        if clicked is not None:
            open_head(*divmod(int(clicked), subject.model.info.n_heads))


def open_head(layer: int, head: int) -> None:
    """Go to the Attention page with this head open; both count from 0."""
    here = replace(session.now(), page="attention").choosing(Choice.ATTENTION_VIEW, "Explorer")
    go_to(here.choosing(Choice.LAYER, shown(layer)).choosing(Choice.HEAD, shown(head)))
