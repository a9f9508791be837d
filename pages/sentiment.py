"""Sentiment: one sentence, or many at once, read by a trained head."""

import streamlit as st

from bertviz_app.lenses import head_code
from bertviz_app.lenses.head_code import Looks
from bertviz_app.workspace import Page, classes, many, open_page
from bertviz_app.workspace.offers import offer_instead
from bertviz_app.workspace.subject import say_whose_labels

VIEWS = ("This sentence", "Many sentences")


def picked(label: str, options: tuple[str, str], key: str) -> bool:
    """Whether the first of two options is the chosen one."""
    return options[0] == st.segmented_control(
        label, options, default=options[0], required=True, key=key, persist_state="session", label_visibility="collapsed"
    )


def one(page: Page) -> None:
    task = many.classifier_of(page)
    page.sentence()
    page.strip(page.encoding)
    classes.show_reading(page, task)
    classes.explain(page, task)
    page.python(head_code.classification(page.model.info, task, page.encoding, Looks(0, ())))


with open_page("sentiment") as page:
    task = many.classifier_of(page)
    if not task or page.model.info.task_heads[task].row.needs_pair:
        offer_instead(page, "sentiment")
    else:
        say_whose_labels(page, task, "sentiment")
        (one if picked("View", VIEWS, "sentiment_view") else many.several)(page)
