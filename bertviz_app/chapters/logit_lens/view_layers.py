"""The interactive parts of Logit lens: the token that is looked at, hidden or not, the layers read one by one, the words that are
followed, and the neurons that move the token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bertviz_app.chapters.logit_lens import figures, measures, neurons, snippet
from bertviz_app.chapters.logit_lens.scores import scored
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.plots import label, shown
from bertviz_app.errors import EmptyText
from bertviz_app.records.forward import Encoding, ForwardPass
from bertviz_app.workspace import choices
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page

MOST_FOLLOWED = 8  # one colour each
# On a phone the cells keep their width, and the picture scrolls within its own box.
WIDE = "<style>.st-key-chart_logit_lens { overflow-x: auto } .st-key-chart_logit_lens > div { min-width: 56rem }</style>"


ROWS_AT_ONCE = 96  # vectors that the vocabulary is multiplied with together: its matrix is read once for all of them


@dataclass(frozen=True)
class Look:
    """What is looked at: the input as the model reads it, one position in it, and the positions that were hidden for it."""

    encoding: Encoding
    position: int
    hidden: tuple[int, ...] = ()


def choose_token(page: Page, subject: Subject, strip: DeltaGenerator, tools: DeltaGenerator) -> Look:
    """The token that was clicked last in the `strip`, at first the blank or the last word, and, by a switch among the `tools`, hidden or not."""
    position = choices.clicked_token(Choice.LENS_TOKEN, subject.encoding)
    if position is None:
        position = measures.first_position(subject.encoding)
    hidden = measures.hides(subject.encoding, position)
    with tools:
        hides = choices.switch(Choice.LENS_HIDE, "Hide this word", disabled=not hidden)
    if not hides:
        hidden = ()
    encoding = subject.model.reader.masked(subject.encoding, hidden) if hidden else subject.encoding
    with strip:
        clicked = page.strip(encoding, key="lens", hint="Click the token to look at.", chosen=(position,))
    if clicked is not None and clicked != position:
        choices.click_token(Choice.LENS_TOKEN, subject.encoding, clicked)
        st.rerun()
    return Look(encoding, position, hidden)


def layers_say(subject: Subject, encoding: Encoding, positions: Sequence[int], followed: Sequence[int] = ()) -> measures.Said:
    """What each state would say at these positions."""
    return once(_layers_say, subject.model, subject.run(encoding), tuple(positions), tuple(followed))


def _layers_say(model: Model, forward: ForwardPass, positions: tuple[int, ...], followed: tuple[int, ...]) -> measures.Said:
    """The last layer comes first, which the others are held against; the scores of a few layers are held at a time."""
    states = forward.hidden_states[::-1, positions]  # [state, position, d_model]
    logits = (
        one
        for several in np.array_split(states, -(-states[..., 0].size // ROWS_AT_ONCE))
        for one in model.vocabulary_logits(several.reshape(-1, several.shape[-1])).reshape(*several.shape[:-1], -1)
    )
    last = scored(next(logits))
    others = (measures.says(scored(one), last, followed=followed) for one in logits)
    return measures.stacked([measures.says(last, last, followed=followed), *others][::-1])


def every_token(page: Page, subject: Subject, look: Look) -> None:
    """The picture of all layers and tokens, or of a window around the chosen one."""
    encoding = look.encoding
    positions = measures.window(encoding.n_tokens, look.position)
    said = layers_say(subject, encoding, positions)
    if len(positions) < encoding.n_tokens:
        st.caption(
            f"Showing tokens {shown(positions[0])} to {shown(positions[-1])} of {encoding.n_tokens}. Click a token above to see the tokens around it."
        )
    n_states = len(said.entropy)
    if len(columns := figures.drawn_states(n_states)) < n_states:
        st.caption(f"Showing {len(columns)} of {n_states} layers; the table below has all of them.")
    notice = measures.every_token_notice(said, encoding, positions)
    figure = once(_every_token_figure, subject.model, subject.run(encoding), tuple(positions), page.theme)
    st.html(WIDE)
    page.show(figure, name="logit_lens", alt="Table: the first choice of each layer at each token", notice=notice)
    st.caption(measures.BIAS)
    with page.fold("Table"):
        page.table(measures.columns(said, encoding, positions, subject.model.reader.token), name="logit-lens")
    page.python(snippet.picture_code(subject.info, subject.encoding, positions, look.hidden))


def _every_token_figure(model: Model, forward: ForwardPass, positions: tuple[int, ...], theme: Theme) -> go.Figure:
    said = once(_layers_say, model, forward, positions, ())
    return figures.every_token_figure(said, forward.encoding, positions, theme, token=model.reader.token)


def one_token(page: Page, subject: Subject, look: Look) -> None:
    """Some words' ranks over the layers at one position, and how far each layer is from the last."""
    encoding, position = look.encoding, look.position
    followed = _followed(subject, look)
    said = layers_say(subject, encoding, [position], followed)
    words = [subject.model.reader.token(token_id) for token_id in followed]
    title = f"How the answer emerges at “{label(encoding.tokens[position])}”, token {shown(position)}"
    notice = measures.one_token_notice(said, words)
    page.show(figures.one_token_figure(said, words, page.theme, title=title), name="ranks", alt="Lines", notice=notice)
    st.caption(measures.BIAS)
    with page.fold("Table"):
        page.table(measures.followed_columns(said, words), name="ranks")
    page.python(snippet.followed_code(subject.info, subject.encoding, position, followed, look.hidden))


