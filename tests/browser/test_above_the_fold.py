"""On a projector of 1280 × 720 a long text, or a file, leaves the picture in sight. With short texts: `test_every_view`."""

from __future__ import annotations

import re
from typing import Any

from settling import settled

from .layout import PROJECTOR, seen, title

HEIGHT = PROJECTOR["height"]
LONG = (
    "A small group of readers meets in the old library to discuss a novel and to read its last page aloud. " * 6
)  # 129 tokens


def test_a_long_text_leaves_what_to_notice_and_the_picture_in_sight(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/fill_in_the_blank", viewport=PROJECTOR)
    page.get_by_text("What to notice").first.wait_for()
    settled(page)
    box = page.get_by_label(re.compile(r"^Sentence( A)?$")).first
    show = page.get_by_role("button", name="Show", exact=True).first
    box.fill("word " * 300)
    show.click()
    page.locator(".strip .token").nth(300).wait_for()
    settled(page)
    assert seen(page)["picture"]["top"] < 500
    box.fill(LONG)
    show.click()
    page.locator(".strip .token", has_text="readers").first.wait_for()
    tops = {}
    for key in ("fill_in_the_blank", "attention", "attention_summed_up", "embeddings"):
        page.get_by_test_id("stSidebar").get_by_role("link", name=title(key), exact=True).click()
        page.get_by_role("heading", name=title(key), exact=True, level=1).wait_for()
        page.get_by_text("What to notice").first.wait_for()
        settled(page)
        tops[key] = seen(page)["picture"]["top"]
    assert max(tops.values()) < 0.65 * HEIGHT, tops


def test_what_was_read_of_a_file_is_in_sight_and_the_questions_about_it_are_folded(visitor: Any, app_url: Any) -> None:
    address = f"{app_url}/sentiment?sentiment_view=Many+sentences&texts_from=File"
    page = visitor(address, viewport=PROJECTOR)
    rows = [f"{number},{text}" for number, text in enumerate(["A fine film.", "A dull film.", "I loved it."])]
    table = "\n".join(["id,review", *rows]).encode()
    box = page.locator("input[type=file]")
    box.wait_for(state="attached")
    box.set_input_files({"name": "films.csv", "mimeType": "text/csv", "buffer": table})
    page.get_by_role("button", name="Read 3 texts").click()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    settled(page)
    found = seen(page)
    assert found["notice"] < HEIGHT / 2 and found["picture"]["bottom"] < HEIGHT, found
    page.get_by_text("The file and its columns").click()
    page.get_by_text("cells separated by commas").wait_for()
