"""Long jobs: a button that says what they cost, a bar that shows how far they are, and a way to stop them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

import streamlit as st


def asked(key: str, wanted: Hashable, label: str) -> bool:
    """Whether this very job was asked for in this session; until then there is a button. `wanted` tells it from others of its kind."""
    if st.session_state.get(f"{key}_of") == wanted:
        return True
    place = st.empty()
    if place.button(label, type="primary", key=key):
        st.session_state[f"{key}_of"] = wanted
        place.empty()
        return True
    return False


@contextmanager
def watched(key: str, doing: str) -> Iterator[Callable[[float], object]]:
    """A bar, and a button that stops the job: a click ends the run at the next step of the bar. Yields what is told the share done."""
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, text=doing)
        st.button("Stop", key=f"{key}_stop", on_click=st.session_state.pop, args=(f"{key}_of", None))
    yield lambda share: bar.progress(share, text=doing)
    place.empty()
