"""Home: the story of one sentence."""

from bertviz_app.workspace import open_page
from bertviz_app.workspace.home import story_of_a_sentence

with open_page("home") as page:
    story_of_a_sentence(page)
