"""Words in context: one word in many sentences: how its context changes its vector."""

from bertviz_app.chapters.words_in_context.view import show
from bertviz_app.workspace.opening import open_page

with open_page("words_in_context") as page:
    show(page)
