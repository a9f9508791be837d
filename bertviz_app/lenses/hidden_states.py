"""Hidden states as pictures: the sum they start from, the vectors they end as, and how long they are on the way.

    sum = token + segment + position                     [position, d_embedding]; a family may lack one of the three
    normalized = (sum − mean) / √(variance + ε) · scale + shift         mean and variance over the numbers of one token
    hidden state 0 = normalized, widened by a linear layer where d_embedding < d_model
    norm = √(Σ x²)                                       the length of a vector

Sources: Devlin et al., BERT (2019), figure 2; Ba, Kiros, Hinton, Layer Normalization (2016), section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from bertviz_app import plots
from bertviz_app.lenses.forward_pass import Picture
from bertviz_app.plots import Theme
from bertviz_app.records import EmbeddingParts, Floats, ForwardPass

MAX_CELLS = 200_000  # numbers in one picture: about 1 MB on the wire


@dataclass(frozen=True, eq=False)
class EmbeddingSum:
    """The parts, their sum and what LayerNorm makes of it, each [position, d_embedding].

    `difference` is the largest distance of `normalized`, widened where need be, from the model's own hidden state 0.
    """

    parts: EmbeddingParts
    total: Floats
    normalized: Floats
    difference: float


def sum_picture(forward: ForwardPass, parts: EmbeddingParts, position: int, theme: Theme) -> Picture:
    """How one token's vector begins: the sum and its LayerNorm."""
    added, token = embedding_sum(parts, forward.hidden_states[0]), forward.encoding.tokens[position]
    figure = sum_figure(added, position, token, theme)
    return Picture(figure, sum_notice(added, position, token), sum_columns(added, position))


def states_picture(forward: ForwardPass, theme: Theme) -> Picture:
    """The last hidden state of every token."""
    last, tokens = forward.hidden_states[-1], forward.encoding.tokens
    return Picture(states_figure(last, tokens, theme), states_notice(last, tokens), summary_columns(last, tokens))


def pooled_picture(pooled: Floats, theme: Theme) -> Picture:
    """The pooled vector, which the classification heads read."""
    return Picture(
        pooled_figure(pooled, theme), pooled_notice(pooled), {"number": range(len(pooled)), "value": pooled.tolist()}
    )


def norms_picture(forward: ForwardPass, theme: Theme) -> Picture:
    """The length of every vector, layer by layer."""
    lengths, tokens = norms(forward), forward.encoding.tokens
    return Picture(norms_figure(lengths, tokens, theme), norms_notice(lengths, tokens), norms_columns(lengths, tokens))


def embedding_sum(parts: EmbeddingParts, first_state: Floats) -> EmbeddingSum:
    """Token + segment + position, then LayerNorm; compared with `first_state`, the model's hidden state 0."""
    total: Floats = np.sum(list(parts.vectors.values()), axis=0, dtype=np.float32)
    normalized = layer_norm(total, parts)
    widened = normalized
    if parts.widening:
        weight, bias = parts.widening
        widened = normalized @ weight.T + bias  # [position, d_embedding] → [position, d_model]
    return EmbeddingSum(parts, total, normalized, float(np.abs(widened - first_state).max()))


def layer_norm(rows: Floats, parts: EmbeddingParts) -> Floats:
    """Each row with mean 0 and variance 1, then scaled and shifted number by number: [row, d_model]."""
    centred = rows - rows.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    result: Floats = centred / np.sqrt(variance + np.float32(parts.epsilon)) * parts.scale + parts.shift
    return result


def sum_rows(added: EmbeddingSum, position: int) -> dict[str, Floats]:
    """The vectors of one token, each [d_embedding], by name: those that are added, their sum, and after LayerNorm."""
    rows = {name: vectors[position] for name, vectors in added.parts.vectors.items()}
    return rows | {"sum": added.total[position], "after LayerNorm": added.normalized[position]}


def sum_columns(added: EmbeddingSum, position: int) -> dict[str, list[object]]:
    """The vectors of one token as columns of a table."""
    return {name: row.tolist() for name, row in sum_rows(added, position).items()}


