"""Cold start: from `streamlit run` to the first words and the first picture in a browser, with the embedded model.

python -m benchmarks.start_up        # needs Chromium
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def one_start(browser: object) -> tuple[float, float]:
    """Seconds from starting the server to the title, and to the first figure."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = time.perf_counter()
    address = ["--server.port", str(port), "--server.headless", "true", "--server.address", "127.0.0.1"]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", *address], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    page = browser.new_page()  # type: ignore[attr-defined]
    try:
        while True:
            try:
                page.goto(f"http://127.0.0.1:{port}", timeout=30_000)
                break
            except Error:
                time.sleep(0.05)
        page.get_by_role("heading", name="Inside BERT").first.wait_for(timeout=90_000)
        title = time.perf_counter() - start
        page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=90_000)
        return title, time.perf_counter() - start
    finally:
        page.close()
        server.terminate()
        server.wait()


def main() -> None:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        starts = [one_start(browser) for _ in range(5)]
        browser.close()
    titles, pictures = zip(*starts, strict=True)
    sys.stdout.write(
        f"median of {len(starts)} cold starts: title after {statistics.median(titles):.1f} s, "
        f"first picture after {statistics.median(pictures):.1f} s (the slowest {max(pictures):.1f} s)\n"
    )


if __name__ == "__main__":
    main()
