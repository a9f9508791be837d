"""Tasks: what people train BERT for, each with what its prediction looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bertviz_app.chapters.tasks.view_answers import answers_view
from bertviz_app.chapters.tasks.view_heads import whole_view, words_view
from bertviz_app.chapters.tasks.view_similarity import similarity_view
from bertviz_app.chapters.tasks.view_summary import summary_view
from bertviz_app.families.tasks import TASKS, Reads, Task
from bertviz_app.workspace import choices
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

BY_READS: Mapping[Reads, Callable[[Page, Subject, Task], None]] = {
    Reads.CLASS_VECTOR: whole_view,
    Reads.WORDS: words_view,
    Reads.SPAN: answers_view,
}
WITHOUT_HEAD: Mapping[str, Callable[[Page, Subject], None]] = {"Summary": summary_view, "Similarity": similarity_view}


def _view(row: Task) -> Callable[[Page, Subject], None]:
    return lambda page, subject: BY_READS[row.reads](page, subject, row)


def _of(*, one_text: bool) -> dict[str, Callable[[Page, Subject], None]]:
    """The views of the heads that say one thing about one text, which the page Sentiment reads many of; or of all others."""
    rows = [row for row in TASKS.values() if one_text == (not row.of_rows and not row.needs_pair)]
    return {row.view: _view(row) for row in rows}


VIEWS: Mapping[str, Callable[[Page, Subject], None]] = {**_of(one_text=False), **WITHOUT_HEAD, **_of(one_text=True)}


def show(page: Page) -> None:
    """The whole page, below its title."""
    VIEWS[choices.view(Choice.TASK, list(VIEWS), label="Task")](page, page.subject)
