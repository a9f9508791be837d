"""What the first attention view sends to the browser: every byte that comes through the websocket until the picture stands.

python -m benchmarks.wire        # needs Chromium
"""

from __future__ import annotations

import sys

from playwright.sync_api import Page, WebSocket

from benchmarks.browser import chromium, fresh_server, open_as_soon_as_possible
from bertviz_app import load

TEXTS = (
    "I love watching starlings murmurate.",
    "The quick brown fox jumps over a lazy dog while seven wizards watch. " * 9,
    "word " * 600,
)


def kilobytes_of_attention(page: Page, url: str, text: str) -> float:
    """Type the text elsewhere, then open the attention page by its address: the browser brings the text along."""
    open_as_soon_as_possible(page, f"{url}/sentiment")
    box = page.get_by_role("textbox", name="Sentence").first
    box.wait_for(timeout=90_000)
    box.fill(text)
    box.press("Enter")
    page.locator(".strip .token").first.wait_for(timeout=90_000)
    page.wait_for_timeout(2_000)  # the browser has put the text away
    frames: list[int] = []

    def count(socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: frames.append(len(payload)))

    page.on("websocket", count)
    page.goto(f"{url}/attention")
    page.locator(".explorer[data-ready]").wait_for(timeout=90_000)
    page.wait_for_timeout(1_000)  # what comes after the picture counts too
    page.remove_listener("websocket", count)
    return sum(frames) / 1000


def main() -> None:
    model = load("embedded")
    with chromium() as browser, fresh_server() as (url, _):
        for text in TEXTS:
            page = browser.new_page()
            sent = kilobytes_of_attention(page, url, text.strip())
            page.close()
            sys.stdout.write(
                f"{model.encode(text).n_tokens:4} tokens: the first attention view sends {sent:.0f} KB (limits: 500 at 128 tokens, 600 at 512)\n"
            )


if __name__ == "__main__":
    main()
