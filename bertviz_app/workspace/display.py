"""How a page shows things: figures, tables, what to notice, folded parts, and what can be taken away of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bertviz_app.drawing import colors
from bertviz_app.drawing.components import picture
from bertviz_app.drawing.pictures import Picture
from bertviz_app.drawing.tables import csv_text
from bertviz_app.workspace.markup import cell, plain
from bertviz_app.workspace.page_list import PAGES

_buttons = st.components.v2.component("inside_bert.picture", html=picture.HTML, css=picture.CSS, js=picture.JS)

# The pictures are saved by buttons of our own, and Plotly's bar would lie over them. A double click brings a turned or moved view back.
CONFIG = {"displayModeBar": False}


class Drawing:
    """One run of one page, as far as it shows: in one theme."""

    def __init__(self, theme: colors.Theme) -> None:
        self._controls: DeltaGenerator | None = None
        self._side = ""  # which of two that are compared is being drawn
        self._row: DeltaGenerator | None = None  # of the buttons below the last picture, until its table has put one there
        self.theme = theme

    @property
    def caption(self) -> list[str]:
        """What a picture that is taken away says of itself, a line each."""
        return []

    @property
    def controls(self) -> DeltaGenerator:
        """The one line of controls of this page, where it is asked for first: its view, and what the view can be told."""
        if self._controls is None:
            self._controls = st.container(horizontal=True, vertical_alignment="center", gap="medium", key="controls")
        return self._controls

    def beside(self, pictures: Sequence[tuple[tuple[str, str], Picture | str]], *, name: str) -> None:
        """Two pictures side by side, each under the name of its side and a line that says what it is of, or the sentence that says why there is none.

        On a narrow screen one stands above the other.
        """
        with st.container(key="beside"):
            for number, (column, ((side, line), one)) in enumerate(
                zip(st.columns(len(pictures)), pictures, strict=True), start=1
            ):
                with column:
                    st.caption(f"**{side}** {plain(line)}")
                    self._side = f"{side}: {line}"
                    if isinstance(one, str):
                        st.info(plain(one))
                    else:
                        self.show(one.figure, name=f"{name}-{number}", alt=f"{side}. {one.alt}. {one.notice}")
        self._side = ""

    def show(self, figure: go.Figure, *, name: str, alt: str, notice: str = "") -> None:
        """What to notice, below it the figure, and the buttons that save it. A screen reader says `alt`, then the notice."""
        alt = self._announced(alt, notice)
        st.plotly_chart(figure, theme=None, key=f"chart_{name}", config=CONFIG, alt=alt)
        self._offer(name)

    def choose(self, figure: go.Figure, *, name: str, alt: str, notice: str = "") -> Any:
        """The same, clickable: the `customdata` of the chosen point, or None. Points of scatter traces only."""
        alt = self._announced(alt, notice)
        event = st.plotly_chart(
            figure,
            theme=None,
            key=f"chart_{name}",
            config=CONFIG,
            alt=alt,
            on_select="rerun",
            selection_mode="points",
        )
        self._offer(name)
        points = event.selection.points if event else []
        return points[0].get("customdata") if points else None

    def _announced(self, alt: str, notice: str) -> str:
        """What to notice, shown above a figure; the figure's text for a screen reader."""
        if not notice:
            return alt
        self.notice(notice)
        return f"{alt}. {notice}"

    def _offer(self, name: str) -> None:
        """The row of buttons below a picture: PNG and SVG, and CSV once its table is shown."""
        self._row = st.container(horizontal=True, gap="small", key=f"take_away_{name}")
        with self._row:
            data = picture.picture_data(f"chart_{name}", name.replace("_", "-"), self.caption, self.theme)
            _buttons(key=f"save_{name}", data=data, width="content", height="content")

    def notice(self, sentence: str) -> None:
        """What to notice: one sentence, computed from the numbers on the screen."""
        st.markdown(f"**What to notice.** {plain(sentence)}")

    def table(self, columns: Mapping[str, Any], *, name: str) -> None:
        """A table, and the same as a CSV to take away, in the row of buttons of the picture above it if there is one."""
        values = {title: [cell(value) for value in column] for title, column in columns.items()}
        st.dataframe(values, hide_index=True, key=f"table_{name}")
        row, self._row = self._row or st.container(), None
        row.download_button(
            "CSV", lambda: csv_text(values).encode("utf-8-sig"), f"inside-bert-{name.replace('_', '-')}.csv", "text/csv",
            key=f"csv_{name}", on_click="ignore",
        )  # fmt: skip

    def link(self, key: str, label: str, **address: str) -> None:
        """A link to another page, by its key in the page list; `address` is what the link's address says beyond the page."""
        st.page_link(PAGES[key].file, label=label, icon=":material/arrow_forward:", query_params=address or None)

    @contextmanager
    def fold(self, title: str) -> Iterator[None]:
        """A folded part of the page."""
        with st.expander(title):
            yield

    def folded_python(self, code: str, said: str) -> None:
        """The shortest code that gives the numbers of this page, and a sentence about it, folded."""
        with st.expander("Python"):
            st.caption(plain(said))
            st.code(code, language="python")
