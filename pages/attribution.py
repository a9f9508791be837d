"""Attribution: which tokens drive a prediction."""

from bertviz_app.chapters.attribution.view import show
from bertviz_app.workspace.opening import open_page

with open_page("attribution") as page:
    show(page)
