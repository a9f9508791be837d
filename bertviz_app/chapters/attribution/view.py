"""Attribution: which tokens a prediction hangs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bertviz_app.chapters.attribution.view_compared import show_compared
from bertviz_app.chapters.attribution.view_faithfulness import curves
from bertviz_app.chapters.attribution.view_methods import one_method, side_by_side
from bertviz_app.chapters.attribution.view_request import suggest
from bertviz_app.chapters.attribution.view_target import ChosenTarget, choose
from bertviz_app.workspace import choices
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

VIEWS: Mapping[str, Callable[[Page, Subject, ChosenTarget], None]] = {
    "One method": one_method,
    "Side by side": side_by_side,
    "Faithfulness": curves,
}


def show(page: Page) -> None:
    """The whole page, below its title."""
    suggest(page, page.subject)
    page.sentence(pair=True)
    if what := choose(page, page.subject):
        with page.controls:
            view = choices.view(Choice.ATTRIBUTION_VIEW, list(VIEWS))
        if page.variant and view == "One method":
            show_compared(page, Both(page.subject, page.variant), what)
        else:
            VIEWS[view](page, page.subject, what)
