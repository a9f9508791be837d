"""Interventions: switch parts off and see what changes."""

from bertviz_app.chapters.interventions.view import show
from bertviz_app.workspace.opening import open_page

with open_page("interventions") as page:
    show(page)
