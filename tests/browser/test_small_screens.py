"""What has to fit: pages that are opened on a phone, what is tapped there, and whole pictures on a projector."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from settling import settled, whole

from .layout import PHONE, PROJECTOR, beyond_a_phone


@pytest.mark.parametrize("key", ["tasks", "fill_in_the_blank"])
def test_a_page_that_is_opened_on_a_phone_fits_it(visitor: Any, app_url: Any, key: Any) -> None:
    """All others are made narrow after they were wide, in `test_every_view`."""
    page = visitor(f"{app_url}/{key}", viewport=PHONE, has_touch=True)
    whole(page, key)
    assert beyond_a_phone(page) == {"covered": [], "out of reach": []}


def test_a_head_is_laid_over_another_by_tapping(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/attention?layer=2&head=3", viewport=PHONE, has_touch=True)
    page.locator('.explorer[data-ready="Head 2.3"]').wait_for()
    settled(page)
    page.get_by_text("Overlay clicked heads", exact=True).tap()
    squares = page.locator("canvas.thumbnails")
    squares.scroll_into_view_if_needed()
    side = (squares.bounding_box()["width"] - 32) / 12
    squares.tap(position={"x": 30 + 5.5 * side, "y": 42 + 3.5 * side})
    page.locator(".chip", has_text="Head 4.6").wait_for()
    assert page.locator(".chip").count() == 2


# How far a drawing goes beyond its frame, in both directions.
BEYOND = "() => [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
# The names of columns that lie on another of the same map. They stand upright, so that their boxes are as large as they are.
ON_ANOTHER = """map => {
  const names = [...map.querySelectorAll(".xtick text")].map(text => [text.textContent, text.getBoundingClientRect()]);
  return names.filter(([, one], at) => names.slice(at + 1).some(([, other]) => one.right > other.left + 4)).map(([name]) => name);
}"""


def test_pictures_are_whole_on_a_projector(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/logit_lens", viewport=PROJECTOR)
    page.get_by_text("What each layer would say at each token").first.wait_for()
    settled(page)
    last = page.locator(".js-plotly-plot text", has_text="layer 6").first.bounding_box()
    bar = page.locator(".js-plotly-plot .colorbar").first.bounding_box()
    assert last["x"] + last["width"] < bar["x"] and bar["x"] + bar["width"] <= PROJECTOR["width"]
    page.get_by_role("link", name="Attention summed up", exact=True).first.click()
    page.get_by_role("heading", name="Attention summed up", exact=True).wait_for()
    maps = page.locator(".js-plotly-plot")
    maps.nth(2).locator(".xtick text").last.wait_for()
    settled(page)
    assert [maps.nth(index).evaluate(ON_ANOTHER) for index in range(3)] == [[], [], []]


def test_bertviz_draws_with_no_internet_every_layer_and_head_on_a_projector(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/attention?attention_view=BertViz+head+view", viewport=PROJECTOR)
    drawing = page.frame_locator("[data-testid=stIFrame]")
    drawing.locator("svg").first.wait_for()
    expect(drawing.locator("svg *").nth(50)).to_be_attached(timeout=30_000)
    page.get_by_role("radio", name="BertViz model view").click()
    expect(drawing.locator("svg *").nth(72)).to_be_attached(timeout=30_000)
    numbers = drawing.locator("svg text")
    expect(numbers.filter(has_text=re.compile(r"^\s*12\s*$")).first).to_be_attached(timeout=30_000)
    settled(page)
    box = page.locator("[data-testid=stIFrame]").bounding_box()
    beyond = page.frames[-1].evaluate(BEYOND)
    assert max(beyond) <= 1 and box["x"] + box["width"] <= PROJECTOR["width"], (beyond, box)
    assert {str(number) for number in range(1, 13)} <= {number.strip() for number in numbers.all_text_contents()}
