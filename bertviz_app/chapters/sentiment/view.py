"""Sentiment: one sentence, or many at once, read by a trained head."""

from __future__ import annotations

from bertviz_app.analysis import head_snippet
from bertviz_app.analysis.head_snippet import Evidence
from bertviz_app.chapters.sentiment import view_many_texts
from bertviz_app.workspace import choices, class_views
from bertviz_app.workspace.about import say_whose_labels
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.untrained import suggest_instead

VIEWS = ("This sentence", "Many sentences")


def one(page: Page, subject: Subject) -> None:
    """The typed sentence, read by the classifier."""
    task = view_many_texts.classifier_of(subject)
    page.sentence()
    if page.variant:
        class_views.compare_readings(page, view_many_texts.classifier_of, name="sentiment", lacking="sentiment")
        return
    page.strip(subject.encoding)
    class_views.show_reading(page, subject, task)
    class_views.explain(page, subject, task)
    page.python(head_snippet.classification(subject.info, task, subject.encoding, Evidence(0, ())))


def show(page: Page) -> None:
    """The whole page, below its title."""
    task = view_many_texts.classifier_of(page.subject)
    if not task:
        suggest_instead(page, page.subject, "sentiment")
    elif page.model.info.task_heads[task].row.needs_pair:  # a single pair stands on Tasks
        say_whose_labels(page.model.info, task, "sentiment")
        view_many_texts.several(page, page.subject)
    else:
        say_whose_labels(page.model.info, task, "sentiment")
        (one if choices.view(Choice.SENTIMENT_VIEW, VIEWS) == VIEWS[0] else view_many_texts.several)(page, page.subject)
