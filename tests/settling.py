"""When a page of the running app stands still: its run is over, nothing of an older run is left on it, and every chart is drawn."""

from __future__ import annotations

from typing import Any

_STILL = """() => new Promise(done => {
  const still = () => document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]") !== null
    && document.querySelector("[data-stale=true]") === null
    && [...document.querySelectorAll("[data-testid=stPlotlyChart]")].every(chart => chart.querySelector(".main-svg"));
  let since = null;
  const look = () => {
    if (!still()) since = null; else if (since === null) since = performance.now();
    if (since !== null && performance.now() - since > 700) done(true); else setTimeout(look, 50);
  };
  look();
})"""  # what was faded while it was old takes half a second to come back


def settled(page: Any) -> None:
    """Waits until the page stands still."""
    page.wait_for_function(_STILL)
