"""The attention explorer on a page: which heads are open, what the browser is sent of them, and what a click there does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from bertviz_app.analysis.head_readings import Frame, HeadReading, framed
from bertviz_app.chapters.attention.measures import head_patterns
from bertviz_app.chapters.attention.thumbnails import thumbnails, titles
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.components import explorer
from bertviz_app.drawing.components.explorer import CLOSED, LINES, MOST_HEADS, NEURONS, Label, Opened
from bertviz_app.drawing.numbering import head_name
from bertviz_app.drawing.plots import shown
from bertviz_app.errors import UnsupportedModel
from bertviz_app.records.forward import Encoding, ForwardPass, ModelInfo
from bertviz_app.workspace import choices, session
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page

MOST_TOKENS_UNASKED = 256  # a head of more has a hundred kilobytes of weights and more, which are sent when it is asked for

Heads = tuple[tuple[int, int], ...]

_explorer = st.components.v2.component("inside_bert.explorer", html=explorer.HTML, css=explorer.CSS, js=explorer.JS)


@dataclass(frozen=True)
class ExplorerRequest:
    """What is to be drawn: `heads` (layer and head from 0, the first in front) in a reading and in one of `explorer.MODES`.

    `sentence` says to a screen reader what to notice, `caption` stands below a picture that is taken away.
    """

    heads: Heads
    reading: HeadReading
    mode: str
    sentence: str
    caption: tuple[str, ...] = ()


def explore(page: Page, subject: Subject, asked: ExplorerRequest) -> None:
    """All heads as thumbnails, and those that are asked for opened; those of a long text once somebody clicked one.

    The neurons show queries and keys as the model made them, whatever the reading; where a model's weights are made of more than these,
    a sentence says so.
    """
    forward = subject.forward
    if forward.encoding.n_tokens > MOST_TOKENS_UNASKED and session.LONG_TEXT_OPENED.value() != forward.key:
        asked = replace(asked, heads=asked.heads[:1], mode=CLOSED)
    try:
        data = once(sent, subject.model, forward, page.theme, asked)
    except UnsupportedModel as error:
        page.notice(str(error))
        return
    result = _explorer(key="explorer", data=data, on_opened_change=lambda: None)
    if result.opened:
        session.LONG_TEXT_OPENED.put(forward.key)
        session.choose_later(opened_by(result.opened, subject.model.info, asked.heads))
        st.rerun()


def open_heads(model: Model, place: tuple[int, int], mode: str) -> Heads:
    """The head at `place`, and, where lines can be told apart by their colours, those that were laid over it."""
    if mode != LINES:
        return (place,)
    n_layers, n_heads = model.info.n_layers, model.info.n_heads
    named = {_named(layer, head): (layer, head) for layer in range(n_layers) for head in range(n_heads)}
    beside = [head for name in choices.kept_names(Choice.HEADS_BESIDE) if (head := named.get(name))]
    return (place, *(head for head in beside[: MOST_HEADS - 1] if head != place))


def opened_by(clicked: Mapping[str, Any], info: ModelInfo, heads: Heads) -> dict[str, Any]:
    """What of the session a click changes: the open head, or those that are laid over it. Nothing, for a head that does not exist.

    What a browser sends is checked.
    """
    try:
        head = (int(clicked["layer"]), int(clicked["head"]))
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return {}
    if not (0 <= head[0] < info.n_layers and 0 <= head[1] < info.n_heads):
        return {}
    if not clicked.get("beside"):
        # The sliders are set before they are drawn: at the top of the next run.
        return {Choice.LAYER: shown(head[0]), Choice.HEAD: shown(head[1])}
    others = [other for other in heads[1:] if other != head]
    beside = others if head in heads else [*others, head][-(MOST_HEADS - 1) :]
    return {Choice.HEADS_BESIDE: [_named(*other) for other in beside]}


def _named(layer: int, head: int) -> str:
    return f"{shown(layer)}.{shown(head)}"


def sent(model: Model, forward: ForwardPass, theme: Theme, asked: ExplorerRequest) -> bytes:
    """What the browser gets. Raises `UnsupportedModel` as `layers.query_key` does."""
    drawn, frame = once(thumbnails, forward, asked.reading), framed(forward.encoding, asked.reading)
    labels = _labels(forward.encoding, theme)
    # A word has the colour of its first piece.
    of_groups = [labels[first] for first in np.unique(frame.groups, return_index=True)[1]]
    named = [Label(name, label.color) for name, label in zip(frame.names, of_groups, strict=True)]
    opened = Opened(
        mode=asked.mode,
        open=asked.heads,
        names=[head_name(*place) for place in asked.heads],
        queries=[named[row] for row in frame.rows],
        keys=[named[column] for column in frame.columns],
        tokens=labels,
        about=repr((forward.key, asked.reading)),
        alt=f"{asked.mode}. {asked.sentence}",
        caption=asked.caption,
    )
    arrays = {"levels": drawn.levels} | _arrays(model, forward, frame, asked)
    return explorer.explorer_data(opened, theme, titles(drawn, once(head_patterns, forward), forward.model.special), arrays)


def _arrays(model: Model, forward: ForwardPass, frame: Frame, asked: ExplorerRequest) -> dict[str, NDArray[Any]]:
    """What the opened heads are drawn from."""
    if asked.mode == CLOSED:
        return {}
    if asked.mode == NEURONS:
        from bertviz_app.engine.layers import query_key

        made = query_key(model, forward, *asked.heads[0])
        return {"queries": made.queries, "keys": made.keys} | ({} if made.distances is None else {"distances": made.distances})
    return {f"weights_{index}": frame.read(forward.attentions[place]) for index, place in enumerate(asked.heads)}


def _labels(encoding: Encoding, theme: Theme) -> list[Label]:
    return [
        Label(token, theme.token_color(kind, int(segment)))
        for token, kind, segment in zip(encoding.tokens, encoding.kinds, encoding.segment_ids, strict=True)
    ]
