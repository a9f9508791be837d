"""`open_page`: what every page begins with, and what it reads: the typed texts, the model, and one forward pass over them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from bertviz_app import notes, plots
from bertviz_app.blanks import Blanked
from bertviz_app.components import token_strip
from bertviz_app.errors import InsideBertError
from bertviz_app.records import Encoding, FinalState, ForwardPass
from bertviz_app.uploads.texts import TextRow
from bertviz_app.workspace import caches, choices, costs, examples, jobs, memory, scene, several
from bertviz_app.workspace.blanks import read_with_blanks, say_hidden
from bertviz_app.workspace.drawing import Drawing
from bertviz_app.workspace.lazily import lazily
from bertviz_app.workspace.markup import plain, style
from bertviz_app.workspace.navigation import PAGES, SIDEBAR, draw_head, draw_model_line, draw_sidebar, say_unknown_model
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.sentence import sentence_form, text_form
from bertviz_app.workspace.subject import as_visitor_says

if TYPE_CHECKING:
    from bertviz_app.models import Model

T = TypeVar("T")

_strip = st.components.v2.component("inside_bert.token_strip", html=token_strip.HTML, css=token_strip.CSS, js=token_strip.JS)

LONGEST_CAPTION = 200  # characters of a text below a picture that is taken away


@contextmanager
def open_page(key: str) -> Iterator[Page]:
    """Page config, sidebar, title; then the page's own lines, with errors shown as sentences.

    Any `InsideBertError` from within becomes one sentence on the screen and ends the page; anything else is a bug and keeps its traceback.
    """
    entry = PAGES[key]
    title = "Inside BERT" if key == "home" else f"{entry.title} · Inside BERT"
    st.set_page_config(
        page_title=title,
        page_icon=str(Path(__file__).with_name("assets") / "icon.png"),
        layout="wide",
        initial_sidebar_state=SIDEBAR,
    )
    theme = memory.theme()
    st.html(style(theme, embedded=bool(st.context.is_embedded)))
    scene.choose_now()
    model_name = draw_sidebar(key)
    draw_head(entry)
    caches.warm_up()  # the first page of all has its title before torch is imported
    said = st.container()
    if not memory.restore():
        st.stop()  # the browser answers in a moment, and this page runs again with what was typed before
    # Plotly asks what of pandas is there, and stumbles over one that another visitor's run is just importing. This waits for it.
    import_module("pandas")
    page = Page(model_name, memory.theme())
    try:
        with _its_turn(), page.borrowed:  # what the page uses cannot be let go before its run is over
            say_unknown_model()
            yield page
    except jobs.Halted:
        pass  # the page ends here, with a button to go on
    except InsideBertError as error:
        st.error(plain(str(error)), icon=":material/info:")
    for sentence in filter(None, [scene.FORGOTTEN.take(), *choices.corrections()]):
        said.warning(plain(sentence))
    memory.keep()


@contextmanager
def _its_turn() -> Iterator[None]:
    """One of the few runs that compute at the same time; who has to wait is told so."""
    with ExitStack() as stack:
        with st.spinner("Waiting for a free place") if caches.runs.is_full else nullcontext():
            stack.enter_context(caches.runs.turn())
        yield


class Page(Drawing):
    """One run of one page: the typed texts, the model, and, from `Drawing`, the ways to show."""

    def __init__(self, model_name: str, theme: plots.Theme) -> None:
        super().__init__(theme)
        self._model_name = model_name
        self.borrowed = ExitStack()
        self._read: tuple[str, ...] = ()
        self._places: list[str] = []
        self.sample = (examples.FIRST, "")  # the sentence and the second one, until something is typed

    # ── What was typed, and what BERT made of it ──────────────────────────────────────────────────

    def sentence(self, *, pair: bool = False) -> None:
        """The sentence form, and under it what became of the input that the writer may not expect."""
        sentence_form(pair=pair, sample=self.sample)
        say_hidden(self)
        self.reads(self.text, self.pair or "")
        for note in (*notes.notes(self.encoding), notes.unread_pair(self.typed_texts[1] or "", self.encoding)):
            if note:
                st.caption(plain(note))

    @property
    def typed_texts(self) -> tuple[str, str | None]:
        """The sentence and the second one, if there is one, as they were typed."""
        pair = memory.recall("pair", self.sample[1])
        return memory.recall("text", self.sample[0]), pair if pair.strip() else None

    @property
    def text(self) -> str:
        """The sentence as it is read: a blank stands for each piece of a hidden word."""
        return self.blanked[0].text

    @property
    def pair(self) -> str | None:
        """The second text as it is read; None where there is none, or nothing is left of it in tokens."""
        return None if self.encoding.pair is None else self.blanked[1].text

    @lazily
    def blanked(self) -> tuple[Blanked, Blanked]:
        """Both texts as they are read."""
        return read_with_blanks(self)

    @lazily
    def typed(self) -> Encoding:
        """The texts as the model would read them with nothing hidden."""
        return self.model.encode(*self.typed_texts)

    def texts(self, name: str, label: str, default: Sequence[str], *, button: str = "Show") -> list[str]:
        """Several sentences, one a line, kept across pages and reloads; at most as many as the settings allow."""
        return [row.text for row in self.lines(name, label, default, button=button)]

    def lines(self, name: str, label: str, default: Sequence[str], *, button: str = "Show") -> tuple[TextRow, ...]:
        """The same with the number of each line."""
        boxes = {name: (several.labelled(label), "\n".join(default))}
        rows = several.read_lines(text_form(name, boxes, button=button)[name], self.model.reader.holds_text)
        self.reads(*(row.text for row in rows))
        return rows

    def reads(self, *texts: str) -> None:
        """The texts that the pictures from here on are about: their captions say so."""
        self._read = tuple(text for text in texts if text)

    @property
    def caption(self) -> list[str]:
        """The model, the layer and head that were chosen, and what was read; as much of these as this page has asked for so far."""
        model = [self.model.info.title] if "model" in self.__dict__ else []
        first, *others = [" ".join(text.split()) for text in self._read] or [""]
        said = [
            f"“{text[:LONGEST_CAPTION]}{'…' if len(text) > LONGEST_CAPTION else ''}”" for text in (first, *others[:1]) if text
        ]
        if len(others) > 1:
            said = [f"{said[0]} and {len(others)} more"]
        return [" · ".join(["Inside BERT", *model, *self._places]), *([" · ".join(said)] if said else [])]

    @lazily
    def model(self) -> Model:
        """The chosen model; loads it, or waits for whoever is loading it."""
        noticed = st.empty().empty  # a visitor who goes on to another page meanwhile is noticed where something is drawn
        with st.spinner("Loading the model", show_time=True):
            model = as_visitor_says(self.borrowed.enter_context(caches.borrowed_model(self._model_name, noticed)))
        draw_model_line(model.info)
        return model

    @lazily
    def encoding(self) -> Encoding:
        """The text (and the second one, if there is one) as the model reads it, hidden words as blanks: the same on every page."""
        return self.model.encode(self.text, self.blanked[1].text or None)

    @lazily
    def forward(self) -> ForwardPass:
        """The one encoder pass over what was typed: the same record on every page, for every visitor."""
        return self.run(self.encoding)

    def run(self, encoding: Encoding) -> ForwardPass:
        """An encoder pass over another encoding, or the record of it if it was made before."""
        if caches.known(self.model, encoding):
            return caches.forward_pass(self.model, encoding)
        with st.spinner(costs.waiting(f"Running BERT on {encoding.n_tokens} tokens")):
            return caches.forward_pass(self.model, encoding)

    def final_states(self, encodings: Sequence[Encoding], label: str) -> list[FinalState]:
        """The last layer of many encodings, in the order given; `label` says what is read, once on a page."""
        found = {i: state for i, encoding in enumerate(encodings) if (state := caches.final_state(self.model, encoding))}
        missing = [index for index in range(len(encodings)) if index not in found]
        if missing:
            job = self._reading(caches.read_final_states, label, [encodings[index] for index in missing])
            states: list[FinalState] = jobs.result(job, key=label)
            found |= zip(missing, states, strict=True)
        return [found[index] for index in range(len(encodings))]

    def runs(self, encodings: Sequence[Encoding], label: str) -> list[ForwardPass]:
        """An encoder pass over each of several encodings, in the order given; `label` says what is read, once on a page."""
        if all(caches.known(self.model, encoding) for encoding in encodings):
            return [caches.forward_pass(self.model, encoding) for encoding in encodings]
        return jobs.result(self._reading(caches.read_passes, label, encodings), key=label)

    def _reading(self, work: Callable[..., list[T]], label: str, encodings: Sequence[Encoding]) -> jobs.Job[list[T]]:
        n, longest = len(encodings), max(encoding.n_tokens for encoding in encodings)
        seconds = costs.expected(self.model, n, longest)
        return jobs.Job(label, work, (self.model, tuple(encodings)), seconds, keep=False)

    # ── Choices that a link can carry ─────────────────────────────────────────────────────────────

    def layer(self, *, with_embeddings: bool = False) -> int:
        """The chosen layer: 0-based, or, `with_embeddings`, an index into `hidden_states`, where 0 is the embeddings."""
        n = self.model.info.n_layers
        if with_embeddings:
            names = ["embeddings", *(str(layer) for layer in range(1, n + 1))]
            name = choices.one_on_scale(Choice.STATE, "Layer", names, value=names[-1])
            self._places.append(name if name == names[0] else f"layer {name}")
            return names.index(name)
        number = choices.number(Choice.LAYER, "Layer", 1, n)
        self._places.append(f"layer {number}")
        return number - 1

    def head(self) -> int:
        """The chosen head, 0-based."""
        number = choices.number(Choice.HEAD, "Head", 1, self.model.info.n_heads)
        self._places.append(f"head {number}")
        return number - 1

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
        data = token_strip.strip_data(encoding, self.theme, hint=hint, chosen=chosen, with_text=with_text) | {"name": key}
        result = _strip(key=f"strip_{key}", data=data, on_clicked_change=lambda: None)
        clicked = result.clicked
        # What a browser sends is checked.
        return clicked if type(clicked) is int and 0 <= clicked < encoding.n_tokens else None

    def python(self, code: str) -> None:
        """The code of this page, folded. A checkpoint of the server's own is called by its folder: where that lies is the server's business."""
        source = self.model.info.source
        super().python(code.replace(source, os.path.basename(source)) if os.path.isabs(source) else code)
