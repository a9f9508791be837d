"""What Streamlit's Markdown and style sheet need to be told: typed text is never markup, and how our pages differ from its own."""

from __future__ import annotations

from typing import Any

from bertviz_app.plots import Theme

# Streamlit leaves 6 rem free above the title and 10 below the end; a projected page has better uses for them. Its bar at the top is there
# for a menu at the right, and on a phone for the sidebar's button at the left. Text on a filled button is the colour of the paper, which reads well on the accent in both themes.
# Captions are faded to 60 %, too pale on the sidebar. What has nothing to see takes no room.
# The button of a job that is under way stays on the page, faded, until the run is over: it goes out of sight.
_STYLE = """<style>
[data-testid=stMainBlockContainer] { padding-top: 1.6rem; padding-bottom: 3rem; }
[data-testid=stHeader] { background: transparent; }
[data-testid=stMainBlockContainer] h1 { padding: 0 0 0.25rem; }
@media (max-width: 640px) {
  [data-testid=stMainBlockContainer] { padding-top: 3.75rem; }
  [data-testid=stHeader] { background: PAPER; }
}
button[kind^=primary], [data-testid=stMultiSelect] [data-tag], [data-tag] button { color: PAPER; }
[data-testid=stSidebarHeader] { margin-bottom: -1rem; }
[data-testid=stCaptionContainer] { color: MUTED; opacity: 1; }
[data-testid=stCaptionContainer] p { color: inherit; }
[data-stale=true] button[kind=primary] { visibility: hidden; transition: visibility 0s 0.5s; }
[class*=st-key-_browser_memory] { position: absolute; width: 0; overflow: hidden; }
</style>"""


def style(theme: Theme) -> str:
    """How our pages differ from Streamlit's own style."""
    return _STYLE.replace("PAPER", theme.paper).replace("MUTED", theme.muted)


def plain(text: str) -> str:
    """Text for Streamlit's Markdown in which nothing is markup, whatever was typed."""
    escaped = "".join(f"\\{c}" if c in r"\`*_{}[]<>()#+-.!|~$:^=" else c for c in text)
    return escaped.replace("\n", " ")


def cell(value: Any) -> Any:
    """A table's value as Arrow takes it."""
    # Arrow takes plain Python values; NumPy scalars come as they were computed.
    return value.item() if hasattr(value, "item") else value
