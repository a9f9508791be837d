"""Every page and view, in both themes, by the rules of axe-core; and what the keyboard and those who bear no motion need."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from settling import settled, whole

from bertviz_app.workspace.page_list import PAGES

COVERED = """() => [...document.querySelectorAll("[data-testid=stMain] :is(button, a, summary)")].filter(one => {
  const box = one.getBoundingClientRect(), hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return one.checkVisibility({visibilityProperty: true, opacityProperty: true}) && box.width > 8 && box.top >= 0 && box.bottom <= innerHeight && !one.contains(hit);
}).map(one => one.innerText)"""


@pytest.mark.parametrize("key", PAGES)
def test_axe_finds_nothing_and_nothing_covers_what_can_be_clicked(visitor: Any, app_url: Any, key: Any) -> None:
    """Each view in both themes; on a wide screen and, the first view, on a phone."""
    found = {}
    for theme, width in (("light", 1440), ("dark", 1440), ("light", 390)):
        page = visitor(
            app_url if key == "home" else f"{app_url}/{key}", color_scheme=theme, viewport={"width": width, "height": 900}
        )
        whole(page, key)
        if theme == "light" and (covered := page.evaluate(COVERED)):
            found[f"covered at {width}"] = covered
        if width == 1440:
            found |= {f"{theme}, {view}": broken for view, broken in violations(page).items()}
    assert found == {}


def violations(page: Any) -> Any:
    """What axe finds in each view of a page, by the number of the view and the name of the rule."""
    axe, found = Axe(), {}
    views = page.locator("[data-testid=stMain] [data-testid=stButtonGroup]").first.locator("button")
    for index in range(max(1, views.count())):
        if views.count():
            views.nth(index).click()  # and the pointer stays on it
            settled(page)
        for broken in axe.run(page).response["violations"]:
            found[f"{index}: {broken['id']}"] = broken["nodes"][0]["html"][:200]
    return found


def test_the_strip_keeps_the_focus(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/logit_lens")
    whole(page, "logit_lens")
    chip = page.locator("button.token").nth(2)
    chip.focus()
    page.keyboard.press("Enter")
    page.locator("button.token.chosen").nth(0).wait_for()
    page.locator('button.token.chosen[data-position="2"]').wait_for()
    settled(page)
    held = "() => { let at = document.activeElement; while (at.shadowRoot) at = at.shadowRoot.activeElement; return at.dataset.position }"
    assert page.evaluate(held) == "2"


def test_a_focused_link_of_the_sidebar_has_a_ring(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/glossary")
    link = page.get_by_test_id("stSidebar").get_by_role("link", name="Tokens", exact=True)
    link.wait_for()
    page.keyboard.press("Tab")
    link.focus()
    assert link.evaluate("link => getComputedStyle(link).outlineStyle + getComputedStyle(link).outlineWidth") == "solid3px"


def test_who_bears_no_motion_sees_none(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/glossary", reduced_motion="reduce")
    button = page.get_by_test_id("stSidebar").get_by_role("link", name="Tokens", exact=True)
    button.wait_for()
    assert button.evaluate("one => parseFloat(getComputedStyle(one).transitionDuration)") <= 0.001


def test_the_list_of_examples_closes_on_a_pick(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/tokens")
    page.get_by_role("button", name="Examples").click()
    page.get_by_role("button", name="A blank to fill").first.click()
    page.locator(".strip .token", has_text="[MASK]").first.wait_for()
    page.locator("[data-testid=stPopoverBody]").wait_for(state="detached")
