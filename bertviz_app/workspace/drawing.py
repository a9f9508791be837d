"""How a page shows things: figures, tables, what to notice, folded parts, and what can be taken away of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from bertviz_app import plots
from bertviz_app.tables import csv_text
from bertviz_app.workspace import scene
from bertviz_app.workspace.markup import cell, plain
from bertviz_app.workspace.navigation import PAGES


class Drawing:
    """One run of one page, as far as it shows: in one theme."""

    def __init__(self, theme: plots.Theme) -> None:
        self._drawn = 0
        self.theme = theme

    def show(self, figure: go.Figure, *, name: str, alt: str, notice: str = "") -> None:
        """What to notice, and below it the figure with the camera button that saves it. A screen reader says `alt`, then the notice."""
        alt = self._announced(alt, notice)
        st.plotly_chart(figure, theme=None, key=f"chart_{name}", config=self._config(name), alt=alt)

    def choose(self, figure: go.Figure, *, name: str, alt: str, notice: str = "") -> Any:
        """The same, clickable: the `customdata` of the chosen point, or None. Points of scatter traces only."""
        alt = self._announced(alt, notice)
        event = st.plotly_chart(
            figure,
            theme=None,
            key=f"chart_{name}",
            config=self._config(name),
            alt=alt,
            on_select="rerun",
            selection_mode="points",
        )
        points = event.selection.points if event else []
        return points[0].get("customdata") if points else None

    def _announced(self, alt: str, notice: str) -> str:
        """What to notice, shown above a figure; the figure's text for a screen reader."""
        self._drawn += 1
        if not notice:
            return alt
        self.notice(notice)
        return f"{alt}. {notice}"

    def notice(self, sentence: str) -> None:
        """What to notice: one sentence, computed from the numbers on the screen."""
        st.markdown(f"**What to notice.** {plain(sentence)}")

    def table(self, columns: Mapping[str, Any], *, name: str) -> None:
        """A table, and the same as a CSV to take away."""
        values = {title: [cell(value) for value in column] for title, column in columns.items()}
        st.dataframe(values, hide_index=True, key=f"table_{name}")
        st.download_button(
            "Download CSV",
            lambda: csv_text(values).encode("utf-8-sig"),
            f"{name}.csv",
            "text/csv",
            key=f"csv_{name}",
            on_click="ignore",
        )

    def link(self, key: str, label: str, **address: str) -> None:
        """A link to another page, by its key in the page list; `address` is what the link's address says beyond the page."""
        st.page_link(PAGES[key].file, label=label, icon=":material/arrow_forward:", query_params=address or None)

    @contextmanager
    def fold(self, title: str) -> Iterator[None]:
        """A folded part of the page."""
        with st.expander(title):
            yield

    def python(self, code: str) -> None:
        """The shortest code that gives the numbers of this page, folded."""
        with st.expander("Python"):
            st.caption("Plain transformers code for this input. Run it from this app’s folder.")
            st.code(code, language="python")

    def export(self) -> None:
        """Which kind of file the camera button of each picture saves."""
        if self._drawn:
            with st.expander("Export"):
                st.radio(
                    "The camera button on each picture saves it as", ["PNG", "SVG"],
                    key=scene.Choice.PICTURE_FORMAT, horizontal=True, persist_state="session",
                )  # fmt: skip

    def _config(self, name: str) -> dict[str, Any]:
        kind = (scene.chosen(scene.Choice.PICTURE_FORMAT) or "PNG").lower()
        image = {"format": kind, "scale": 2, "filename": f"inside-bert-{name}"}
        unused = ["zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"]
        return {"displaylogo": False, "toImageButtonOptions": image, "modeBarButtonsToRemove": unused}
