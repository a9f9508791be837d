"""Cold start: from `streamlit run` to the first words and the first picture in a browser, with the embedded model.

python -m benchmarks.start_up        # needs Chromium
"""

from __future__ import annotations

import statistics
import sys
import time

from playwright.sync_api import Browser

from benchmarks.browser import chromium, fresh_server, open_as_soon_as_possible


def one_start(browser: Browser) -> tuple[float, float]:
    """Seconds from starting the server to the title, and to the first figure."""
    page, start = browser.new_page(), time.perf_counter()
    with fresh_server() as url:
        open_as_soon_as_possible(page, url)
        page.get_by_role("heading", name="Inside BERT").first.wait_for(timeout=90_000)
        title = time.perf_counter() - start
        page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=90_000)
        picture = time.perf_counter() - start
    page.close()
    return title, picture


def main() -> None:
    with chromium() as browser:
        starts = [one_start(browser) for _ in range(5)]
    titles, pictures = zip(*starts, strict=True)
    sys.stdout.write(
        f"median of {len(starts)} cold starts: title after {statistics.median(titles):.1f} s, "
        f"first picture after {statistics.median(pictures):.1f} s (the quickest {min(pictures):.1f} s, the slowest {max(pictures):.1f} s)\n"
    )


if __name__ == "__main__":
    main()
