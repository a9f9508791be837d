"""Attention: how much each token looks at each other token."""

from bertviz_app.chapters.attention.view import show
from bertviz_app.workspace.opening import open_page

with open_page("attention") as page:
    show(page)
