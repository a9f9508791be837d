"""Forward pass: every tensor from your sentence to the last layer, in order."""

from bertviz_app.chapters.forward_pass.view import show
from bertviz_app.workspace.opening import open_page

with open_page("forward_pass") as page:
    show(page)
