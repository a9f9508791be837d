"""What Streamlit's Markdown and style sheet need to be told: typed text is never markup, and how our pages differ from its own."""

from __future__ import annotations

from typing import Any

# Streamlit leaves 6 rem free above the title; a projected page has better uses for them. Text on a filled button is the colour
# of the paper, which reads well on the accent in both themes. A component with nothing to see takes no room.
STYLE = """<style>
[data-testid=stMainBlockContainer] { padding-top: 3rem; }
button[kind^=primary] { color: PAPER; }
[data-testid=stSidebarHeader] { margin-bottom: -1rem; }
[data-testid=stElementContainer]:has(> [data-testid=stBidiComponentIsolated] > span:empty) { display: none; }
</style>"""


def plain(text: str) -> str:
    """Text for Streamlit's Markdown in which nothing is markup, whatever was typed."""
    escaped = "".join(f"\\{c}" if c in r"\`*_{}[]<>()#+-.!|~$:^=" else c for c in text)
    return escaped.replace("\n", " ")


def cell(value: Any) -> Any:
    """A table's value as Arrow takes it."""
    # Arrow takes plain Python values; NumPy scalars come as they were computed.
    return value.item() if hasattr(value, "item") else value
