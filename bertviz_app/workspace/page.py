"""`open_page`: what every page begins with, and what it draws through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import streamlit as st

from bertviz_app import notes, plots, settings
from bertviz_app.components import token_strip
from bertviz_app.errors import EmptyText, InsideBertError
from bertviz_app.records import Encoding, FinalState, ForwardPass
from bertviz_app.tables import csv_text
from bertviz_app.workspace import caches, memory
from bertviz_app.workspace.markup import STYLE, cell, plain
from bertviz_app.workspace.navigation import PAGES, draw_model_line, draw_sidebar
from bertviz_app.workspace.sentence import sentence_form, text_form

if TYPE_CHECKING:
    from bertviz_app.models import Model

_strip = st.components.v2.component("inside_bert.token_strip", html=token_strip.HTML, css=token_strip.CSS, js=token_strip.JS)


@contextmanager
def open_page(key: str) -> Iterator[Page]:
    """Page config, sidebar, title; then the page's own lines, with errors shown as sentences; then the export choice.

    Any `InsideBertError` from within becomes one sentence on the screen and ends the page; anything else is a bug and keeps its traceback.
    """
    entry = PAGES[key]
    title = "Inside BERT" if key == "home" else f"{entry.title} · Inside BERT"
    st.set_page_config(page_title=title, page_icon=str(Path(__file__).with_name("assets") / "icon.png"), layout="wide")
    theme = plots.theme(st.session_state.get("_theme") or st.context.theme.type)
    st.html(STYLE.replace("PAPER", theme.paper))
    caches.warm_up()
    model_name = draw_sidebar()
    st.title("Inside BERT" if key == "home" else entry.title, anchor=False)
    st.markdown(entry.line)
    if not memory.restore():
        st.stop()  # the browser answers in a moment, and this page runs again with what was typed before
    page = Page(model_name, theme)
    try:
        with page.borrowed:  # what the page uses cannot be let go before its run is over
            page.say_unknown_model()
            yield page
    except InsideBertError as error:
        st.error(plain(str(error)), icon=":material/info:")
    page.export()
    memory.keep(page.theme.name)


class Page:
    """One run of one page: the typed texts, the model, and ways to draw."""

    def __init__(self, model_name: str, theme: plots.Theme) -> None:
        self._model_name = model_name
        self._drawn = 0
        self.borrowed = ExitStack()
        self.theme = theme
        self.sample = (caches.DEFAULT_TEXT, "")  # the sentence and the second one, until something is typed

    # ── What was typed, and what BERT made of it ──────────────────────────────────────────────────

    def sentence(self, *, pair: bool = False) -> None:
        """The sentence form, and under it what became of the input that the writer may not expect."""
        sentence_form(pair=pair, sample=self.sample)
        for note in notes.notes(self.encoding):
            st.caption(plain(note))

    @property
    def text(self) -> str:
        return memory.recall("text", self.sample[0])

    @property
    def pair(self) -> str | None:
        typed = memory.recall("pair", self.sample[1])
        return typed if typed.strip() else None

    def texts(self, name: str, label: str, default: Sequence[str], *, help: str | None = None) -> list[str]:
        """Several sentences, one a line, kept across pages and reloads; at most as many as the settings allow."""
        limit = settings.current().max_sentences
        text = text_form(name, {name: (label, "\n".join(default))}, help=help)[name]
        lines = [line for line in text.splitlines() if line.strip()]
        if not lines:
            raise EmptyText("There is nothing to read yet: type at least one sentence, one on a line.")
        if len(lines) > limit:
            st.caption(f"Only the first {limit} of {len(lines)} sentences are used: the limit of this server.")
        return lines[:limit]

    @cached_property
    def model(self) -> Model:
        """The chosen model; loads it, or waits for whoever is loading it."""
        with st.spinner("Loading the model"):
            if self._model_name == settings.current().model:
                caches.warm_up().join()
            model = self.borrowed.enter_context(caches.borrowed_model(self._model_name))
        draw_model_line(model.info)
        return model

    @cached_property
    def encoding(self) -> Encoding:
        """The typed text (and the second one, if there is one) as the model reads it."""
        return self.model.encode(self.text, self.pair)

    @cached_property
    def forward(self) -> ForwardPass:
        """The one encoder pass over what was typed: the same record on every page, for every visitor."""
        return self.run(self.encoding)

    def run(self, encoding: Encoding) -> ForwardPass:
        """An encoder pass over another encoding, or the record of it if it was made before."""
        if caches.known(self.model, encoding):
            return caches.forward_pass(self.model, encoding)
        with st.spinner(self._waiting(f"Running BERT on {encoding.n_tokens} tokens")):
            return caches.forward_pass(self.model, encoding)

    def final_states(self, encodings: Sequence[Encoding], label: str) -> list[FinalState]:
        """The last layer of many encodings, in the order given; a bar shows how far it is."""
        found = {i: state for i, encoding in enumerate(encodings) if (state := caches.final_state(self.model, encoding))}
        missing = [index for index in range(len(encodings)) if index not in found]
        if missing:
            bar = st.progress(0.0, text=self._waiting(label))
            for done, (place, state) in enumerate(self.model.final_states([encodings[i] for i in missing]), start=1):
                found[missing[place]] = caches.keep_final_state(self.model, state)
                bar.progress(done / len(missing), text=f"{label}: {done} of {len(missing)}")
            bar.empty()
        return [found[index] for index in range(len(encodings))]

    def _waiting(self, doing: str) -> str:
        from bertviz_app.models import turnstile

        line = turnstile()
        if not line.is_full:
            return doing
        return f"Waiting for a free place ({line.limit} forward passes are under way, the most this server runs at once). Then: {doing}"

    # ── Choices that a link can carry ─────────────────────────────────────────────────────────────

    def layer(self, *, with_embeddings: bool = False) -> int:
        """The chosen layer: 0-based, or, `with_embeddings`, an index into `hidden_states`, where 0 is the embeddings."""
        n = self.model.info.n_layers
        if with_embeddings:
            names = ["embeddings", *(str(layer) for layer in range(1, n + 1))]
            return names.index(st.select_slider("Layer", names, value=names[-1], key="state", bind="query-params"))
        return int(st.slider("Layer", 1, n, key="layer", bind="query-params")) - 1

    def head(self) -> int:
        """The chosen head, 0-based."""
        return int(st.slider("Head", 1, self.model.info.n_heads, key="head", bind="query-params")) - 1

    def strip(
        self,
        encoding: Encoding,
        *,
        key: str = "strip",
        hint: str = "",
        chosen: Sequence[int] = (),
        with_text: bool = False,
    ) -> int | None:
        """The sentence as tokens. With a `hint` each can be clicked: the position clicked just now, else None."""
        data = token_strip.strip_data(encoding, self.theme, hint=hint, chosen=chosen, with_text=with_text)
        result = _strip(key=f"strip_{key}", data=data, on_clicked_change=lambda: None)
        clicked = result.clicked
        return int(clicked) if clicked is not None and 0 <= int(clicked) < encoding.n_tokens else None

    def show(self, figure: go.Figure, *, name: str, alt: str) -> None:
        """A figure with the camera button that saves it. `alt` is what a screen reader says."""
        self._drawn += 1
        st.plotly_chart(figure, theme=None, key=f"chart_{name}", config=self._config(name), alt=alt)

    def choose(self, figure: go.Figure, *, name: str, alt: str) -> Any:
        """The same, clickable: the `customdata` of the chosen point, or None. Points of scatter traces only."""
        self._drawn += 1
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

    def link(self, key: str, label: str) -> None:
        """A link to another page, by its key in the page list."""
        st.page_link(PAGES[key].file, label=label, icon=":material/arrow_forward:")

    @contextmanager
    def fold(self, title: str) -> Iterator[None]:
        """A folded part of the page."""
        with st.expander(title):
            yield

    def python(self, code: str) -> None:
        """The shortest code that gives the numbers of this page, folded."""
        with st.expander("Python"):
            st.caption("Plain transformers, for this very input. Run it from the folder of this program.")
            st.code(code, language="python")

    def say_unknown_model(self) -> None:
        """A link to a model that this server does not have: said, and the default shown."""
        asked = st.session_state.pop("_unknown_model", None)
        if asked is not None:
            st.warning(
                plain(
                    f"The link asks for the model “{asked[:80]}”, which this server does not offer. This is its default instead."
                )
            )

    def export(self) -> None:
        """Which kind of file the camera button of each picture saves."""
        if self._drawn:
            with st.expander("Export"):
                st.radio(
                    "The camera button on each picture saves it as", ["PNG", "SVG"],
                    key="picture_format", horizontal=True, persist_state="session",
                )  # fmt: skip

    def _config(self, name: str) -> dict[str, Any]:
        kind = st.session_state.get("picture_format", "PNG").lower()
        image = {"format": kind, "scale": 2, "filename": f"inside-bert-{name}"}
        unused = ["zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"]
        return {"displaylogo": False, "toImageButtonOptions": image, "modeBarButtonsToRemove": unused}
