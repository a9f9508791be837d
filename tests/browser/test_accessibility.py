"""What the keyboard and those who bear no motion need. The rules of axe-core are applied in `test_every_view`."""

from __future__ import annotations

from typing import Any


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
