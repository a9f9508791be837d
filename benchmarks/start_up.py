"""Cold start: from `streamlit run` to the first words and the first picture in a browser, with the embedded model.

python -m benchmarks.start_up        # needs Chromium
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.browser import chromium, fresh_server, open_as_soon_as_possible

STARTS = 5


def processor_seconds(process: int) -> float:
    """What a process has had of the processor so far. Linux."""
    after_its_name = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(after_its_name[11]) + int(after_its_name[12])) / os.sysconf("SC_CLK_TCK")  # user, system


def one_start(browser: Browser) -> tuple[float, ...]:
    """From starting the server to the title, and to the first figure: seconds by the clock and of the server's processor time."""
    page, start = browser.new_page(), time.perf_counter()
    moments: list[float] = []
    with fresh_server() as (url, process):
        open_as_soon_as_possible(page, url)
        for seen in (page.get_by_role("heading", name="Inside BERT"), page.locator(".js-plotly-plot .main-svg")):
            seen.first.wait_for(timeout=90_000)
            moments += [time.perf_counter() - start, processor_seconds(process)]
    page.close()
    return tuple(moments)


def main() -> None:
    with chromium() as browser:
        starts = [one_start(browser) for _ in range(STARTS)]
    title, title_processor, picture, picture_processor = map(statistics.median, zip(*starts, strict=True))
    sys.stdout.write(
        f"median of {STARTS} cold starts: title after {title:.1f} s ({title_processor:.1f} s of processor time), "
        f"first picture after {picture:.1f} s ({picture_processor:.1f} s of processor time)\n"
    )


if __name__ == "__main__":
    main()
