"""All that a session remembers, by name: no other module reads or writes Streamlit's session state.

What is being looked at is one value, the `Scene`. The others are what widgets hold meanwhile, and what belongs to a file, a job or a browser.
A `Kept` value is one for the whole session. A `KeptOf` value belongs to what it is about (a text, a model, a job): about anything else
there is none, so that nothing said of one text is ever shown for another.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, cast

import streamlit as st

from bertviz_app.workspace import address
from bertviz_app.workspace.scene import FORMER_NAMES, OF_THE_INPUT, Choice, Scene

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

    def latest(self) -> tuple[Hashable, T]:
        """What it was about the last time, and the value."""
        return cast(tuple[Hashable, T], st.session_state.get(self.name, (None, self.default)))


# ── What is being looked at ───────────────────────────────────────────────────────────────────────

SCENE: Kept[Scene] = Kept("scene", Scene())


def now() -> Scene:
    """What this session looks at."""
    return SCENE.value()


def see(**changes: Any) -> None:
    """Look at the same, but for some fields of the `Scene`."""
    SCENE.put(replace(now(), **changes))


def asked() -> Scene:
    """What the address asks for."""
    return address.read(now().page or "", {name: st.query_params.get_all(name) for name in st.query_params})


def enter(scene: Scene) -> None:
    """Look at another scene, from the next run on: all of it, and what it leaves open as each page has it by itself."""
    SCENE.put(replace(scene, page=now().page))
    MODEL_PICKED.put(scene.model is not None)
    HEAD_SUGGESTED.put(Choice.HEAD in scene.choices)
    choose_later({choice: scene.choices.get(choice) for choice in Choice if choice not in OF_THE_INPUT})


# ── The visitor's browser ─────────────────────────────────────────────────────────────────────────

RESTORED = Kept("_restored", False)  # whether the browser has answered what it kept
QUESTION = Kept("_question", "")  # the word that its answer must name
FORGOTTEN = Kept("_forgotten", "")  # the sentence that not all of it could be read
SCREEN = Kept("_screen", "")  # such as "dark narrow"
FILLED: Kept[Mapping[str, Hashable]] = Kept("_filled", {})  # what each box for text was filled with, and on which page

# ── The model, and the page ───────────────────────────────────────────────────────────────────────
MODEL = Kept[str | None]("model", None)  # the box in the sidebar: a widget, one for each page
MODEL_PICKED = Kept("_model_picked", False)  # whether it was picked in the box since the last run
GOING: Kept[Scene | None] = Kept("_going", None)  # where the next run goes, for what a callback cannot do
VISIT = Kept("_visit", 0)  # counts the pages that were gone to
MODEL_LINE = Kept[Any]("_model_line", None)  # the place below the box, filled once the model is known
UNKNOWN_MODEL = Kept[str | None]("_unknown_model", None)  # what a link asked for and this server does not have

# ── What was chosen, on whatever page ─────────────────────────────────────────────────────────────

ADDRESS: Kept[tuple[Choice, ...]] = Kept("_address", ())  # the choices that this run has drawn and its link must say
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
    """What stands in a box for typed text: the widget's, gone when the page is left. The scene has what was submitted."""
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
    if now().page == page:
        return False
    see(page=page)
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
    """Choices that are made when the next run begins, None for the default: a widget that is drawn already cannot be set."""
    _LATER.put({**_LATER.value(), **choices})


def choose_now() -> None:
    """Make the choices that the last run left for this one, and those of a link by a former name. Each page calls it before it draws a widget."""
    ADDRESS.take()
    for former in [name for name in FORMER_NAMES if name in st.query_params]:
        now_called = FORMER_NAMES[former]
        if now_called not in st.query_params and now_called in asked().choices:
            choose(now_called, asked().choices[now_called])
        del st.query_params[former]
    for choice, value in _LATER.take().items():
        if value is None:
            unchoose(choice)
        else:
            choose(choice, value)
