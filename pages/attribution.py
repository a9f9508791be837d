"""Attribution: which tokens a prediction hangs on."""

from bertviz_app.workspace import open_page
from bertviz_app.workspace.attribution import one_method, suggest
from bertviz_app.workspace.explained import choose

with open_page("attribution") as page:
    suggest(page)
    page.sentence(pair=True)
    if what := choose(page):
        one_method(page, what)
