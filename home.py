"""Home: the story of one sentence."""

from bertviz_app.chapters.home.view import show
from bertviz_app.workspace.opening import open_page

with open_page("home") as page:
    show(page)
