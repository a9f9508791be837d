"""What a compared view costs beside the single one: processor time of a page for a new pair of sentences, both passes included.

python -m benchmarks.comparing
"""

from __future__ import annotations

import statistics
import sys
from dataclasses import replace
from pathlib import Path

from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from benchmarks.first_view import ANIMALS, Clock
from bertviz_app.workspace.page_list import PAGES
from bertviz_app.workspace.scene import Choice, Differs, Scene

ROOT = Path(__file__).parents[1]
LIMIT = 2.2  # times the single view
WAYS = {Choice.ATTRIBUTION_METHOD: "Gradient × input"}  # one pass and its gradient


def views(key: str, clock: Clock, *, compared: bool) -> list[float]:
    """Milliseconds for each of several new sentences, or new pairs of them; the first warms up what every page needs once."""
    found = []
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=60)
    app.switch_page(PAGES[key].file)
    for choice, value in WAYS.items():
        app.session_state[choice] = value
    app.session_state[Choice.COMPARED] = [Differs.SENTENCE.value] if compared else []
    for animal in ANIMALS:
        before = app.session_state["scene"] if "scene" in app.session_state else Scene()
        name = f"{key.replace('_', ' ')}{' again' if compared else ''}"
        texts = {
            "text": f"The {name} of two [MASK] {animal} is here.",
            "variant_text": f"The {name} of two [MASK] {animal} was there.",
        }
        app.session_state["scene"] = replace(before, texts=texts)
        app.run()
        found.append(1000 * clock.seconds[-1])
    return found[2:]


def main() -> None:
    """A line a page: the medians, and their ratio."""
    clock = Clock()
    script_runner.exec_func_with_error_handling = clock.timed(script_runner.exec_func_with_error_handling)
    for key, entry in PAGES.items():
        if Differs.SENTENCE not in entry.differs or key in ("next_sentence", "replaced_tokens"):
            continue
        single, both = (statistics.median(views(key, clock, compared=compared)) for compared in (False, True))
        verdict = "" if both <= LIMIT * single else f"  over the limit of {LIMIT}"
        sys.stdout.write(
            f"{entry.title:20} {single:6.1f} ms alone, {both:6.1f} ms compared: {both / single:.2f} times{verdict}\n"
        )


if __name__ == "__main__":
    main()
