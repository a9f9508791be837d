"""Two ways to do the same thing, timed in turn within one run, and the median of the ratios.

Machines are shared and noisy: the two are measured in alternation, so that both meet the same noise, and only ratios are quoted.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(ours: Callable[[], object], theirs: Callable[[], object], *, rounds: int = 30) -> tuple[float, float, float]:
    """Median seconds of each, and the median of ours / theirs, after one warm-up of both."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )
