"""Sentiment: one sentence, or many at once, read by a trained head."""

from bertviz_app.chapters.sentiment.view import show
from bertviz_app.workspace import open_page

with open_page("sentiment") as page:
    show(page)
