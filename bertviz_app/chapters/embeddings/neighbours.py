"""The neighbours of a token in the vocabulary: the rows of the table of word embeddings that point most nearly the same way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import decimal, leader
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.records.forward import Floats

METHOD = (
    "The row of the vocabulary table (the word embedding that goes in, before position, segment and any layer) is compared with all other "
    "rows by cosine. The placeholders [unused0] … and the token itself are left out. No context is in it: “bank” has one row only."
)


@dataclass(frozen=True)
class Neighbour:
    """A token of the vocabulary and its cosine similarity to the one asked for."""

    token: str
    token_id: int
    cosine: float


def neighbours(token_id: int, table: Floats, token: Callable[[int], str], *, k: int = 10) -> tuple[Neighbour, ...]:
    """The k tokens of the vocabulary whose input embeddings point most nearly the same way: table [vocab, d_model].

    Placeholders that no text ever uses ([unused12]) and the token itself are left out.
    """
    norms = np.linalg.norm(table, axis=-1)
    cosines = table @ table[token_id] / (np.where(norms > 0, norms, 1) * max(float(norms[token_id]), 1e-12))
    found: list[Neighbour] = []
    for candidate in np.argsort(-cosines)[: k + 1100]:  # bert-base-uncased has a thousand placeholders
        name = token(int(candidate))
        if candidate != token_id and not name.startswith("[unused"):
            found.append(Neighbour(name, int(candidate), float(cosines[candidate])))
        if len(found) == k:
            break
    return tuple(found)


def neighbours_figure(found: Sequence[Neighbour], theme: Theme, *, of: str) -> go.Figure:
    """The neighbours of a token as bars, nearest on top."""
    title = f"Nearest to {plots.label(of[:30])} in the vocabulary, before any context"
    chart = plots.figure(theme, height=110 + 34 * len(found), title=title)
    chart.add_bar(
        x=[neighbour.cosine for neighbour in found],
        y=np.arange(len(found)),
        orientation="h",
        marker_color=theme.accent,
        text=[f"{neighbour.cosine:.2f}" for neighbour in found],
        textposition="outside",
        cliponaxis=False,
        customdata=[neighbour.token_id for neighbour in found],
        hovertemplate="%{y}: cosine %{x:.4f}, id %{customdata}<extra></extra>",
    )
    names = [plots.label(neighbour.token) for neighbour in found]
    chart.update_yaxes(tickvals=list(range(len(found))), ticktext=names, tickfont_family=plots.MONOSPACE, autorange="reversed")
    chart.update_yaxes(showgrid=False)
    chart.update_xaxes(range=[0, 1.1], showgrid=False, title_text="cosine similarity of the input embeddings")
    return chart


def neighbours_notice(found: Sequence[Neighbour], token: str, vocab_size: int) -> str:
    """The nearest neighbour of a token in the vocabulary."""
    if not found:
        return f"The vocabulary has no other token to compare “{token}” with."
    first = found[0]
    nearest = f"“{first.token}”, cosine {decimal(first.cosine)}"
    if leader([one.cosine for one in found], decimal) is None:
        return f"Among {vocab_size:,} tokens, none is nearer to “{token}” than {nearest}."
    return f"Nearest to “{token}” among {vocab_size:,} tokens: {nearest}."
