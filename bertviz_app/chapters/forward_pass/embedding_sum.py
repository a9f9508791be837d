"""How a token's vector begins: what is added up, and the LayerNorm that follows.

    sum = token + segment + position                     [position, d_embedding]; a family may lack one of the three
    normalized = (sum − mean) / √(variance + ε) · scale + shift         mean and variance over the numbers of one token
    hidden state 0 = normalized, widened by a linear layer where d_embedding < d_model

Sources: Devlin et al., BERT (2019), figure 2; Ba, Kiros, Hinton, Layer Normalization (2016), section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.records.forward import EmbeddingParts, Floats, ForwardPass


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
    title = f"{plots.label(token[:20])}, token {plots.shown(position)}: " + (
        f"{n - 1} vectors become one" if others else "where its vector begins"
    )
    chart = plots.figure(theme, height=330, title=title)
    limit = float(np.quantile(np.abs(rows[:n]), 0.99)) or 1.0
    top = float(np.quantile(np.abs(rows[n]), 0.99)) or 1.0
    bars: tuple[dict[str, float | str], ...] = ({"len": 0.62, "y": 0.72}, {"len": 0.3, "y": 0.12})
    if theme.narrow:  # side by side below the picture
        bars = (
            {"len": 0.5, "x": 0, "xanchor": "left", "unit": "sum"},
            {"len": 0.4, "x": 1, "xanchor": "right", "unit": "LayerNorm"},
        )
    for places, values, its_limit, bar in ((range(n), rows[:n], limit, bars[0]), ([n + 0.4], rows[n:], top, bars[1])):
        trace = plots.heatmap(
            values, theme, signed=True, limit=its_limit, x=np.arange(1, rows.shape[1] + 1), y=list(places), ygap=3,
            hovertemplate="number %{x}: %{z:.4f}<extra></extra>",
            colorbar={"nticks": 3} | bar,
        )  # fmt: skip
        chart.add_trace(trace)
    chart.update_yaxes(
        range=[n + 1, -0.6], tickvals=[*range(n), n + 0.4], ticktext=names, showgrid=False, zeroline=False, showline=False
    )
    chart.update_xaxes(title_text=f"the {rows.shape[1]} numbers of each vector", showgrid=False, zeroline=False)
    return chart
