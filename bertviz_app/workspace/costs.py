"""How long something will take, said before it is started: by the last passes that anybody made with this model."""

from __future__ import annotations

import statistics
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from bertviz_app.serving.portions import MOST, SECONDS

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

GRADIENT = 1.5  # a pass and its gradient, one of many, in passes (docs/performance.md)
COLD = 3.0  # the first pass of a model takes two to five times as long as those that follow
OVERHEAD = 32  # tokens: what a pass costs apart from its text is about what so many of them cost

# Seconds a token, overhead included, of each model's last passes. The middle one of five: one that was held up tells little of the next.
_recent: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=5))


def went(model: Model, seconds: float, n_tokens: int) -> None:
    """A pass over so many tokens took so long, its wait for a place included."""
    recent = _recent[model.info.key]
    recent.append(seconds / (n_tokens + OVERHEAD) / (1.0 if recent else COLD))


def expected(model: Model, n_passes: float, n_tokens: int) -> float:
    """Seconds that some passes over so many tokens will take; 0 before the model's first. Right to a factor of two or so."""
    recent = _recent[model.info.key]
    return n_passes * statistics.median(recent) * (n_tokens + OVERHEAD) if recent else 0.0


def rows(model: Model, n_tokens: int, *, weight: float = 1.0) -> int:
    """How many texts of so many tokens make a portion, where that has to be known before. `weight`: of one of them, in passes.

    By the quickest of the last passes: the others waited for something that a smaller batch would not have spared them.
    """
    recent = _recent[model.info.key]
    return max(1, min(MOST, int(SECONDS / (weight * min(recent) * (n_tokens + OVERHEAD))))) if recent else 1


def duration(seconds: float) -> str:
    """A time as an estimate is given.

    >>> duration(0.2), duration(7.8), duration(200)
    ('less than a second', 'about 8 s', 'about 3 min')
    """
    if seconds < 1:
        return "less than a second"
    return f"about {seconds:.0f} s" if seconds < 90 else f"about {seconds / 60:.0f} min"


def waiting(doing: str) -> str:
    """What is being done, or, while no place is free for a pass, what is waited for."""
    from bertviz_app.serving.pass_queue import pass_queue

    line = pass_queue()
    if not line.is_full:
        return doing
    return f"Waiting for a free place ({line.limit} forward passes are under way, the most this server runs at once). Then: {doing}"
