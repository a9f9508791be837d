"""Sentiment: one sentence, or many at once, read by a trained head."""

from bertviz_app.lenses import head_code
from bertviz_app.lenses.head_code import Looks
from bertviz_app.workspace import Page, choices, classes, many, open_page
from bertviz_app.workspace.offers import offer_instead
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import say_whose_labels

VIEWS = ("This sentence", "Many sentences")


def one(page: Page) -> None:
    task = many.classifier_of(page)
    page.sentence()
    page.strip(page.encoding)
    classes.show_reading(page, task)
    classes.explain(page, task)
    page.python(head_code.classification(page.model.info, task, page.encoding, Looks(0, ())))


with open_page("sentiment") as page:
    task = many.classifier_of(page)
    if not task:
        offer_instead(page, "sentiment")
    elif page.model.info.task_heads[task].row.needs_pair:  # a single pair stands on Tasks
        say_whose_labels(page, task, "sentiment")
        many.several(page)
    else:
        say_whose_labels(page, task, "sentiment")
        (one if choices.view(Choice.SENTIMENT_VIEW, VIEWS) == VIEWS[0] else many.several)(page)
