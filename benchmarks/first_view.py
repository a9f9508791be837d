"""What the first view of each page costs for a sentence that nobody typed before: processor time, of all threads, passes and pictures included.

python -m benchmarks.first_view
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from bertviz_app import load
from bertviz_app.workspace.page_list import PAGES
from bertviz_app.workspace.scene import Scene

ROOT = Path(__file__).parents[1]
LIMIT = 120  # milliseconds, of a page that makes one pass
MANY_PASSES = {"attribution"}  # opens with a picture that takes several
ANIMALS = ("dogs", "cats", "birds", "horses", "cows", "sheep", "foxes", "bears")


@dataclass
class Clock:
    """Processor seconds of the process during each run of a page's script."""

    seconds: list[float] = field(default_factory=list)

    def timed(self, run: Any) -> Any:
        def timed_run(*arguments: Any) -> Any:
            began = time.process_time()
            try:
                return run(*arguments)
            finally:
                self.seconds.append(time.process_time() - began)

        return timed_run


def first_views(key: str, clock: Clock) -> list[float]:
    """Milliseconds for each of several new sentences, the first of which warms up what every page needs once."""
    entry, found = PAGES[key], []
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=60)
    if key != "home":
        app.switch_page(entry.file)
    for animal in ANIMALS:
        before = app.session_state["scene"] if "scene" in app.session_state else Scene()
        app.session_state["scene"] = replace(
            before, texts={"text": f"The {key.replace('_', ' ').split()[0]} of two {animal} is here.", "pair": "They are big."}
        )
        app.run()
        found.append(1000 * clock.seconds[-1])
    return found[2:]


def main() -> None:
    """A line a page: the median over sentences of ten tokens, and beside it what one pass over such a sentence takes."""
    model, clock = load("embedded"), Clock()
    encoding = model.encode("Two dogs and a cat are here.")
    model.run(encoding)
    began = time.process_time()
    for _ in range(10):
        model.run(encoding)
    alone = 100 * (time.process_time() - began)
    sys.stdout.write(f"one pass over {encoding.n_tokens} tokens: {alone:.1f} ms of the processor\n")
    script_runner.exec_func_with_error_handling = clock.timed(script_runner.exec_func_with_error_handling)
    for key, entry in PAGES.items():
        times = first_views(key, clock)
        middle = statistics.median(times)
        verdict = "" if middle <= LIMIT or key in MANY_PASSES else f"  over the limit of {LIMIT}"
        sys.stdout.write(f"{entry.title:20} {middle:6.1f} ms of the processor ({middle / alone:4.1f} passes){verdict}\n")


if __name__ == "__main__":
    main()
