"""Long jobs: a button that says what they cost, a bar that shows how far they are, and a way to stop them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

import streamlit as st

from bertviz_app.workspace import scene


def asked(key: str, wanted: Hashable, label: str) -> bool:
    """Whether this very job was asked for in this session; until then there is a button. `wanted` tells it from others of its kind."""
    stoppable(key)
    if scene.job(key).value() == wanted:
        return True
    place = st.empty()
    if place.button(label, type="primary", key=key):
        scene.job(key).put(wanted)
        place.empty()
        return True
    return False


def stoppable(key: str) -> None:
    """The job that a Stop button means from here on; the one that was asked for last, unless told otherwise."""
    scene.stoppable(key)


@contextmanager
def watched(doing: str) -> Iterator[Callable[[float], object]]:
    """A bar with a button that stops what was asked for last: the run ends at the next step of the bar. Yields what is told the share done."""
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, text=doing)
        st.button("Stop", key=f"stop_{doing}", on_click=scene.stop)
    yield lambda share: bar.progress(share, text=doing)
    place.empty()
