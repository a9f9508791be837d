"""Logit lens: what each layer would predict if it were the last."""

from bertviz_app.chapters.logit_lens.view import show
from bertviz_app.workspace.opening import open_page

with open_page("logit_lens") as page:
    show(page)
