"""Tasks: what people train BERT for: names, answers, entailment, summaries, similarity."""

from bertviz_app.chapters.tasks.view import show
from bertviz_app.workspace.opening import open_page

with open_page("tasks") as page:
    show(page)
