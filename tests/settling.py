"""When a page of the running app is whole: its model is there and its last line is written; and when it stands still: its run is
over, nothing of an older run is left on it, and every chart is drawn."""

from __future__ import annotations

import re
from typing import Any

_STILL = """() => new Promise(done => {
  const still = () => document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]") !== null
    && document.querySelector("[data-stale=true], [data-testid=stSkeleton]") === null
    && [...document.querySelectorAll("[data-testid=stPlotlyChart]")].every(chart => chart.querySelector(".main-svg"))
    && !document.getAnimations().some(one => one.playState === "running");  // what was faded while it was old comes back
  let since = null;
  const look = () => {
    if (!still()) since = null; else if (since === null) since = performance.now();
    if (since !== null && performance.now() - since > 150) done(true); else setTimeout(look, 50);
  };
  look();
})"""


# Something that stands on a page only once it is whole; on the others it is the Python at their end.
_LAST = {
    "home": "turned into a prediction",
    "glossary": "WordPiece",
    "models": "A model that is not on this server",
    "replaced_tokens": "What to notice",
    "tasks": "What to notice.",
    "attention": "What to notice.",
    "interventions": "What to notice.",
    "words_in_context": "What to notice.",
}


def whole(page: Any, key: str) -> None:
    """Waits until a page that was opened is drawn to its end and stands still; an exception ends the waiting at once.

    A job that a slow machine asks about first is asked for.
    """
    last = page.get_by_text(_LAST.get(key, "Python")).or_(page.locator("[data-testid=stException]")).first
    ask = (
        page.get_by_test_id("stMain")
        .get_by_role("button", name=re.compile(r"\((about .*|less than a second)\)$"))
        .filter(visible=True)
        .first
    )
    last.or_(ask).first.wait_for()
    if not last.is_visible():
        ask.click()
        last.wait_for()
    settled(page)


def settled(page: Any) -> None:
    """Waits until the page stands still."""
    page.wait_for_function(_STILL)
