"""The package's only room with Streamlit in it: every page begins with `open_page` and draws through what that hands back."""

from bertviz_app.workspace.caches import once
from bertviz_app.workspace.opening import open_page
from bertviz_app.workspace.page import Page

__all__ = ["Page", "once", "open_page"]
