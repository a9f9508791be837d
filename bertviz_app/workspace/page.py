"""`open_page`: what every page begins with, and what it reads: the typed texts, the model, and one forward pass over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from bertviz_app.analysis import input_notes
from bertviz_app.analysis.script import where_it_runs
from bertviz_app.drawing import colors
from bertviz_app.drawing.components import token_strip
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import InsideBertError
from bertviz_app.records.forward import Encoding
from bertviz_app.uploads.texts import TextRow
from bertviz_app.workspace import caches, choices, comparing, examples, memory, session, several_texts
from bertviz_app.workspace.about import as_visitor_says
from bertviz_app.workspace.display import Drawing
from bertviz_app.workspace.hidden_words import is_hidden, say_hidden, turned
from bertviz_app.workspace.lazily import lazily
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.navigation import draw_model_line, offered_models
from bertviz_app.workspace.page_list import PAGES
from bertviz_app.workspace.scene import Choice, Differs, HiddenWords
from bertviz_app.workspace.sentence import sentence_form, text_form
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

T = TypeVar("T")

_strip = st.components.v2.component("inside_bert.token_strip", html=token_strip.HTML, css=token_strip.CSS, js=token_strip.JS)

LONGEST_CAPTION = 200  # characters of a text below a picture that is taken away


class Page(Drawing):
    """One run of one page: the typed texts, the model, and, from `Drawing`, the ways to show."""

    def __init__(self, model_name: str, theme: colors.Theme) -> None:
        super().__init__(theme)
        self._model_name = model_name
        self.borrowed = ExitStack()
        self._read: tuple[str, ...] = ()
        self._places: list[str] = []
        self.sample = (examples.FIRST, "")  # the sentence and the second one, until something is typed
        self.variant: Subject | None = None  # what is compared with the subject, once the sentence is drawn
        self._compares = False

    # ── What was typed, and what BERT made of it ──────────────────────────────────────────────────

    def sentence(self, *, pair: bool = False) -> None:
        """The sentence form, and under it what became of the input that the writer may not expect."""
        entry = PAGES[session.now().page or "home"]
        sentence_form(pair=pair, sample=self.sample, compare=partial(comparing.turn, entry.differs) if entry.differs else None)
        say_hidden(self.typed_texts)
        self.reads(self.subject.text, self.subject.pair or "")
        for note in (
            *input_notes.notes(self.subject.encoding),
            input_notes.unread_pair(self.typed_texts[1] or "", self.subject.encoding),
        ):
            if note:
                st.caption(plain(note))
        if entry.differs:
            self.choose_variant()
        else:
            comparing.say_not_here(entry.alone)

    # ── What it is compared with ──────────────────────────────────────────────────────────────────

    def compare_button(self) -> None:
        """The button that begins to compare and ends it, on a page whose sentence is not the one that all pages share."""
        differs = PAGES[session.now().page or "home"].differs
        st.button("Compare", key="compare", on_click=comparing.turn, args=(differs,))

    def choose_variant(self, *, differs: Sequence[Differs] = ()) -> None:
        """The row that describes the variant, while something is compared: by all in which two may differ on this page, or by some of it."""
        offered = offered_models()
        differs = differs or PAGES[session.now().page or "home"].differs
        others = sorted(offered, key=lambda name: name == session.now().model)  # the first is another than that of the original
        what = comparing.Offered(differs, others, lambda name: self._opened(offered[name]))
        self.variant = comparing.choose_variant(self.subject, what)
        if self.variant and Differs.BLANKS in session.now().compared:
            self.hide_words(self.variant)

    def compare(self, draw: Callable[[Subject, colors.Theme], Picture], differ: Callable[[], Picture], *, name: str) -> None:
        """Original and variant as pictures side by side, and below them, with its table, the picture of what differs.

        Where the variant cannot be drawn, the original stands beside the reason.
        """
        if self.variant is None:
            raise ValueError("nothing is compared")
        self._compares = True
        said, half = st.empty(), replace(self.theme, narrow=True)
        sides = [(self.subject, comparing.ORIGINAL), (self.variant, comparing.VARIANT)]
        drawn = comparing.on_one_scale([comparing.drawn_or_why_not(draw, subject, half) for subject, _ in sides])
        self.beside(
            [((side, comparing.line(subject)), one) for (subject, side), one in zip(sides, drawn, strict=True)], name=name
        )
        if not all(isinstance(one, Picture) for one in drawn):
            return
        try:
            difference = differ()
        except InsideBertError as error:
            said.info(plain(str(error)))
            return
        same = comparing.is_same(self.subject, self.variant)
        said.markdown(f"**What differs.** {plain(comparing.SAME if same else difference.notice)}")
        self.show(difference.figure, name=f"{name}-difference", alt=f"{difference.alt}. {difference.notice}")
        with self.fold("Table"):
            self.table(difference.columns, name=f"{name}-difference")

    def alone(self, why: str) -> None:
        """That this view shows the original alone, while something is compared, and why."""
        self._compares = True
        comparing.say_not_here(why)

    def end(self) -> None:
        """What is left to be said when all of the page is drawn."""
        if self.variant and not self._compares:
            st.caption("This view shows the original alone.")

    @property
    def typed_texts(self) -> tuple[str, str | None]:
        """The sentence and the second one, if there is one, as they were typed."""
        pair = memory.recall("pair", self.sample[1])
        return memory.recall("text", self.sample[0]), pair if pair.strip() else None

    @lazily
    def subject(self) -> Subject:
        """What the page is about: the chosen model and the typed texts, with the words that are hidden in them."""
        return Subject(lambda: self.model, lambda: HiddenWords(self.typed_texts, session.now().hidden_in(self.typed_texts)))

    def texts(self, name: str, label: str, default: Sequence[str], *, button: str = "Show") -> list[str]:
        """Several sentences, one a line, kept across pages and reloads; at most as many as the settings allow."""
        return [row.text for row in self.lines(name, label, default, button=button)]

    def lines(self, name: str, label: str, default: Sequence[str], *, button: str = "Show") -> tuple[TextRow, ...]:
        """The same with the number of each line."""
        boxes = {name: (several_texts.labelled(label), "\n".join(default))}
        rows = several_texts.read_lines(text_form(name, boxes, button=button)[name], self.model.reader.holds_text)
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
        read = [self._side] if self._side else [" · ".join(said)] if said else []
        return [" · ".join(["Inside BERT", *model, *self._places]), *read]

    @lazily
    def model(self) -> Model:
        """The chosen model; loads it, or waits for whoever is loading it."""
        model = as_visitor_says(self._opened(self._model_name))
        draw_model_line(model.info)
        return model

    def _opened(self, name: str) -> Model:
        noticed = st.empty().empty  # a visitor who goes on to another page meanwhile is noticed where something is drawn
        with st.spinner("Loading the model", show_time=True):
            return self.borrowed.enter_context(caches.borrowed_model(name, noticed))

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

    def hide_words(self, subject: Subject | None = None) -> None:
        """The strip of what the page is about: a click on a word hides it on every page, a second one brings it back.

        Of another `subject`, the variant, it hides a word there only.
        """
        side, subject = ("variant_blanks" if subject else "blanks"), subject or self.subject
        chosen = [position for position in subject.encoding.positions("mask") if is_hidden(subject, position)]
        where = " in the variant" if side == "variant_blanks" else ""
        hint = f"Click a word to hide it{where}; click it again to bring it back."
        clicked = self.strip(subject.encoding, key=side, hint=hint, chosen=chosen)
        if clicked is not None and (hidden := turned(subject, clicked)) != subject.hidden:
            field = "hidden" if subject is self.subject else "variant_hidden"
            session.see(**{field: HiddenWords(subject.typed_texts, hidden)})
            st.rerun()

    def python(self, code: str) -> None:
        """The code of this page, folded, and where it runs."""
        infos = [subject.model.info for subject in (self.subject, self.variant) if subject]
        self.folded_python(code, where_it_runs(code, *infos))
