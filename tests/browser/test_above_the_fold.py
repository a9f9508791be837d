"""On a projector of 1280 × 720 what to notice and the picture are in sight without scrolling, on every page and in every view of it.

A picture is in sight when 60 % of it are, or half of the screen.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from settling import settled, whole

from bertviz_app.workspace.page_list import PAGES

WIDTH, HEIGHT = 1280, 720
# The glossary is a list. What a view without a picture shows in its place stands where a picture would.
WITHOUT = {"glossary", "replaced_tokens"}
MEASURE = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  const said = [...main.querySelectorAll("p strong")].find(part => part.textContent.startsWith("What to notice"));
  if (!said) return null;
  const notice = said.closest("p").getBoundingClientRect();
  const shown = [...main.querySelectorAll(".js-plotly-plot, iframe, [data-testid=stDataFrame], [data-testid^=stBidiComponent]")];
  const picture = shown.filter(one => said.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)
    .map(one => one.getBoundingClientRect()).find(box => box.height > 40 && box.width > 200);
  return {notice: notice.bottom, picture: picture && {top: picture.top, bottom: picture.bottom, right: picture.right}};
}"""

LONG = (
    "A small group of readers meets in the old library to discuss a novel and to read its last page aloud. " * 6
)  # 129 tokens


@pytest.mark.parametrize("key", ["attention", "attention_summed_up", "embeddings", "fill_in_the_blank"])
def test_a_long_text_leaves_what_to_notice_and_the_picture_in_sight(visitor: Any, app_url: Any, key: Any) -> None:
    page = visitor(f"{app_url}/{key}", viewport={"width": WIDTH, "height": HEIGHT})
    page.get_by_text("What to notice").first.wait_for()
    settled(page)
    box = page.get_by_label(re.compile(r"^Sentence( A)?$")).first
    box.fill(LONG)
    box.press("Enter")
    page.get_by_role("button", name="Show").first.click()
    page.wait_for_timeout(500)
    settled(page)
    found = page.evaluate(MEASURE)
    assert found["picture"]["top"] < 0.65 * HEIGHT, found


@pytest.mark.parametrize("key", [key for key in PAGES if key not in WITHOUT])
def test_what_to_notice_and_the_picture_are_in_sight(visitor: Any, app_url: Any, key: Any) -> None:
    page = visitor(app_url if key == "home" else f"{app_url}/{key}", viewport={"width": WIDTH, "height": HEIGHT})
    whole(page, key)
    views = page.locator("[data-testid=stMain] [data-testid=stButtonGroup]").first.locator("button")
    out_of_sight = {}
    for index in range(max(1, views.count())):
        name = ""
        if views.count():
            name = views.nth(index).inner_text()
            views.nth(index).click()
        settled(page)
        found = page.evaluate(MEASURE)
        if found is None or found["notice"] > HEIGHT:
            out_of_sight[name] = found
            continue
        if picture := found["picture"]:
            seen = min(picture["bottom"], HEIGHT) - picture["top"]
            if seen < min(0.6 * (picture["bottom"] - picture["top"]), HEIGHT / 2) or picture["right"] > WIDTH:
                out_of_sight[name] = found
    asked_first = {"Ordering game", "My own checkpoint"}  # views that wait for a click, or only tell how something is done
    assert set(out_of_sight) <= asked_first, out_of_sight


def test_what_was_read_of_a_file_is_in_sight_and_the_questions_about_it_are_folded(visitor: Any, app_url: Any) -> None:
    address = f"{app_url}/sentiment?sentiment_view=Many+sentences&texts_from=File"
    page = visitor(address, viewport={"width": WIDTH, "height": HEIGHT})
    rows = [f"{number},{text}" for number, text in enumerate(["A fine film.", "A dull film.", "I loved it."])]
    table = "\n".join(["id,review", *rows]).encode()
    box = page.locator("input[type=file]")
    box.wait_for(state="attached")
    box.set_input_files({"name": "films.csv", "mimeType": "text/csv", "buffer": table})
    page.get_by_role("button", name="Read 3 texts").click()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    settled(page)
    found = page.evaluate(MEASURE)
    assert found["notice"] < HEIGHT / 2 and found["picture"]["bottom"] < HEIGHT, found
    page.get_by_text("The file and its columns").click()
    page.get_by_text("cells separated by commas").wait_for()