def sum_notice(added: EmbeddingSum, position: int, token: str) -> str:
    """How long the vectors are, and how well the sum agrees with the model."""
    lengths = [f"the {name} {np.linalg.norm(rows[position]):.2f}" for name, rows in added.parts.vectors.items()]
    said = f"For “{token}”, {lengths[0].replace('the token', 'the token vector has length')}" + "".join(
        f", {x}" for x in lengths[1:]
    )
    done = "Added and normalised" if len(lengths) > 1 else "Normalised"
    wide = f", and widened to {added.parts.widening[0].shape[0]} numbers" if added.parts.widening else ""
    return f"{said}. {done} here{wide}, all tokens agree with the model’s own hidden state 0 within {added.difference:.7f}."


def sum_figure(added: EmbeddingSum, position: int, token: str, theme: Theme) -> go.Figure:
    """The vectors of one token, one below the other; all but the last share a scale, LayerNorm has its own range and is cut there."""
    named = sum_rows(added, position)
    rows, n = np.stack(list(named.values())), len(named) - 1
    one, *others = added.parts.vectors
    names = [one, *(f"+ {name}" for name in others), "= sum", "LayerNorm"]
    title = f"{plots.label(token)}, position {position}: " + (
        f"{n - 1} vectors become one" if others else "where its vector begins"
    )
    chart = plots.figure(theme, height=330, title=title)
    limit = float(np.quantile(np.abs(rows[:n]), 0.99)) or 1.0
    top = float(np.quantile(np.abs(rows[n]), 0.99)) or 1.0
    for places, values, its_limit, bar in ((range(n), rows[:n], limit, 0.72), ([n + 0.4], rows[n:], top, 0.12)):
        trace = plots.heatmap(
            values, theme, signed=True, limit=its_limit, y=list(places), ygap=3,
            hovertemplate="number %{x}: %{z:.4f}<extra></extra>",
            colorbar={"len": 0.62 if bar > 0.5 else 0.3, "y": bar, "nticks": 3, "tickformat": ".2g"},
        )  # fmt: skip
        chart.add_trace(trace)
    chart.update_yaxes(
        range=[n + 1, -0.6], tickvals=[*range(n), n + 0.4], ticktext=names, showgrid=False, zeroline=False, showline=False
    )
    chart.update_xaxes(title_text=f"the {rows.shape[1]} numbers of each vector", showgrid=False, zeroline=False)
    return chart


