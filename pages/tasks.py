"""Tasks: what people train BERT for, each with what its prediction looks at."""

from bertviz_app.workspace import choices, open_page
from bertviz_app.workspace.answers import answers_view
from bertviz_app.workspace.classes import classes_view
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.summaries import summary_view
from bertviz_app.workspace.tasks import entities_view, pairs_view, sentiment_view
from bertviz_app.workspace.text_similarity import similarity_view

VIEWS = {
    "Named entities": entities_view,
    "Question answering": answers_view,
    "Sentence pairs": pairs_view,
    "Summary": summary_view,
    "Similarity": similarity_view,
    "Sentiment": sentiment_view,
    "Classes": classes_view,
}

with open_page("tasks") as page:
    VIEWS[choices.view(Choice.TASK, list(VIEWS), label="Task")](page)
