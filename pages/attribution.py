"""Attribution: which tokens a prediction hangs on."""

from bertviz_app.chapters.attribution.view import show
from bertviz_app.workspace import open_page

with open_page("attribution") as page:
    show(page)
