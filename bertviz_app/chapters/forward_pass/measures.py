"""The forward pass: every tensor between the token ids and the predictions, in order, with its shape.

    x₀ = LayerNorm(token + segment + position)
    q, k, v = W x + b, cut into heads;  scores = q kᵀ / √(width of a head);  attention = softmax(scores);  context = attention · v
    y = LayerNorm(x + W context + b);  x ← LayerNorm(y + W GELU(W y + b) + b)

Shapes follow from the model's numbers and the length of the input alone; the tests hold them against the network itself.

Sources: Vaswani et al., Attention Is All You Need (2017), sections 3.1 to 3.3; Devlin et al., BERT (2019), section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import plotly.graph_objects as go

from bertviz_app.drawing import colors, plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.records.forward import Encoding, ForwardPass, ModelInfo

Axis = tuple[int, str]  # how many, of what


@dataclass(frozen=True)
class ForwardStep:
    """One tensor: the part of the network that makes it, its name, its axes, and how it is computed.

    `layer` is 0-based, and None outside of the layers.
    """

    part: str
    name: str
    axes: tuple[Axis, ...]
    formula: str
    layer: int | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(size for size, _ in self.axes)

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)

    @property
    def words(self) -> str:
        """The shape in words.

        >>> ForwardStep("Layer 1", "scores", ((12, "heads"), (9, "query"), (9, "key")), "").words
        '[12 heads, 9 query, 9 key]'
        """
        return "[" + ", ".join(f"{size:,} {name}" for size, name in self.axes) + "]"


def steps_picture(forward: ForwardPass, theme: Theme) -> Picture:
    """Every tensor with its shape; of the layers, which are all alike, the first is drawn and the table has all."""
    info, encoding = forward.model, forward.encoding
    everything = steps(info, encoding, has_pooler=forward.pooler_output is not None)
    figure = steps_figure([step for step in everything if step.layer in (None, 0)], theme)
    return Picture(figure, notice(info, encoding), steps_columns(everything))


def steps(info: ModelInfo, encoding: Encoding, *, has_pooler: bool = True) -> tuple[ForwardStep, ...]:
    """Every tensor of one pass, in the order in which it is computed."""
    n, narrow = (encoding.n_tokens, "tokens"), (info.d_embedding, "numbers")
    tables = {
        "token": "rows of the vocabulary’s table",
        "segment": "row 0 or 1: sentence A or B"
        if info.traits.has_segments
        else "row 0 for every token: there are no segments",
        "position": "one row per position: the order of the input",
    }
    first = (
        ForwardStep("Input", "token ids", (n,), "the row of each token in the vocabulary"),
        *(ForwardStep("Embeddings", f"{name} vectors", (n, narrow), tables[name]) for name in info.traits.sums),
        *_first_states(info, n),
    )
    layers = tuple(step for layer in range(info.n_layers) for step in layer_steps(info, encoding, layer))
    return (*first, *layers, *_outputs(info, encoding, has_pooler=has_pooler))


def _first_states(info: ModelInfo, n: Axis) -> tuple[ForwardStep, ...]:
    normalised = f"LayerNorm({' + '.join(info.traits.sums)})"
    state = ForwardStep("Embeddings", "hidden state 0", (n, (info.d_model, "numbers")), normalised)
    if info.d_embedding == info.d_model:
        return (state,)
    narrow = ForwardStep("Embeddings", "normalised sum", (n, (info.d_embedding, "numbers")), normalised)
    return narrow, replace(state, formula=f"W x + b: {info.d_embedding} numbers become {info.d_model}")


def layer_steps(info: ModelInfo, encoding: Encoding, layer: int) -> tuple[ForwardStep, ...]:
    """The tensors within one layer (0-based)."""
    n, d, heads = (encoding.n_tokens, "tokens"), (info.d_model, "numbers"), (info.n_heads, "heads")
    width = (info.d_model // info.n_heads, "numbers")
    square = (heads, (encoding.n_tokens, "query"), (encoding.n_tokens, "key"))
    part = f"Layer {plots.shown(layer)}"
    rows: tuple[tuple[str, tuple[Axis, ...], str], ...] = (
        ("queries", (heads, n, width), "W_q x + b, cut into heads"),
        ("keys", (heads, n, width), "W_k x + b, cut into heads"),
        ("values", (heads, n, width), "W_v x + b, cut into heads"),
        ("scores", square, info.traits.scores.format(width=width[0])),
        ("attention", square, "softmax of the scores: each query’s row sums to 1"),
        ("context", (n, d), "attention · values, the heads side by side"),
        ("attention output", (n, d), "LayerNorm(x + W context + b): the first residual"),
        ("intermediate", (n, (info.d_feedforward, "numbers")), "GELU(W y + b)"),
        (f"hidden state {plots.shown(layer)}", (n, d), "LayerNorm(y + W intermediate + b): the second residual"),
    )
    return tuple(ForwardStep(part, name, axes, formula, layer) for name, axes, formula in rows)


def notice(info: ModelInfo, encoding: Encoding) -> str:
    """Which tensor of a layer is the largest here, and from which length on the attention scores would be."""
    largest = max(layer_steps(info, encoding, 0), key=lambda step: step.size)
    total = sum(step.size for step in steps(info, encoding))
    n_scores = info.n_heads * encoding.n_tokens**2
    grows = f"The scores of a layer grow with the square of the length: {encoding.n_tokens:,} tokens need {n_scores:,} of them"
    crossing = -(-info.d_feedforward // info.n_heads)  # where heads · n² reaches n · d_feedforward
    if encoding.n_tokens >= crossing:
        return f"The largest tensor of a layer is “{largest.name}” {largest.words}. {grows}, and as many attention weights."
    if crossing > info.max_tokens:
        return f"{total:,} numbers in all; the largest tensor of a layer is “{largest.name}” {largest.words}. {grows}."
    return f"The largest tensor of a layer is “{largest.name}” {largest.words}. {grows}; from {crossing} tokens on nothing in the layer is larger."


def steps_figure(chosen: Sequence[ForwardStep], theme: Theme) -> go.Figure:
    """One bar a tensor, in order from the top: its shape in words, its length how many numbers it holds (logarithmic)."""
    rows, headings = _rows(chosen)
    n_rows = len(chosen) + len(headings)
    chart = plots.figure(theme, height=120 + 25 * n_rows, title="Every tensor and its shape")
    chart.add_bar(
        orientation="h",
        x=[np.log10(step.size) + 0.12 for step in chosen],
        y=rows,
        width=0.84,
        marker={"color": [colors.tint(_color(step, theme), 0.2) for step in chosen], "cornerradius": 6},
        customdata=[[step.part, step.name, plots.label(step.formula), f"{step.size:,}"] for step in chosen],
        hovertemplate="%{customdata[0]}, %{customdata[1]}: %{customdata[3]} numbers<br>%{customdata[2]}<extra></extra>",
    )
    for places, texts, color in (
        (rows, [step.words for step in chosen], theme.ink),
        (list(headings), list(headings.values()), theme.muted),
    ):
        chart.add_scatter(
            x=np.full(len(places), 0.08), y=places, mode="text", text=texts, textposition="middle right",
            textfont={"size": plots.TEXT_SIZE, "color": color}, hoverinfo="skip", cliponaxis=False,
        )  # fmt: skip
    top = int(np.ceil(max(np.log10(step.size) for step in chosen) + 0.3))
    names = [f"<b>{step.name}</b>" if step.name.startswith("hidden") else step.name for step in chosen]
    chart.update_layout(showlegend=False, hovermode="closest")
    bare = {"zeroline": False, "showline": False, "ticks": "", "fixedrange": True}
    chart.update_yaxes(range=[n_rows - 0.4, -0.6], tickvals=rows, ticktext=names, showgrid=False, **bare)
    powers = list(range(0, top, 2))
    chart.update_xaxes(
        range=[0, top], tickvals=powers, ticktext=[f"{10**power:,}" for power in powers], title_text="how many numbers", **bare
    )
    return chart


def steps_columns(chosen: Sequence[ForwardStep]) -> dict[str, list[object]]:
    """The steps as columns of a table."""
    return {
        "part": [step.part for step in chosen],
        "tensor": [step.name for step in chosen],
        "shape": [step.words for step in chosen],
        "numbers": [step.size for step in chosen],
        "how": [step.formula for step in chosen],
    }


def _outputs(info: ModelInfo, encoding: Encoding, *, has_pooler: bool) -> tuple[ForwardStep, ...]:
    found = []
    if has_pooler:
        formula = "tanh(W x + b) of the first token’s last hidden state"
        found.append(ForwardStep("Pooler", "pooled vector", ((info.d_model, "numbers"),), formula))
    if info.fills_blanks:
        axes = ((encoding.n_tokens, "tokens"), (info.vocab_size, "vocabulary"))
        formula = "a score for each word of the vocabulary at each token; computed for chosen tokens only"
        found.append(ForwardStep("Heads", "vocabulary logits", axes, formula))
    if "replaced_tokens" in info.objectives:
        formula = "one score per token: above 0, the token is taken to be replaced"
        found.append(ForwardStep("Heads", "replacement logits", ((encoding.n_tokens, "tokens"),), formula))
    whole = "W · pooled vector + b" if has_pooler else "linear layers on the first token’s last hidden state"
    for task, labels in info.labels.items():
        name, of_label = f"{task.replace('_', ' ')} logits", (len(labels), "labels")
        if task in info.task_heads and info.task_heads[task].row.of_rows:
            each = "W · last hidden state + b, at each token"
            found.append(ForwardStep("Heads", name, ((encoding.n_tokens, "tokens"), of_label), each))
        else:
            found.append(ForwardStep("Heads", name, (of_label,), whole))
    return tuple(found)


def _rows(chosen: Sequence[ForwardStep]) -> tuple[list[int], dict[int, str]]:
    """The row of each tensor, and the rows in between that name the part of the network."""
    rows: list[int] = []
    headings: dict[int, str] = {}
    for index, step in enumerate(chosen):
        if index == 0 or step.part != chosen[index - 1].part:
            headings[index + len(headings)] = step.part + ("" if step.layer is None else ", and all others alike")
        rows.append(index + len(headings))
    return rows, headings


def _color(step: ForwardStep, theme: Theme) -> str:
    if step.layer is not None:
        return theme.accent if step.name in ("scores", "attention") else theme.segments[0]
    return {"Input": theme.kinds["sep"], "Embeddings": theme.segments[1]}.get(step.part, theme.kinds["cls"])
