"""Every page and every view of it, on one visit each: drawn to its end from a deep link; by the rules of axe-core in both themes, with what
to notice and the picture in sight on a projector of 1280 × 720; and on a phone nothing wider than the screen or out of a finger's reach.

To load a page takes longer than all that is asked of it. So it is resized, and its theme changed under it; pages that begin on a phone and in
the dark are in `test_small_screens` and `test_pages`.
"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from settling import settled, whole

from bertviz_app.drawing import colors
from bertviz_app.workspace.page_list import PAGES

from .layout import COVERED, PHONE, PROJECTOR, beyond_a_phone, in_sight, seen, wrong_on_arrival

# The glossary is a list. What a view without a picture shows in its place stands where a picture would.
WITHOUT = {"glossary", "replaced_tokens"}
ASKED_FIRST = {
    "Ordering game",
    "My own checkpoint",
    "Ladder",
}  # views that wait for a click, or only tell how something is done

# The colours of the page are the theme's, and those that the server sent and drew with.
IS_DRAWN_IN = """paper => {
  const root = getComputedStyle(document.documentElement), probe = document.createElement("i");
  probe.style.color = paper;
  return root.getPropertyValue("--paper").trim() === paper
    && getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor === probe.style.color
    && [...document.querySelectorAll(".js-plotly-plot .main-svg:first-child")].every(svg => svg.style.background === probe.style.color);
}"""


@pytest.mark.parametrize("key", PAGES)
def test_every_view_in_both_themes_and_on_every_screen(visitor: Any, app_url: Any, key: Any) -> None:
    page = visitor(app_url if key == "home" else f"{app_url}/{key}", color_scheme="light")
    whole(page, key)
    wrong = wrong_on_arrival(page, key) | {"covered": page.evaluate(COVERED)}
    page.set_viewport_size(PROJECTOR)
    views = page.locator("[data-testid=stMain] [data-testid=stButtonGroup]").first.locator("button")
    names = views.all_inner_texts() or [""]
    for index, name in enumerate(names):
        open_view(page, views, index)
        wrong[f"light, {name}"] = violations(page)
        if key not in WITHOUT and name not in ASKED_FIRST and not in_sight(found := seen(page)):
            wrong[f"out of sight, {name}"] = found or "nothing to notice"
    goes_over_to(page, colors.DARK)
    for index, name in reversed([*enumerate(names)]):  # and so back to the first
        open_view(page, views, index)
        wrong[f"dark, {name}"] = violations(page)
    touch(page)
    page.set_viewport_size(PHONE)
    goes_over_to(page, colors.LIGHT)  # and is drawn anew, for a phone
    wrong |= beyond_a_phone(page)
    assert {what: found for what, found in wrong.items() if found} == {}


def open_view(page: Any, views: Any, index: int) -> None:
    """A view by its number; a page without views is there already."""
    if views.count():
        views.nth(index).click()  # and the pointer stays on it
    settled(page)
    assert page.locator("[data-testid=stException]").all_inner_texts() == []


def violations(page: Any) -> dict[str, str]:
    """What axe finds, by the name of its rule, with the first place."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("() => axe.run({resultTypes: ['violations']})")["violations"]
    return {broken["id"]: broken["nodes"][0]["html"][:200] for broken in found}


def goes_over_to(page: Any, theme: colors.Theme) -> None:
    """The visitor's system changes its theme, and the page follows: its own colours and those of its pictures."""
    page.emulate_media(color_scheme=theme.name)
    page.wait_for_function(IS_DRAWN_IN, arg=theme.paper)
    settled(page)


def touch(page: Any) -> None:
    """From here on the screen takes fingers."""
    page.context.new_cdp_session(page).send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 1})
