"""The end of Home's story: what this model can predict from this sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis import classes
from bertviz_app.analysis.probability import softmax
from bertviz_app.chapters.home import measures
from bertviz_app.drawing.plots import percent
from bertviz_app.families.objectives import OBJECTIVES
from bertviz_app.families.tasks import in_order
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.untrained import link_to_task

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

BARS = 5


def show_ending(page: Page, subject: Subject) -> str | None:
    """The first blank filled, or what a head over the whole input says: whichever this model has. What it was, "fill_mask" or a key of `TASKS`;
    where there is neither, what else it can do is said, and None.
    """
    info = subject.model.info
    if info.fills_blanks and subject.encoding.positions("mask"):
        _first_blank(page, subject)
        return "fill_mask"
    heads = info.classifiers
    # Those that read a text alone come first.
    asked = sorted(in_order(heads), key=lambda key: heads[key].row.needs_pair)
    if task := next((key for key in asked if subject.pair is not None or not heads[key].row.needs_pair), None):
        _whole_input(page, subject, task)
        return task
    _without_prediction(page, subject)
    return None


def _first_blank(page: Page, subject: Subject) -> None:
    model, blanks = subject.model, subject.encoding.positions("mask")
    logits = model.vocabulary_logits(subject.forward.hidden_states[-1][blanks[:1]])[0]
    best = (-logits).argsort()[:BARS]
    words, shares = [model.reader.token(token_id) for token_id in best], softmax(logits)[best]
    st.markdown(f"The {'first ' if len(blanks) > 1 else ''}blank, filled: the five most likely words.")
    figure = measures.prediction_figure(words, shares, page.theme, title="How likely BERT finds each")
    page.show(figure, name="prediction", alt=f"Bars: the most likely is {words[0]} with {percent(shares[0])}")
    page.link("fill_in_the_blank", "Hide any word and see what BERT would put there")


def _whole_input(page: Page, subject: Subject, task: str) -> None:
    head = subject.model.info.task_heads[task]
    reading = classes.read(head, subject.model.class_logits(task, subject.forward.class_vector))
    st.markdown(f"Here: {head.what}, read from the vector of the first token.")
    page.show(
        classes.reading_figure(reading, page.theme, most=BARS), name="prediction", alt="Bars", notice=classes.notice(reading)
    )
    if said := classes.about(head):
        st.caption(plain(said))
    link_to_task(page, subject, task)


def _without_prediction(page: Page, subject: Subject) -> None:
    info = subject.model.info
    if info.objectives or info.task_heads:
        st.markdown("The heads of this model need something else to read:")
        for objective in info.objectives:
            page.link(OBJECTIVES[objective].page, OBJECTIVES[objective].offer)
        for task in info.task_heads:
            link_to_task(page, subject, task)
    elif info.unread:
        st.markdown(
            f"This checkpoint brings a head that this program does not read ({plain(info.unread)}): here its story ends at the vectors."
        )
    else:
        st.markdown("This checkpoint holds an encoder and no trained head: its story ends at the vectors.")
