"""Interventions: switch parts off and see what changes."""

from bertviz_app.workspace import open_page
from bertviz_app.workspace.interventions import switch_off

with open_page("interventions") as page:
    page.sample = ("The cat sat on the [MASK].", "")
    page.sentence(pair=True)
    switch_off(page)
