"""All that a session remembers, by name: no other module reads or writes Streamlit's session state.

A `Kept` value is one for the whole session. A `KeptOf` value belongs to what it is about (a text, a model, a job): about anything else
there is none, so that nothing said of one text is ever shown for another. What widgets remember by their `key` has its name here as well.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import streamlit as st

T = TypeVar("T")


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


# ── What was typed, and the visitor's browser ─────────────────────────────────────────────────────

TEXTS: Kept[Mapping[str, str]] = Kept("texts", {})  # every submitted text, by the name of its box
RESTORED = Kept("_restored", False)  # whether the browser has answered what it kept
SCREEN = Kept("_screen", "")  # such as "dark narrow"
SAMPLE = Kept("_sample", ("", ""))  # the sample that the sentence boxes were filled from

ABOUT: Kept[Mapping[str, str] | None] = Kept("_about", None)  # by model, what the visitor says that its classifier is about

# ── The model, and the page ───────────────────────────────────────────────────────────────────────

MODEL = Kept[str | None]("model", None)  # the box in the sidebar: a widget, one for each page
CHOSEN_MODEL = Kept[str | None]("_model", None)  # what it held last, on whatever page
PAGE = Kept[str | None]("_page", None)  # the page of the last run
MODEL_LINE = Kept[Any]("_model_line", None)  # the place below the box, filled once the model is known
UNKNOWN_MODEL = Kept[str | None]("_unknown_model", None)  # what a link asked for and this server does not have

# ── What was clicked in a strip of tokens, each about one text ────────────────────────────────────

HIDDEN_WORDS: KeptOf[tuple[int, ...]] = KeptOf("hidden_words", ())
ATTENTION_TOKEN: KeptOf[int | None] = KeptOf("_attention_token", None)
LENS_TOKEN: KeptOf[int | None] = KeptOf("_lens_token", None)
SUMMED_TOKEN: KeptOf[int | None] = KeptOf("_summed_token", None)
NEIGHBOURS_TOKEN: KeptOf[int | None] = KeptOf("neighbours_of", None)
FORWARD_TOKEN: KeptOf[int] = KeptOf("forward_token", 1)
REPLACEMENT: KeptOf[tuple[int | None, str]] = KeptOf("replacement", (None, ""))

# ── Choices that other parts of the program set or read, by the keys of their widgets ─────────────

LAYER = Kept("layer", 1)  # counted from 1, as on the screen
HEAD = Kept("head", 1)
HEAD_SUGGESTED = Kept("_head_suggested", False)
HEADS_BESIDE: Kept[list[tuple[int, int]]] = Kept("_heads_beside", [])
LONG_TEXT_OPENED: Kept[Hashable] = Kept("_long_text_opened", None)
HIDES_IN_LENS = Kept("lens_hide", False)
PICTURE_FORMAT = Kept("picture_format", "PNG")
GLOSSARY_SEARCH = Kept("glossary_search", "")

# ── Files, and what was read of them ──────────────────────────────────────────────────────────────

TABLE = Kept[Any]("_table", None)
TABLE_ID = Kept[str | None]("_table_id", None)
VERDICTS: KeptOf[Any] = KeptOf("_verdicts", None)

_LATER: Kept[Mapping[str, object]] = Kept("_later", {})
_MAY_STOP = Kept("_may_stop", "")


def draft(name: str) -> Kept[str]:
    """What stands in a box for typed text: the widget's, gone when the page is left. `TEXTS` has what was submitted."""
    return Kept(f"draft_{name}", "")


def heads_off(model_key: str) -> Kept[list[str]]:
    """The heads of a model that are switched off, as their names in the box."""
    return Kept(f"heads_off_{model_key}", [])


def subject(model_name: str) -> Kept[str]:
    """The box that says what a model's classifier is about."""
    return Kept(f"about_{model_name}", "")


def submitted(name: str) -> bool:
    """Whether the button of a form was pressed just now."""
    return bool(st.session_state.get(f"submit_{name}"))


# ── Jobs that wait for a click ────────────────────────────────────────────────────────────────────


def job(name: str) -> Kept[Hashable]:
    """What a job was asked for last: its inputs as plain values."""
    return Kept(f"{name}_of", None)


def stoppable(name: str) -> None:
    """The job that `stop` means from here on."""
    _MAY_STOP.put(name)


def stop() -> None:
    """Forget that the job was asked for."""
    job(_MAY_STOP.value()).take()


# ── Choices for the next run ──────────────────────────────────────────────────────────────────────


def choose_later(choices: Mapping[str, object]) -> None:
    """Choices of widgets, by their keys, that are made when the next run begins: a widget that is drawn already cannot be set."""
    _LATER.put({**_LATER.value(), **choices})


def choose_now() -> None:
    """Make the choices that the last run left for this one. Each page calls it before it draws a widget."""
    for key, value in _LATER.take().items():
        st.session_state[key] = value
