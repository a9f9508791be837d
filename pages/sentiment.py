"""Sentiment: one sentence, or many at once, read by a trained head."""

import streamlit as st

from bertviz_app.lenses import sentiment as lens
from bertviz_app.tables import TextRow
from bertviz_app.workspace import Page, many, open_page, scene
from bertviz_app.workspace.offers import offer_instead

VIEWS = ("This sentence", "Many sentences")
PLACES = ("One a line", "CSV file")


def picked(label: str, options: tuple[str, str], key: str) -> bool:
    """Whether the first of two options is the chosen one."""
    return options[0] == st.segmented_control(
        label, options, default=options[0], required=True, key=key, persist_state="session", label_visibility="collapsed"
    )


def one(page: Page) -> None:
    page.sentence()
    page.strip(page.encoding)
    reading = many.reading_of(page, page.forward.class_vector)
    page.show(lens.reading_figure(reading, page.theme), name="sentiment", alt="Bars", notice=lens.notice(reading))
    with page.fold("How it is computed"):
        st.markdown(lens.METHOD)
        logits, probabilities = reading.logits.tolist(), reading.probabilities.tolist()
        page.table({"label": reading.labels, "logit": logits, "probability": probabilities}, name="sentiment")
    page.python(lens.python_code(page.model.info, page.text, page.pair))


def several(page: Page) -> None:
    typed = picked("Texts from", PLACES, "texts_from")
    rows = tuple(map(TextRow, page.texts("reviews", "Texts, one a line", many.EXAMPLES))) if typed else many.uploaded_texts()
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
        page.python(lens.python_code_for_many(page.model.info, texts))


with open_page("sentiment") as page:
    if "sentiment" not in page.model.info.labels:
        offer_instead(page, "sentiment")
    elif picked("View", VIEWS, "sentiment_view"):
        one(page)
    else:
        several(page)
