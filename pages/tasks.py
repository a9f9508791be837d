"""Tasks: what people train BERT for, each with what its prediction looks at."""

import streamlit as st

from bertviz_app.workspace import open_page
from bertviz_app.workspace.answers import answers_view
from bertviz_app.workspace.classes import classes_view
from bertviz_app.workspace.summaries import similarity_view, summary_view
from bertviz_app.workspace.tasks import entities_view, pairs_view, sentiment_view

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
    options = {"default": "Named entities", "required": True, "label_visibility": "collapsed"}
    VIEWS[st.segmented_control("Task", list(VIEWS), key="task", bind="query-params", **options)](page)
