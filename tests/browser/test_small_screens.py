"""What has to fit: every view button on a phone, and whole pictures on a projector."""

from __future__ import annotations

from typing import Any

import pytest
from settling import settled

from bertviz_app.workspace.page_list import PAGES

PHONE, PROJECTOR = {"width": 390, "height": 844}, {"width": 1280, "height": 720}
# The buttons of a page's first row of views that a finger cannot reach: beyond the screen, or under something else.
OUT_OF_REACH = """row => [...row.querySelectorAll("button")].filter(button => {
  button.scrollIntoView({block: "center"});
  const box = button.getBoundingClientRect(), x = box.left + box.width / 2, y = box.top + box.height / 2;
  return box.left < 0 || box.right > innerWidth || !button.contains(document.elementFromPoint(x, y));
}).map(button => button.innerText)"""


@pytest.mark.parametrize("key", [key for key in PAGES if key not in ("home", "glossary", "kinds_of_heads", "replaced_tokens")])
def test_every_view_button_can_be_tapped_on_a_phone(visitor: Any, app_url: Any, key: Any) -> None:
    page = visitor(f"{app_url}/{key}", viewport=PHONE, has_touch=True)
    row = page.locator("[data-testid=stMain] [data-testid=stButtonGroup]")
    page.get_by_text("What to notice").first.wait_for()
    settled(page)
    for index in range(row.count()):
        assert row.nth(index).evaluate(OUT_OF_REACH) == []


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


def test_bertviz_shows_every_layer_and_head_on_a_projector(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/attention?attention_view=BertViz+model+view", viewport=PROJECTOR)
    drawing = page.frame_locator("[data-testid=stIFrame]")
    drawing.locator("svg").first.wait_for()
    settled(page)
    box = page.locator("[data-testid=stIFrame]").bounding_box()
    fits = "() => [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
    frame = page.frames[-1]
    beyond = frame.evaluate(fits)
    assert max(beyond) <= 1 and box["x"] + box["width"] <= PROJECTOR["width"], (beyond, box)
    numbers = drawing.locator("svg text").all_text_contents()
    assert {str(number) for number in range(1, 13)} <= {number.strip() for number in numbers}


def test_the_logit_lens_shows_its_last_layer_on_a_projector(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/logit_lens", viewport=PROJECTOR)
    page.get_by_text("What each layer would say at each token").first.wait_for()
    settled(page)
    last = page.locator(".js-plotly-plot text", has_text="layer 6").first.bounding_box()
    bar = page.locator(".js-plotly-plot .colorbar").first.bounding_box()
    assert last["x"] + last["width"] < bar["x"] and bar["x"] + bar["width"] <= PROJECTOR["width"]


# The names of columns that lie on another of the same map. They stand upright, so that their boxes are as large as they are.
ON_ANOTHER = """map => {
  const names = [...map.querySelectorAll(".xtick text")].map(text => [text.textContent, text.getBoundingClientRect()]);
  return names.filter(([, one], at) => names.slice(at + 1).some(([, other]) => one.right > other.left + 4)).map(([name]) => name);
}"""


def test_the_names_of_columns_do_not_lie_on_each_other_in_small_maps(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/attention_summed_up", viewport=PROJECTOR)
    maps = page.locator(".js-plotly-plot")
    maps.nth(2).locator(".xtick text").last.wait_for()
    settled(page)
    assert [maps.nth(index).evaluate(ON_ANOTHER) for index in range(3)] == [[], [], []]
