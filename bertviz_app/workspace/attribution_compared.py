"""All methods of attribution side by side, for one prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.lenses import attribution as methods
from bertviz_app.lenses import attribution_code as code
from bertviz_app.lenses import attribution_compared as lens
from bertviz_app.lenses.attribution import METHODS
from bertviz_app.lenses.attribution_code import Way
from bertviz_app.plots import label
from bertviz_app.workspace.attribution import attribution, choose_baseline, choose_steps, requested
from bertviz_app.workspace.explained import Explained

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


def choose_ways() -> list[Way]:
    """Each method, all with the same baseline."""
    with st.container(horizontal=True, gap="medium"):
        baseline, n_steps = choose_baseline(), choose_steps()
    return [
        (method.key, baseline if method.has_baseline else "mask", n_steps if method.work == "steps" else 0)
        for method in METHODS.values()
    ]


def side_by_side(page: Page, what: Explained) -> None:
    """A row for each method."""
    ways = choose_ways()
    if not requested(page, what, ways, key="attributions"):
        page.notice(f"Do the methods name the same tokens for “{what.name}”? Ask all {len(ways)} of them.")
        return
    found = {way[0]: attribution(page, what, way) for way in ways}
    said = lens.notice(what.encoding, found)
    title = f"What “{label(what.name)}” hangs on, by method"
    figure = lens.compared_figure(what.encoding, found, page.theme, title=title)
    page.show(figure, name="attributions", alt=f"Heatmap. {said}")
    if len(lens.drawn(found)) < what.encoding.n_tokens:
        st.caption(f"Drawn: the {lens.MOST_COMPARED} tokens with the largest parts. All of them are in the table below.")
    page.notice(said)
    with page.fold("Table"):
        page.table(lens.columns(what.encoding, found), name="attributions")
    with page.fold("How it is computed"):
        st.markdown(methods.method_text())
    page.python(code.python_code(page.model.info, page.encoding, what.target, ways, hidden=what.hidden))
