"""Glossary: the field’s terms, explained in a line each."""

from bertviz_app.chapters.glossary.view import show
from bertviz_app.workspace.opening import open_page

with open_page("glossary") as page:
    show(page)
