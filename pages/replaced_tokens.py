"""Replaced tokens: which tokens look replaced?"""

from bertviz_app.chapters.replaced_tokens.view import show
from bertviz_app.workspace.opening import open_page

with open_page("replaced_tokens") as page:
    show(page)
