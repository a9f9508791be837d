"""Embeddings: where the tokens’ vectors lie, layer by layer."""

from bertviz_app.chapters.embeddings.view import show
from bertviz_app.workspace.opening import open_page

with open_page("embeddings") as page:
    show(page)
