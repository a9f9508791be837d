"""Sentiment: does the sentence sound positive or negative to BERT?"""

from bertviz_app.chapters.sentiment.view import show
from bertviz_app.workspace.opening import open_page

with open_page("sentiment") as page:
    show(page)
