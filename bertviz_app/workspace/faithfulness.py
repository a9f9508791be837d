"""How faithful each attribution is on this input: measured on request, and said beside each method from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from bertviz_app.attributions import Target, replaceable
from bertviz_app.lenses import attribution_code as code
from bertviz_app.lenses import faithfulness as lens
from bertviz_app.lenses.attribution import METHODS
from bertviz_app.lenses.attribution_code import Way
from bertviz_app.lenses.faithfulness_figure import curves_figure
from bertviz_app.plots import label
from bertviz_app.records import Encoding
from bertviz_app.workspace import scene
from bertviz_app.workspace.attribution import Work, batch_rows, choose_ways, explained, requested, work
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.explained import Explained
from bertviz_app.workspace.on_request import watched

ASK = "**Is this faithful to the model?** Remove tokens in this order and in random orders, and see whether the answer drops faster."
NUMBER = "Deletion and insertion follow the probability of an answer. This head gives a number, which has none: there is nothing to measure here."

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bertviz_app.models import Model
    from bertviz_app.workspace.page import Page


def curves(page: Page, what: Explained) -> None:
    """Deletion and insertion curves of all methods, against random orders."""
    if what.target.decoding == "number":
        page.notice(NUMBER)
        return
    ways = choose_ways()
    n_tokens = int(replaceable(what.encoding).sum())
    if n_tokens < 2:
        page.notice("Faithfulness needs at least two words, to remove one after the other.")
        return
    if not requested(page, what, ways, work(what, ways, more=lens.n_passes(n_tokens, len(ways))), key="faithfulness"):
        page.notice(
            f"Do the tokens that the methods name really drive “{what.name}”? Remove them in their order and in random order to find out."
        )
        return
    measured = once(_measured, page.model, what.encoding, what.target, tuple(ways))
    said = lens.notice(measured, what.name)
    title = f"“{label(what.name)}” as tokens are removed and put back"
    page.show(curves_figure(measured, page.theme, title=title), name="faithfulness", alt="Curves", notice=said)
    with page.fold("Table"):
        page.table(lens.columns(measured), name="faithfulness")
    with page.fold("How it is computed"):
        st.markdown(lens.METHOD)
    page.python(code.faithfulness_code(page.model.info, page.encoding, what.target, ways, hidden=what.hidden))


def beside(page: Page, what: Explained, way: Way) -> None:
    """The curves of the one method that is on the page, on request; at once where they were measured among others."""
    n_tokens = int(replaceable(what.encoding).sum())
    if n_tokens < 2 or what.target.decoding == "number":
        return
    st.markdown(ASK)
    measured = measured_before(page, what, [way])
    if measured is None:
        if not requested(page, what, [way], Work(0, lens.n_passes(n_tokens, 1)), key="faithfulness"):
            return
        measured = once(_measured, page.model, what.encoding, what.target, (way,))
    measured = measured.of(way[0])
    said = lens.notice(measured, what.name)
    title = f"“{label(what.name)}” as tokens are removed and put back"
    page.show(curves_figure(measured, page.theme, title=title), name="faithfulness", alt="Curves", notice=said)


def measured_before(page: Page, what: Explained, ways: Sequence[Way]) -> lens.Faithfulness | None:
    """What was measured in this session for this prediction, if these ways were among it."""
    kept: Any = scene.job("faithfulness").value()
    if kept is None or kept[:3] != (page.model.key, what.encoding.key, what.target) or not set(ways) <= set(kept[3]):
        return None
    return once(_measured, page.model, what.encoding, what.target, kept[3])


def _measured(model: Model, encoding: Encoding, target: Target, ways: tuple[Way, ...]) -> lens.Faithfulness:
    from bertviz_app.attributing import Asked, without

    found = {way[0]: once(explained, model, encoding, target, way) for way in ways}
    baseline = next((baseline for method, baseline, _ in ways if METHODS[method].has_baseline), "mask")
    orders = lens.orders(encoding, found)
    away = lens.removed(encoding, orders)
    # Many orders take the same tokens away at some step: each such input is read once.
    rows, place = np.unique(away.reshape(-1, encoding.n_tokens), axis=0, return_inverse=True)
    asked_for = Asked(model, encoding, target, baseline)
    with watched("Removing tokens in each method’s order and in random orders") as progress:
        bits = without(asked_for, rows, batch_size=batch_rows(model, encoding, target), progress=progress)
    return lens.curves(list(found), lens.counts(len(orders[0])), bits[place.reshape(-1)].reshape(away.shape[:3]))
