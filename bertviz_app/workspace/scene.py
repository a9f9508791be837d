"""All that a session remembers, by name: no other module reads or writes Streamlit's session state.

A `Kept` value is one for the whole session. A `KeptOf` value belongs to what it is about (a text, a model, a job): about anything else
there is none, so that nothing said of one text is ever shown for another. A `Choice` is what somebody chose in a widget of `choices.py`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any, Generic, TypeVar, cast

import streamlit as st

T = TypeVar("T")
Span = tuple[int, int, int]  # text (0 the first, 1 the second), first character, character after the last
Plain = bool | int | str | list[str]


@dataclass(frozen=True)
class Kept(Generic[T]):
    """One value of the session; `default` until something is put there."""

    name: str
    default: T

    def value(self) -> T:
        """What was put there last."""
        return cast(T, st.session_state.get(self.name, self.default))

    def put(self, value: T) -> None:
        """Keep a value for all pages of this session; for a widget's, before it is drawn in a run, or in a callback."""
        st.session_state[self.name] = value

    def take(self) -> T:
        """The value, and from then on the default again."""
        return cast(T, st.session_state.pop(self.name, self.default))

    def is_set(self) -> bool:
        """Whether there is a value, be it the default."""
        return self.name in st.session_state


@dataclass(frozen=True)
class KeptOf(Generic[T]):
    """One value, kept with what it is about: `default` about anything else."""

    name: str
    default: T

    def of(self, subject: Hashable) -> T:
        """What was put there about this very subject."""
        about, value = st.session_state.get(self.name, (None, self.default))
        return cast(T, value) if about == subject else self.default

    def put(self, subject: Hashable, value: T) -> None:
        """Keep a value about a subject, in the place of that about any other."""
        st.session_state[self.name] = (subject, value)

    def latest(self) -> tuple[Hashable, T]:
        """What it was about the last time, and the value."""
        return cast(tuple[Hashable, T], st.session_state.get(self.name, (None, self.default)))


class Choice(StrEnum):
    """What can be chosen on a page, by the name that it has in the address: its own, in small letters."""

    ATTENTION_VIEW = auto()
    WHOLE_WORDS = auto()
    ATTENTION_HIDE = auto()
    ATTENTION_BLOCK = auto()
    EXPLORER_MODE = auto()
    HEADS_BESIDE = auto()
    LAYER = auto()  # layers and heads count from 1, as on the screen
    HEAD = auto()
    STATE = auto()  # a layer, or the embeddings
    LOOKS_LAYER = auto()
    SUMMED_VIEW = auto()
    SUMMED_METHOD = auto()
    SUMMED_LAYER = auto()
    HEAD_MEASURE = auto()
    ATTRIBUTION_VIEW = auto()
    ATTRIBUTION_METHOD = auto()
    ATTRIBUTION_BASELINE = auto()
    ATTRIBUTION_STEPS = auto()
    CLASSIFIER = auto()
    ONE_HEAD = auto()
    PREDICTION = auto()
    PREDICTION_ABOUT = auto()
    ANSWER = auto()
    INTERVENTIONS_VIEW = auto()
    HEADS_OFF = auto()
    LAYERS_OFF = auto()
    LENS_VIEW = auto()
    LENS_HIDE = auto()
    EMBEDDINGS_VIEW = auto()
    JOINED_WORD = auto()
    SENTENCE_VECTOR = auto()
    CONTEXTS_VIEW = auto()
    TOKENS_VIEW = auto()
    WORDPIECE_WORD = auto()
    BATCH_LENGTH = auto()
    FORWARD_VIEW = auto()
    TOP_K = auto()
    BLANK_ORDER = auto()
    NEXT_SENTENCE_VIEW = auto()
    POOLED_VIEW = auto()
    SENTIMENT_VIEW = auto()
    TEXTS_FROM = auto()
    TASK = auto()
    FOLLOWED_NAME = auto()
    SUMMARY_RATIO = auto()
    SUMMARY_LANGUAGE = auto()
    CENTRED = auto()
    CENTRED_TRAINED = auto()
    TEXT_VECTOR = auto()
    PROMPT = auto()
    LOOKED_INTO = auto()
    MODELS_VIEW = auto()
    TO_FETCH = auto()
    JUDGED = auto()
    JUDGED_WITH_NO_ANSWER = auto()
    ANSWER_BELOW = auto()
    ATTENTION_TOKEN = auto()  # what is clicked in a text is kept with it, not in the address
    LENS_TOKEN = auto()
    SUMMED_TOKEN = auto()
    NEIGHBOURS_TOKEN = auto()
    FORWARD_TOKEN = auto()
    REPLACEMENT = auto()


# ── What was typed, what of it is hidden, and the visitor's browser ───────────────────────────────
TEXTS: Kept[Mapping[str, str]] = Kept("texts", {})  # every submitted text, by the name of its box
HIDDEN: KeptOf[tuple[Span, ...]] = KeptOf("hidden_words", ())  # about the sentence and the second one, as they were typed
RESTORED = Kept("_restored", False)  # whether the browser has answered what it kept
QUESTION = Kept("_question", "")  # the word that its answer must name
FORGOTTEN = Kept("_forgotten", "")  # the sentence that not all of it could be read
SCREEN = Kept("_screen", "")  # such as "dark narrow"
FILLED: Kept[Mapping[str, Hashable]] = Kept("_filled", {})  # what each box for text was filled with, and on which page

