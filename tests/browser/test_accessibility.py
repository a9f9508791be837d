"""What the keyboard and those who bear no motion need. The rules of axe-core are applied in `test_every_view`."""

from __future__ import annotations

from typing import Any

from settling import settled, whole


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


def test_a_focused_link_of_the_sidebar_has_a_ring_and_who_bears_no_motion_sees_none(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/glossary")
    link = page.get_by_test_id("stSidebar").get_by_role("link", name="Tokens", exact=True)
    link.wait_for()
    page.keyboard.press("Tab")
    link.focus()
    assert link.evaluate("link => getComputedStyle(link).outlineStyle + getComputedStyle(link).outlineWidth") == "solid3px"
    moves = "link => parseFloat(getComputedStyle(link).transitionDuration)"
    page.emulate_media(reduced_motion="reduce")
    assert link.evaluate(moves) <= 0.001


def test_the_list_of_examples_closes_on_a_pick(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/tokens")
    page.get_by_role("button", name="Examples").click()
    page.get_by_role("button", name="A blank to fill").first.click()
    page.locator(".strip .token", has_text="[MASK]").first.wait_for()
    page.locator("[data-testid=stPopoverBody]").wait_for(state="detached")
