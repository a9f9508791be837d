"""Tokens: how BERT cuts your sentence into the pieces it reads."""

from bertviz_app.chapters.tokens.view import show
from bertviz_app.workspace.opening import open_page

with open_page("tokens") as page:
    show(page)
