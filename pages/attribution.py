"""Attribution: which tokens a prediction hangs on."""

from typing import Any

from bertviz_app.workspace import choices, open_page
from bertviz_app.workspace.attribution import suggest
from bertviz_app.workspace.attribution_views import one_method, side_by_side
from bertviz_app.workspace.explained import choose
from bertviz_app.workspace.faithfulness import curves
from bertviz_app.workspace.scene import Choice

VIEWS: dict[str, Any] = {"One method": one_method, "Side by side": side_by_side, "Faithfulness": curves}

with open_page("attribution") as page:
    suggest(page)
    page.sentence(pair=True)
    if what := choose(page):
        with page.controls:
            view = choices.view(Choice.ATTRIBUTION_VIEW, list(VIEWS))
        VIEWS[view](page, what)
