"""The sidebar, which is drawn from the list of pages, and the head of each page.

`pages/` sits beside `home.py`, and the first visitor of a fresh server may open any page without Home having run: the sidebar is drawn
by each page itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import streamlit as st

from bertviz_app import settings
from bertviz_app.analysis.glossary import TERMS
from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.checkpoints.folders import is_here
from bertviz_app.records.forward import ModelInfo
from bertviz_app.workspace import session
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.page_list import PAGES, PageEntry
from bertviz_app.workspace.scene import Scene

SIDEBAR = 252  # pixels of its width at first: a projector's screen is 1280 wide

COMMIT = re.compile(r"[0-9a-f]{40}")


def draw_sidebar(key: str) -> str:
    """Product name, model, pages; `key` is the page that is open. Returns the name of the chosen model."""
    with st.sidebar:
        st.markdown("**Inside BERT**")
        name = _model_choice(key)
        session.MODEL_LINE.put(st.empty())
        group = ""
        with st.container(key="page_list"):  # all of them in sight on a screen of 720 lines
            for page in PAGES.values():
                if page.group != group:
                    group = page.group
                    st.caption(group)
                st.page_link(page.file, label=page.title, width="stretch")
    return name


def go_to(scene: Scene) -> None:
    """Leave this page for a scene: its page, with all that it says; what it leaves open is as that page has it by itself.

    The widgets of that page write its address: what is bound to one of this page cannot be set here.
    """
    session.enter(scene)
    st.switch_page(PAGES[scene.page or "home"].file)


def draw_model_line(info: ModelInfo) -> None:
    """Size, number type, device and memory of the model, under its title in the sidebar."""
    parts = (
        f"{info.n_layers} layers × {info.n_heads} heads × {info.d_model}",
        f"{info.n_parameters / 1e6:.1f} M parameters",
        f"{info.dtype} on {info.device}",
        f"{info.n_bytes / 1e6:.0f} MB",
    )
    # The sidebar is narrow: a line ends between two facts, not between a number and its unit.
    line = " · ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts)
    session.MODEL_LINE.value().caption(line + _revision(info))


def _revision(info: ModelInfo) -> str:
    """Which revision of a downloaded model is opened, and whether it is the one that was tested."""
    pinned = CATALOG[info.name].revision if info.name in CATALOG else None
    if not COMMIT.fullmatch(info.revision):
        return ""
    return f" · revision {info.revision[:8]}{f', not the pinned {pinned[:8]}' if pinned not in (None, info.revision) else ''}"


def offered_models() -> dict[str, str]:
    """The models that can be chosen on this server, by the name in the sidebar and in links, with what `load` is given for each.

    The folders that the settings name come first, by their last part: a visitor has no use for the server's paths. Then what is here of
    the catalogue. The page Models says how to fetch what is not; the server's default is offered all the same, and says so itself.
    """
    limits = settings.current()
    own: dict[str, str] = {}
    for source in limits.checkpoints:
        name = os.path.basename(os.path.normpath(source))
        twins = sum(1 for other in own if other == name or other.startswith(f"{name} ("))
        own[f"{name} ({twins + 1})" if twins else name] = source
    known = {name: name for name, checkpoint in CATALOG.items() if name == limits.model or is_here(checkpoint)}
    return own | {name: source for name, source in known.items() if name not in own}


def default_model(offered: Mapping[str, str]) -> str:
    """The name, among those offered, of the model that the settings want seen first."""
    wanted = settings.current().model
    return next((name for name, source in offered.items() if wanted in (name, source)), next(iter(offered)))


def say_unknown_model() -> None:
    """A link to a model that this server does not have: said, and the default shown."""
    asked = session.UNKNOWN_MODEL.take()
    if asked is None:
        return
    known = CATALOG.get(asked)
    why = (
        f"“{known.title}”, which is not on this machine (the page Models says how to fetch it)"
        if known
        else f"“{asked[:80]}”, which this server does not offer"
    )
    st.warning(plain(f"The link asks for the model {why}. This is the server’s default instead."))


def draw_head(entry: PageEntry) -> None:
    """The title, what the page shows, and its terms: what each means, and the way to its line of the glossary."""
    mine = [term for term in TERMS if term.page == entry.key]
    with st.container(horizontal=True, key="page_head"):
        st.title("Inside BERT" if entry.key == "home" else entry.title, anchor=False, width="content")
        st.markdown(entry.line, width="content")
        if mine:
            with st.popover("Words used here", type="tertiary"):
                for term in mine:
                    with st.container(gap=None):
                        st.page_link(PAGES["glossary"].file, label=term.name, query_params={"term": term.name})
                        st.markdown(term.meaning)


def _model_choice(key: str) -> str:
    """The models by their titles. The address carries the name: a widget bound to it would write the title there.

    What was just picked counts; else the address, which Back, Forward and links change; else what was chosen before, on whatever page.
    """
    offered = offered_models()
    default = default_model(offered)
    asked, chosen_before = st.query_params.get("model"), session.now().model
    for gone in (name for name in (asked, chosen_before) if name is not None and name not in offered):
        session.UNKNOWN_MODEL.put(gone)
    picked = session.MODEL_PICKED.take()
    moved = not picked and asked in offered and asked != chosen_before
    # On another page it is another widget, which knows nothing of what was chosen.
    if session.arrive(key) or moved or not session.MODEL.is_set():
        wanted = (chosen_before, asked) if picked else (asked, chosen_before)
        session.MODEL.put(next((name for name in wanted if name in offered), default))
    chosen = st.selectbox(
        "Model", list(offered), key=session.MODEL.name, format_func=_title, label_visibility="collapsed", on_change=_pick
    )
    session.see(model=chosen)
    if st.query_params.get("model", default) != chosen:
        st.query_params["model"] = chosen
    return offered[chosen]


def _pick() -> None:
    # Kept before the page runs: who picks a model and goes to another page at once has it there, where this widget is not.
    session.see(model=session.MODEL.value())
    session.MODEL_PICKED.put(True)


def _title(name: str) -> str:
    return CATALOG[name].title if name in CATALOG else name
