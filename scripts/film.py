"""Take the README's short film of the running app: docs/film.webp.

python -m scripts.film        # needs Chromium: CHROMIUM, `chromium`, or Playwright's own

A film is a few pictures of the page, each with the time that it stands; nothing of it is drawn by hand.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from benchmarks.browser import chromium, fresh_server, open_as_soon_as_possible

FILE = Path(__file__).parents[1] / "docs" / "film.webp"
SENTENCE = "The animal didn't cross the street because it was too tired."
VARIANT = SENTENCE.replace("tired", "wide")
SCREEN = {"width": 1180, "height": 720}
WIDTH = 940  # pixels of the film
TYPED = 0.07  # seconds a letter
LOOK = 2.2  # seconds for a picture
MOST_BYTES = 1_500_000


def scenes(page: Page) -> Iterator[float]:
    """Does something on the page, and yields for how many seconds the film shows what stands there then."""
    page.get_by_text("turned into a prediction").wait_for()
    _stand_still(page)
    yield LOOK
    box = page.get_by_label("Sentence").first
    box.fill("")
    for end in range(1, len(SENTENCE) + 1, 3):
        box.fill(SENTENCE[:end])
        yield 3 * TYPED
    box.fill(SENTENCE)
    box.press("Enter")
    page.locator(".strip .token", has_text="animal").first.wait_for()
    _stand_still(page)
    yield LOOK
    for link, seen in (("Fill in the blank", "Unhidden, each word gets"), ("Attention", "Layer")):
        page.get_by_role("link", name=link, exact=True).first.click()
        page.get_by_text(seen).first.wait_for()
        _stand_still(page)
        yield LOOK
        if link == "Fill in the blank":
            page.locator("button.token", has_text="street").click()
            page.get_by_text("BERT puts").wait_for()
            _stand_still(page)
            yield 1.4 * LOOK
            yield from _compared(page)
    for link in ("Attention summed up", "Embeddings", "Logit lens", "Attribution"):
        page.get_by_role("link", name=link, exact=True).first.click()
        page.get_by_role("heading", name=link, exact=True).first.wait_for()
        page.locator(".js-plotly-plot .main-svg").first.wait_for()
        _stand_still(page)
        yield LOOK


def _compared(page: Page) -> Iterator[float]:
    """Another sentence beside the first, and back to one."""
    page.get_by_role("button", name="Compare", exact=True).click()
    box = page.get_by_label("Sentence of the variant")
    box.fill(VARIANT)
    box.press("Enter")
    page.locator("p", has_text="What differs.").filter(has_text="bits").wait_for()
    _stand_still(page)
    yield 1.6 * LOOK
    page.get_by_role("button", name="Compare", exact=True).click()
    box.wait_for(state="detached")


def _stand_still(page: Page) -> None:
    """Until no run is under way and figures have faded in."""
    page.wait_for_function("() => !document.querySelector('[data-testid=stSpinner], [data-stale=true]')")
    page.wait_for_timeout(1500)


def main() -> None:
    frames: list[Image.Image] = []
    seconds: list[float] = []
    with chromium() as browser, fresh_server() as (url, _):
        page = browser.new_page(viewport=SCREEN, color_scheme="light")
        page.set_default_timeout(120_000)
        open_as_soon_as_possible(page, url)
        for shown in scenes(page):
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            frames.append(picture.resize((WIDTH, round(WIDTH * picture.height / picture.width)), Image.Resampling.LANCZOS))
            seconds.append(shown)
    FILE.parent.mkdir(exist_ok=True)
    first, *rest = frames
    first.save(
        FILE, save_all=True, append_images=rest, duration=[round(1000 * s) for s in seconds], loop=0, quality=62, method=6
    )
    size = FILE.stat().st_size
    sys.stdout.write(f"{FILE.name}: {len(frames)} pictures, {sum(seconds):.0f} s, {size / 1e6:.2f} MB\n")
    if size > MOST_BYTES:
        sys.exit(f"That is more than {MOST_BYTES / 1e6} MB: a README should open at once.")


if __name__ == "__main__":
    main()
