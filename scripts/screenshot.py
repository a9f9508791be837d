"""Take the README's picture of the running app: docs/home.png.

python scripts/screenshot.py        # needs Chromium: CHROMIUM, `chromium`, or Playwright's own
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def main() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = ["--server.port", str(port), "--server.headless", "true", "--server.address", "127.0.0.1"]
    server = subprocess.Popen([sys.executable, "-m", "streamlit", "run", "app.py", *address], cwd=ROOT)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_healthy(url)
        with sync_playwright() as playwright:
            path = os.environ.get("CHROMIUM") or shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 1150})
            page.goto(url)
            page.get_by_text("turned into a prediction").wait_for(timeout=90_000)
            page.wait_for_timeout(2500)  # the figures fade in
            page.screenshot(path=ROOT / "docs" / "home.png")
            browser.close()
    finally:
        server.terminate()
        server.wait()


def _wait_until_healthy(url: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).read()
            return
        except OSError:
            time.sleep(0.5)
    sys.exit("The server did not start within a minute: run `streamlit run app.py` to see why.")


if __name__ == "__main__":
    main()
