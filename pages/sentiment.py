"""Sentiment: one sentence, or many at once, read by a trained head."""

import streamlit as st

from bertviz_app.lenses import head_code
from bertviz_app.lenses import sentiment as lens
from bertviz_app.lenses.head_code import Looks
from bertviz_app.tables import TextRow
from bertviz_app.workspace import Page, classes, many, open_page, scene
from bertviz_app.workspace.offers import offer_instead
from bertviz_app.workspace.subject import say_whose_labels

VIEWS = ("This sentence", "Many sentences")
PLACES = ("One a line", "CSV file")


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


def several(page: Page) -> None:
    typed = picked("Texts from", PLACES, "texts_from")
    rows = tuple(map(TextRow, page.texts("reviews", "Texts, one per line", many.EXAMPLES))) if typed else many.uploaded_texts()
    if not rows:
        return
    asked = (page.model.info.key, rows)
    verdicts = scene.VERDICTS.of(asked)
    if verdicts is None:
        if not typed and not many.told_to_read(len(rows)):
            return
        verdicts = many.verdicts_of(page, rows)
        scene.VERDICTS.put(asked, verdicts)
    texts = [verdict.text for verdict in verdicts if verdict.reading]
    page.notice(lens.summary(verdicts))
    if texts:
        page.show(lens.verdicts_figure(verdicts, page.theme), name="sentiments", alt=f"Bars. {lens.summary(verdicts)}")
    many.show_verdicts(verdicts)
    if texts:
        page.python(head_code.classification_of_many(page.model.info, many.classifier_of(page), texts))


with open_page("sentiment") as page:
    task = many.classifier_of(page)
    if not task or page.model.info.task_heads[task].row.needs_pair:
        offer_instead(page, "sentiment")
    else:
        say_whose_labels(page, task, "sentiment")
        (one if picked("View", VIEWS, "sentiment_view") else several)(page)
