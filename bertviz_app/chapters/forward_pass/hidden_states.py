"""Hidden states as pictures: the vectors that they end as, and how long they are on the way.

norm = √(Σ x²)                                       the length of a vector
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from bertviz_app.analysis.phrases import counted, decimal, leader, named_among
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import numbered
from bertviz_app.drawing.pictures import Picture
from bertviz_app.records.forward import Floats, ForwardPass

MAX_CELLS = 200_000  # numbers in one picture: about 1 MB on the wire


def states_picture(forward: ForwardPass, theme: Theme) -> Picture:
    """The last hidden state of every token."""
    last, tokens = forward.hidden_states[-1], forward.encoding.tokens
    return Picture(states_figure(last, tokens, theme), states_notice(last, tokens), summary_columns(last, tokens))


def pooled_picture(pooled: Floats, theme: Theme) -> Picture:
    """The pooled vector, which the classification heads read."""
    return Picture(
        pooled_figure(pooled, theme), pooled_notice(pooled), {"number": range(1, len(pooled) + 1), "value": pooled.tolist()}
    )


def norms_picture(forward: ForwardPass, theme: Theme) -> Picture:
    """The length of every vector, layer by layer."""
    lengths, tokens = norms(forward), forward.encoding.tokens
    return Picture(norms_figure(lengths, tokens, theme), norms_notice(lengths, tokens), norms_columns(lengths, tokens))


def thinned(vectors: Floats, most: int = MAX_CELLS) -> tuple[Floats, int]:
    """Every k-th number of each vector, so that at most about `most` are drawn; k comes second."""
    step = -(-vectors.size // most)
    return vectors[:, ::step], step


def states_figure(vectors: Floats, tokens: Sequence[str], theme: Theme) -> go.Figure:
    """Vectors as rows of colour [position, d_model]; colours stop at the 99th percentile, hover tells every number."""
    drawn, step = thinned(vectors)
    limit = float(np.quantile(np.abs(drawn), 0.99)) or 1.0
    row = max(3, min(30, 700 // len(tokens)))
    thinning = "" if step == 1 else f"; 1 number of every {step}, the CSV has them all"
    chart = plots.figure(theme, height=140 + row * len(tokens), title=f"The last hidden state of each token{thinning}")
    chart.add_trace(
        plots.heatmap(
            np.ascontiguousarray(drawn), theme, signed=True, limit=limit,
            x=np.arange(1, vectors.shape[1] + 1, step),
            # As categories, rows know their names on hover without one text a cell.
            y=_names(tokens),
            hovertemplate="%{y}, number %{x}: %{z:.4f}<extra></extra>",
            colorbar={"unit": "value"},
        )
    )  # fmt: skip
    chart.update_yaxes(plots.token_axis(tokens), type="category", autorange="reversed", ticks="")
    chart.update_xaxes(title_text=f"the {vectors.shape[1]} numbers of each vector", showgrid=False, zeroline=False)
    return chart


def states_notice(vectors: Floats, tokens: Sequence[str]) -> str:
    """The number that is the largest at more tokens than any other, if there is one, and how far it reaches."""
    strongest = np.abs(vectors).argmax(axis=1)
    counts = np.bincount(strongest, minlength=vectors.shape[1])
    typical = f"the typical size of a number is {np.abs(vectors).mean():.2f}"
    column = leader(counts, "{:.0f}".format)
    if column is None:
        row, place = divmod(int(np.abs(vectors).argmax()), vectors.shape[1])
        return (
            f"No number is the largest at more tokens than all others. Number {plots.shown(place)} reaches {decimal(vectors[row, place])} "
            f"at {named_among(tokens, row)}, where {typical}."
        )
    where = int(np.abs(vectors[:, column]).argmax())
    return (
        f"Number {plots.shown(column)} is the largest, sign aside, at {counts[column]} of {counted(len(tokens), 'token')}; it reaches "
        f"{decimal(vectors[where, column])} at {named_among(tokens, where)}, where {typical}."
    )


def states_columns(vectors: Floats, tokens: Sequence[str]) -> dict[str, list[object]]:
    """All vectors, one row a token: its number, the token, and each number of its vector."""
    numbers = {f"number {number}": column.tolist() for number, column in enumerate(vectors.T, start=1)}
    return numbered(tokens) | numbers


def summary_columns(vectors: Floats, tokens: Sequence[str]) -> dict[str, list[object]]:
    """Each vector in short: its length, mean, extremes, and its first numbers."""
    columns = numbered(tokens) | {
        "norm": np.linalg.norm(vectors, axis=1).tolist(),
        "mean": vectors.mean(axis=1).tolist(),
        "smallest": vectors.min(axis=1).tolist(),
        "largest": vectors.max(axis=1).tolist(),
    }
    return columns | {f"number {plots.shown(index)}": vectors[:, index].tolist() for index in range(min(4, vectors.shape[1]))}


def pooled_figure(pooled: Floats, theme: Theme) -> go.Figure:
    """The pooled vector as one band, from −1 to 1: tanh allows no more."""
    chart = plots.figure(theme, height=250, title="The pooled vector")
    chart.add_trace(
        plots.heatmap(pooled[None, :], theme, signed=True, limit=1.0, x=np.arange(1, len(pooled) + 1), hovertemplate="number %{x}: %{z:.4f}<extra></extra>",
                      colorbar={"unit": "value", "nticks": 3})
    )  # fmt: skip
    chart.update_yaxes(showticklabels=False, showgrid=False, ticks="", showline=False)
    chart.update_xaxes(title_text=f"the {len(pooled)} numbers of the pooled vector", showgrid=False, zeroline=False)
    return chart


def pooled_notice(pooled: Floats) -> str:
    """The number that is furthest from 0, if one is, and how many sit at the ends of tanh."""
    furthest = leader(np.abs(pooled), decimal)
    said = (
        "" if furthest is None else f"Number {plots.shown(furthest)} is the furthest from 0, at {decimal(pooled[furthest])}. "
    )
    n_flat = int((np.abs(pooled) > 0.9).sum())
    lie = "lies" if n_flat == 1 else "lie"
    return (
        f"{said}{n_flat} of {counted(len(pooled), 'number')} {lie} beyond ±0.9, where tanh is nearly flat; the mean size is "
        f"{np.abs(pooled).mean():.2f}."
    )


def norms(forward: ForwardPass) -> NDArray[np.float32]:
    """[layer + 1, position] the length of each token's vector; row 0 is the embeddings."""
    lengths: NDArray[np.float32] = np.linalg.norm(forward.hidden_states, axis=-1)
    return lengths


