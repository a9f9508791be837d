"""Kinds of heads: how broadly each head looks, how far, and at what."""

from bertviz_app.chapters.kinds_of_heads.view import show
from bertviz_app.workspace.opening import open_page

with open_page("kinds_of_heads") as page:
    show(page)