ABOUT: Kept[Mapping[str, str] | None] = Kept("_about", None)  # by model, what the visitor says that its classifier is about

# ── The model, and the page ───────────────────────────────────────────────────────────────────────
MODEL = Kept[str | None]("model", None)  # the box in the sidebar: a widget, one for each page
CHOSEN_MODEL = Kept[str | None]("_model", None)  # what it held last, on whatever page
MODEL_PICKED = Kept("_model_picked", False)  # whether it was picked in the box since the last run
PAGE = Kept[str | None]("_page", None)  # the page of the last run
VISIT = Kept("_visit", 0)  # counts the pages that were gone to
MODEL_LINE = Kept[Any]("_model_line", None)  # the place below the box, filled once the model is known
UNKNOWN_MODEL = Kept[str | None]("_unknown_model", None)  # what a link asked for and this server does not have

# ── What was chosen, on whatever page ─────────────────────────────────────────────────────────────

CHOSEN: Kept[Mapping[str, Plain]] = Kept("_chosen", {})  # what a reload brings back
ADDRESS: Kept[Mapping[str, str]] = Kept("_address", {})  # what this run has drawn and its link must say
CORRECTED: KeptOf[Mapping[str, tuple[str, object]]] = KeptOf("_corrected", {})  # what a link asked for in vain, about one page

HEAD_SUGGESTED = Kept("_head_suggested", False)
LONG_TEXT_OPENED: Kept[Hashable] = Kept("_long_text_opened", None)
GLOSSARY_SEARCH = Kept("glossary_search", "")

TABLE_FILE = Kept[Any]("table_file", None)  # what the box for a file holds: a widget, empty again on every page
UPLOAD = Kept[Any]("_upload", None)  # a `files.Upload`: its name and its bytes
FILE_CHOICES: KeptOf[Mapping[str, str]] = KeptOf("_file_choices", {})  # how it is read, where that is not what was recognised
LAYOUTS: KeptOf[Mapping[str, Any]] = KeptOf("_layouts", {})  # what was recognised of it, by encoding
TABLE: KeptOf[Any] = KeptOf("_table", None)  # what was read of it, in one way
VERDICTS: KeptOf[Any] = KeptOf("_verdicts", None)

_LATER: Kept[Mapping[str, object]] = Kept("_later", {})


def draft(name: str) -> Kept[str]:
    """What stands in a box for typed text: the widget's, gone when the page is left. `TEXTS` has what was submitted."""
    return Kept(f"draft_{name}", "")


def fill(name: str, text: str) -> dict[str, str]:
    """Put a text into a box: on coming to a page, and when another text takes its place. What is being typed there stays.

    The first time in a session it is handed back as the widget's default: a browser that was cut off sends what stood there, which is newer.
    """
    box, filled = draft(name), (VISIT.value(), text)
    before = FILLED.value().get(name)
    if box.is_set() and before == filled:
        return {}
    FILLED.put({**FILLED.value(), name: filled})
    if before is None and not box.is_set():
        return {"value": text}
    box.put(text)
    return {}


def subject(model_name: str) -> Kept[str]:
    """The box that says what a model's classifier is about."""
    return Kept(f"about_{model_name}", "")


def submitted(name: str) -> bool:
    """Whether the button of a form was pressed just now."""
    return bool(st.session_state.get(f"submit_{name}"))


def arrive(page: str) -> bool:
    """To be told which page runs. Whether the visitor came from another one, or from outside."""
    if PAGE.value() == page:
        return False
    PAGE.put(page)
    VISIT.put(VISIT.value() + 1)
    return True


# By its place on a page, the job that was asked for or stopped there last, and which of the two.
JOBS: Kept[Mapping[str, tuple[Hashable, bool]]] = Kept("jobs", {})
MEASURED: KeptOf[tuple[Any, ...]] = KeptOf("_measured", ())  # the ways whose faithfulness was measured, for a prediction


def job(name: str) -> Kept[Hashable]:
    """What a job was asked for last: its inputs as plain values."""
    return Kept(f"{name}_of", None)


# ── Setting and reading choices ───────────────────────────────────────────────────────────────────


def choose(choice: str, value: object) -> None:
    """Set a choice, before its widget is drawn in a run or in a callback."""
    st.session_state[choice] = value


def unchoose(choice: str) -> None:
    """Back to the default, which the widget knows."""
    st.session_state.pop(choice, None)


def chosen(choice: str) -> Any:
    """What the widget of a choice holds, or what was set for it; None where there is neither."""
    return st.session_state.get(choice)


def choose_later(choices: Mapping[str, object]) -> None:
    """Choices that are made when the next run begins: a widget that is drawn already cannot be set."""
    _LATER.put({**_LATER.value(), **choices})


def choose_now() -> None:
    """Make the choices that the last run left for this one. Each page calls it before it draws a widget."""
    ADDRESS.take()
    for choice, value in _LATER.take().items():
        choose(choice, value)
