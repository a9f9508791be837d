"""What Streamlit's Markdown and style sheet need to be told: typed text is never markup, and how our pages differ from its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bertviz_app.drawing.colors import Theme

_CSS = (Path(__file__).parent / "assets" / "pages.css").read_text(encoding="utf-8")


_SHARE = re.compile(r"([<>] )?\d[\d.,]* %")  # as `plots.percent` writes it
# The page around it has its own way of going from place to place.
_EMBEDDED = "[data-testid=stSidebar], [data-testid=stExpandSidebarButton] { display: none; }"


def style(theme: Theme, *, embedded: bool = False) -> str:
    """How our pages differ from Streamlit's own style, in the colours of the theme; `embedded` in another page, without a sidebar."""
    colors = {"paper": theme.paper, "ink": theme.ink, "muted": theme.muted, "accent": theme.accent, "grid": theme.grid}
    colors |= {"segment-a": theme.segments[0], "segment-b": theme.segments[1]}
    properties = " ".join(f"--{name}: {color};" for name, color in colors.items())
    return f"<style>:root {{ {properties} }}\n{_CSS}{_EMBEDDED if embedded else ''}</style>"


def plain(text: str) -> str:
    """Text for Streamlit's Markdown in which nothing is markup, whatever was typed. No line ends between a number and its “%”.

    >>> plain("*a* gets < 0.1 % of 3").replace("\\N{NO-BREAK SPACE}", "_")
    '\\\\*a\\\\* gets \\\\<_0\\\\.1_% of 3'
    """
    text = _SHARE.sub(lambda share: share[0].replace(" ", "\N{NO-BREAK SPACE}"), text)
    escaped = "".join(f"\\{c}" if c in r"\`*_{}[]<>()#+-.!|~$:^=" else c for c in text)
    return escaped.replace("\n", " ")


def cell(value: Any) -> Any:
    """A table's value as Arrow takes it."""
    # Arrow takes plain Python values; NumPy scalars come as they were computed.
    return value.item() if hasattr(value, "item") else value