def thinned(vectors: Floats, most: int = MAX_CELLS) -> tuple[Floats, int]:
    """Every k-th number of each vector, so that at most about `most` are drawn; k comes second."""
    step = -(-vectors.size // most)
    return vectors[:, ::step], step


def states_figure(vectors: Floats, tokens: Sequence[str], theme: Theme) -> go.Figure:
    """Vectors as rows of colour [position, d_model]; colours stop at the 99th percentile, hover tells every number."""
    drawn, step = thinned(vectors)
    limit = float(np.quantile(np.abs(drawn), 0.99)) or 1.0
    row = max(3, min(30, 700 // len(tokens)))
    title = "" if step == 1 else f"Number 1 of every {step} is drawn; the CSV has them all"
    chart = plots.figure(theme, height=(120 if title else 90) + row * len(tokens), title=title)
    chart.add_trace(
        plots.heatmap(
            np.ascontiguousarray(drawn), theme, signed=True, limit=limit,
            x=np.arange(0, vectors.shape[1], step),
            # As categories, rows know their names on hover without one text a cell.
            y=[f"{plots.label(token)}, position {position}" for position, token in enumerate(tokens)],
            hovertemplate="%{y}, number %{x}: %{z:.4f}<extra></extra>",
            colorbar={"title": {"text": "value", "side": "right"}},
        )
    )  # fmt: skip
    chart.update_yaxes(plots.token_axis(tokens), type="category", autorange="reversed", ticks="")
    chart.update_xaxes(title_text=f"the {vectors.shape[1]} numbers of each vector", showgrid=False, zeroline=False)
    return chart


def states_notice(vectors: Floats, tokens: Sequence[str]) -> str:
    """The number that stands out the most, and at how many tokens it is the largest."""
    strongest = np.abs(vectors).argmax(axis=1)
    column = int(np.bincount(strongest).argmax())
    count = int((strongest == column).sum())
    where = int(np.abs(vectors[:, column]).argmax())
    return (
        f"Number {column} is the largest, by size, at {count} of {len(tokens)} tokens; it reaches {vectors[where, column]:.2f} at "
        f"“{tokens[where]}”, where the typical size of a number is {np.abs(vectors).mean():.2f}."
    )


def states_columns(vectors: Floats, tokens: Sequence[str]) -> dict[str, list[object]]:
    """All vectors, one row a token: position, token, and each number."""
    numbers = {f"number {index}": column.tolist() for index, column in enumerate(vectors.T)}
    return {"position": list(range(len(tokens))), "token": list(tokens), **numbers}


def summary_columns(vectors: Floats, tokens: Sequence[str]) -> dict[str, list[object]]:
    """Each vector in short: its length, mean, extremes, and its first numbers."""
    columns: dict[str, list[object]] = {
        "position": list(range(len(tokens))),
        "token": list(tokens),
        "norm": np.linalg.norm(vectors, axis=1).tolist(),
        "mean": vectors.mean(axis=1).tolist(),
        "smallest": vectors.min(axis=1).tolist(),
        "largest": vectors.max(axis=1).tolist(),
    }
    return columns | {f"number {index}": vectors[:, index].tolist() for index in range(min(4, vectors.shape[1]))}


def pooled_figure(pooled: Floats, theme: Theme) -> go.Figure:
    """The pooled vector as one band, from −1 to 1: tanh allows no more."""
    chart = plots.figure(theme, height=220)
    chart.add_trace(
        plots.heatmap(pooled[None, :], theme, signed=True, limit=1.0, hovertemplate="number %{x}: %{z:.4f}<extra></extra>",
                      colorbar={"tickvals": [-1, 0, 1]})
    )  # fmt: skip
    chart.update_yaxes(showticklabels=False, showgrid=False, ticks="", showline=False)
    chart.update_xaxes(title_text=f"the {len(pooled)} numbers of the pooled vector", showgrid=False, zeroline=False)
    return chart


def pooled_notice(pooled: Floats) -> str:
    """The strongest number, and how many sit at the ends of tanh."""
    strongest = int(np.abs(pooled).argmax())
    n_flat = int((np.abs(pooled) > 0.9).sum())
    return (
        f"Number {strongest} is the furthest from 0, at {pooled[strongest]:.2f}; {n_flat} of {len(pooled)} lie beyond ±0.9, "
        f"where tanh is nearly flat. The mean size is {np.abs(pooled).mean():.2f}."
    )


def norms(forward: ForwardPass) -> NDArray[np.float32]:
    """[layer + 1, position] the length of each token's vector; row 0 is the embeddings."""
    lengths: NDArray[np.float32] = np.linalg.norm(forward.hidden_states, axis=-1)
    return lengths


def norms_figure(lengths: NDArray[np.float32], tokens: Sequence[str], theme: Theme) -> go.Figure:
    """Length of each vector [layer + 1, position], from 0."""
    chart = plots.figure(theme, height=130 + 40 * len(lengths))
    rows = ["embeddings", *(f"layer {layer}" for layer in range(1, len(lengths)))]
    chart.add_trace(
        plots.heatmap(
            lengths, theme, y=rows, x=[f"{plots.label(token)}, position {p}" for p, token in enumerate(tokens)], xgap=1 if len(tokens) < 65 else 0,
            ygap=1, hovertemplate="%{x}, %{y}: %{z:.2f}<extra></extra>", colorbar={"title": {"text": "length", "side": "right"}},
        )
    )  # fmt: skip
    chart.update_xaxes(plots.token_axis(tokens), type="category", tickangle=-45 if len(tokens) > 8 else 0, ticks="")
    chart.update_yaxes(type="category", autorange="reversed", showgrid=False, ticks="")
    return chart


def norms_notice(lengths: NDArray[np.float32], tokens: Sequence[str]) -> str:
    """How the average length changes from the embeddings to the last layer, and which token ends longest."""
    first, last = float(lengths[0].mean()), float(lengths[-1].mean())
    longest = int(lengths[-1].argmax())
    return (
        f"The average length goes from {first:.1f} after the embeddings to {last:.1f} after the last layer, "
        f"where “{tokens[longest]}” (position {longest}) is the longest with {lengths[-1, longest]:.1f}."
    )


def norms_columns(lengths: NDArray[np.float32], tokens: Sequence[str]) -> dict[str, list[object]]:
    """One row a token, one column a layer."""
    names = ["embeddings", *(f"layer {layer}" for layer in range(1, len(lengths)))]
    columns: dict[str, list[object]] = {"position": list(range(len(tokens))), "token": list(tokens)}
    return columns | {name: row.tolist() for name, row in zip(names, lengths, strict=True)}
