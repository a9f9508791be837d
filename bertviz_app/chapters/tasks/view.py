"""Tasks: what people train BERT for, each with what its prediction looks at."""

from __future__ import annotations

from bertviz_app.chapters.tasks.view_answers import answers_view
from bertviz_app.chapters.tasks.view_heads import entities_view, pairs_view, sentiment_view
from bertviz_app.chapters.tasks.view_similarity import similarity_view
from bertviz_app.chapters.tasks.view_summary import summary_view
from bertviz_app.workspace import Page, choices
from bertviz_app.workspace.class_views import classes_view
from bertviz_app.workspace.scene import Choice

VIEWS = {
    "Named entities": entities_view,
    "Question answering": answers_view,
    "Sentence pairs": pairs_view,
    "Summary": summary_view,
    "Similarity": similarity_view,
    "Sentiment": sentiment_view,
    "Classes": classes_view,
}


def show(page: Page) -> None:
    """The whole page, below its title."""
    VIEWS[choices.view(Choice.TASK, list(VIEWS), label="Task")](page)
