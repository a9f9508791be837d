"""Models: every model this app knows: its size, what it can do, how its family differs."""

from bertviz_app.chapters.models.view import show
from bertviz_app.workspace.opening import open_page

with open_page("models") as page:
    show(page)
