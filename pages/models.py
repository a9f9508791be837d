"""Models: the catalogue, what each takes, what is on this machine, and how the families differ."""

from bertviz_app.chapters.models.view import show
from bertviz_app.workspace import open_page

with open_page("models") as page:
    show(page)
