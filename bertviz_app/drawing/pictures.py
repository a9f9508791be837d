"""A picture of something, with all that is said of it: what a chapter makes, and what a page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class Picture:
    """The figure, the sentence on what to notice, the columns of its table, and what kind of picture a screen reader says it is."""

    figure: go.Figure
    notice: str
    columns: Mapping[str, Sequence[Any]]
    alt: str = ""