def strongest_neurons(page: Page, subject: Subject, look: Look) -> None:
    """The neurons of one layer that move the chosen token the most, and the words that they promote, where there is a head to read them."""
    from bertviz_app.engine.neurons import feed_forward

    with page.controls:
        layer = page.layer()
    info, forward = subject.model.info, subject.run(look.encoding)
    if info.traits.shares_layers:
        st.caption("All layers of this model share their weights: each has the same neurons, with different activations.")
    found = feed_forward(subject.model, forward, layer, look.position)
    chosen, logits = neurons.strongest(found), None
    if info.fills_blanks:
        length = float(np.linalg.norm(forward.hidden_states[-1, look.position]))
        logits = subject.model.vocabulary_logits(neurons.directions(found, chosen, length))
    drawn = neurons.neurons(found, chosen, logits, subject.model.reader.token)
    title = f"The neurons that move “{label(look.encoding.tokens[look.position])}” the most at layer {shown(layer)}"
    title += ", and what they promote" if info.fills_blanks else ""
    notice = neurons.notice(found, drawn, look.encoding)
    page.show(neurons.neurons_figure(drawn, page.theme, title=title), name="neurons", alt="Bars", notice=notice)
    with page.fold("Table"):
        page.table(neurons.columns(drawn), name="neurons")
    page.python(snippet.neurons_code(subject.info, subject.encoding, found, look.hidden))


def _followed(subject: Subject, look: Look) -> list[int]:
    """Token ids: the last layer's first choice, then what the visitor keeps of two more and the hidden or seen word, and adds."""
    reader = subject.model.reader
    last = subject.model.vocabulary_logits(subject.run(look.encoding).hidden_states[-1][[look.position]])[0]
    best = np.argsort(-last, kind="stable")[:3].tolist()
    own = int(subject.encoding.token_ids[look.position])
    offered = {reader.token(i): i for i in dict.fromkeys([*best, *([] if own == reader.mask_id else [own])])}
    first, *others = offered
    chosen = st.multiselect(
        f"Other words to follow beside “{plain(first)}”",
        others,
        default=others,
        accept_new_options=True,
        max_selections=MOST_FOLLOWED - 1,
        key=f"followed_{hash((subject.model.info.key, look.encoding.key, look.position))}",
        placeholder="Type a word",
    )
    ids = [offered[first]]
    for word in chosen:
        token_id = offered[word] if word in offered else _one_token(subject, word)
        if token_id is not None and token_id not in ids:
            ids.append(token_id)
    return ids


def _one_token(subject: Subject, word: str) -> int | None:
    """The id of a typed word, if the vocabulary holds it in one piece; else None, with a sentence that says so."""
    try:
        # The space in front makes it the start of a word for tokenizers that keep the space.
        encoding = subject.model.encode(f" {word}")
        pieces = encoding.token_ids[~encoding.is_special].tolist()
    except EmptyText:
        pieces = []
    if len(pieces) != 1:
        parts = " ".join(subject.model.reader.token(piece) for piece in pieces)
        st.caption(
            plain(
                f"“{word}” cannot be followed: it is not a single token of the vocabulary"
                + (f", only as {parts}." if parts else ".")
            )
        )
        return None
    return int(pieces[0])
