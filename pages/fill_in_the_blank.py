"""Fill in the blank: hide a word and see what BERT would put there."""

from bertviz_app.chapters.fill_in_the_blank.view import show
from bertviz_app.workspace.opening import open_page

with open_page("fill_in_the_blank") as page:
    show(page)
