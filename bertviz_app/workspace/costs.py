"""What something will cost, said before it is started: passes, and seconds by the pace of the last pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bertviz_app.workspace.caches import expected_seconds

if TYPE_CHECKING:
    from bertviz_app.models import Model


def passes(model: Model, n_passes: int, n_tokens: int) -> str:
    """ "40 passes, about 2 s": passes over texts of so many tokens."""
    return f"{n_passes:,} passes, {duration(expected_seconds(model, n_passes, n_tokens))}"


def duration(seconds: float) -> str:
    """A time as an estimate is given.

    >>> duration(0.2), duration(7.8), duration(200)
    ('less than a second', 'about 8 s', 'about 3 min')
    """
    if seconds < 1:
        return "less than a second"
    return f"about {seconds:.0f} s" if seconds < 90 else f"about {seconds / 60:.0f} min"
