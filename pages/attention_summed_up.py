"""Attention summed up: all heads combined into one map."""

from bertviz_app.chapters.attention_summed_up.view import show
from bertviz_app.workspace.opening import open_page

with open_page("attention_summed_up") as page:
    show(page)
