"""Next sentence: would the second sentence follow the first?"""

from bertviz_app.chapters.next_sentence.view import show
from bertviz_app.workspace.opening import open_page

with open_page("next_sentence") as page:
    show(page)
