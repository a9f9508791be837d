"""A long job as its visitors see it: a bar, a Stop that releases who presses it, and what becomes of it for everybody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

TEXT = "the old grey cat watches from its [MASK] window and thinks about fish " * 24
START = re.compile(r"^Test all 72 heads \(")


@pytest.fixture
def reader(visitor: Any, app_url: Any) -> Any:
    """A visitor at the map of heads with a text that takes long, before it is asked for."""

    def come(text: Any = TEXT) -> Any:
        page = visitor(f"{app_url}/interventions?interventions_view=Map+of+heads")
        page.get_by_text("What to notice.").first.wait_for()
        box = page.get_by_label(re.compile(r"^Sentence( A)?$")).first
        box.fill(text)
        box.press("Enter")
        page.locator(".strip .token").nth(300).wait_for()
        page.locator("[data-test-script-state=notRunning]").wait_for()
        return page

    return come


def start(page: Any) -> None:
    page.get_by_role("button", name=START).click()
    bar(page).wait_for()


def stop(page: Any) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True).click()


def bar(page: Any) -> Any:
    return page.get_by_test_id("stMain").get_by_role("progressbar")


def share(page: Any) -> float:
    """How far the bar is, in percent."""
    return float(bar(page).get_attribute("aria-valuenow") or 0)


def test_who_stops_a_job_is_told_so_and_it_ends_where_nobody_else_waits(reader: Any) -> None:
    page = reader(TEXT + "Nobody else asks for this one.")
    start(page)
    page.wait_for_function("() => +document.querySelector('[data-testid=stMain] [role=progressbar]').ariaValueNow > 40")
    reached = share(page)
    stop(page)
    page.get_by_text("Switching off each of 72 heads: stopped.").wait_for()
    expect(bar(page)).to_have_count(0)
    assert page.locator(".js-plotly-plot").count() == 0
    for seconds in (
        0.5,
        1,
        2,
        4,
        8,
    ):  # it ends between two of its steps, which nothing shows; who asks before then goes on with it
        page.wait_for_timeout(1000 * seconds)
        start(page)
        again = share(page)
        stop(page)
        page.get_by_text("72 heads: stopped.").wait_for()
        expect(bar(page)).to_have_count(0)
        if again < reached:
            break
    assert again < reached  # it had ended: this is another one, from its beginning


def test_who_stops_a_job_leaves_it_to_whoever_else_waits_for_it(reader: Any) -> None:
    first, second = reader(), reader()
    start(first)
    start(second)
    stop(first)
    first.get_by_text("Switching off each of 72 heads: stopped.").wait_for()
    expect(bar(first)).to_have_count(0)
    expect(bar(second)).to_have_count(1)
    second.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert second.get_by_text(": stopped.").count() == 0
    expect(first.get_by_role("button", name=START)).to_be_visible()  # nothing happens on a page that nobody touches
    first.get_by_role("button", name=START).click()
    first.locator(".js-plotly-plot .main-svg").first.wait_for()  # what the other waited for is there
    assert bar(first).count() == 0