def norms_figure(lengths: NDArray[np.float32], tokens: Sequence[str], theme: Theme) -> go.Figure:
    """Length of each vector [layer + 1, position], from 0."""
    chart = plots.figure(theme, height=160 + 40 * len(lengths), title="The length of each token’s vector, layer by layer")
    rows = ["embeddings", *(f"layer {layer}" for layer in range(1, len(lengths)))]
    chart.add_trace(
        plots.heatmap(
            lengths, theme, y=rows, x=_names(tokens), xgap=1 if len(tokens) < 65 else 0,
            ygap=1, hovertemplate="%{x}, %{y}: %{z:.2f}<extra></extra>", colorbar={"unit": "length"},
        )
    )  # fmt: skip
    chart.update_xaxes(plots.token_axis(tokens), type="category", ticks="")
    chart.update_yaxes(type="category", autorange="reversed", showgrid=False, ticks="")
    return chart


def norms_notice(lengths: NDArray[np.float32], tokens: Sequence[str]) -> str:
    """How the average length changes from the embeddings to the last layer, and which token ends longest, if one does."""
    first, last = float(lengths[0].mean()), float(lengths[-1].mean())
    said = f"The average length goes from {first:.1f} after the embeddings to {last:.1f} after the last layer"
    longest = leader(lengths[-1], "{:.1f}".format)
    if longest is None:
        return f"{said}."
    return f"{said}, where {named_among(tokens, longest)} has the longest vector: {lengths[-1, longest]:.1f}."


def norms_columns(lengths: NDArray[np.float32], tokens: Sequence[str]) -> dict[str, list[object]]:
    """One row a token, one column a layer."""
    names = ["embeddings", *(f"layer {layer}" for layer in range(1, len(lengths)))]
    return numbered(tokens) | {name: row.tolist() for name, row in zip(names, lengths, strict=True)}


def _names(tokens: Sequence[str]) -> list[str]:
    """A different name for each token, which hover shows."""
    return [f"{plots.label(token)}, token {plots.shown(place)}" for place, token in enumerate(tokens)]
