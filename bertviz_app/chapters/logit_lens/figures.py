"""Pictures of the logit lens: what every layer would say at every token, and one token's way from the embeddings to the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from bertviz_app.chapters.logit_lens.measures import Said
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import state_name
from bertviz_app.records.forward import Encoding, Floats

MOST_COLUMNS = 13  # a word of seven letters still fits a cell; of more layers, every so many are drawn
LETTERS = 104  # that fit beside each other in all cells of a row
ROW = 34  # pixels
DARK_CELL = 0.6  # from this probability on, paper reads better than ink on the cell, in both themes


def drawn_states(n_states: int) -> list[int]:
    """The states that get a column: all, or `MOST_COLUMNS` of them spread evenly from the embeddings to the last layer."""
    return np.unique(np.linspace(0, n_states - 1, min(n_states, MOST_COLUMNS)).round().astype(int)).tolist()


def every_token_figure(
    said: Said, encoding: Encoding, positions: Sequence[int], theme: Theme, *, token: Callable[[int], str]
) -> go.Figure:
    """A column a layer, a row a token: the word that the layer would say there, the cell as dark as that word is likely.

    `said` is stacked, over `positions`; `token` names a token id.
    """
    states = drawn_states(len(said.entropy))
    fits = LETTERS // len(states)
    best = said.token_ids[states].transpose(1, 0, 2)  # [state, position, k] → [position, column, k]
    shares = said.probabilities[states].transpose(1, 0, 2)
    words = [[[token(i) for i in cell] for cell in row] for row in best]
    names = [f"<b>{plots.label(encoding.tokens[position])}</b> (token {plots.shown(position)})" for position in positions]
    hover = [
        [f"{name} at {state_name(state)}{_listed(words[row][i], shares[row, i])}" for i, state in enumerate(states)]
        for row, name in enumerate(names)
    ]
    columns, rows = list(range(len(states))), list(range(len(positions)))
    cells = plots.heatmap(
        shares[..., 0], theme, limit=1.0, x=columns, y=rows, xgap=2, ygap=2, customdata=hover,
        hovertemplate="%{customdata}<extra></extra>", colorbar={"unit": "probability", "in_percent": True},
    )  # fmt: skip
    written = {
        "type": "scatter", "x": columns * len(rows), "y": np.repeat(rows, len(columns)), "mode": "text", "hoverinfo": "skip",
        "showlegend": False, "text": [plots.label(_cut(cell[0], fits)) for row in words for cell in row],
        "textfont": {
            "family": plots.MONOSPACE, "size": plots.TEXT_SIZE,
            "color": np.where(shares[..., 0].ravel() > DARK_CELL, theme.paper, theme.ink),
        },
    }  # fmt: skip
    short = len(states) > 8 or theme.narrow
    layers = ["emb.", *map(str, states[1:])] if short else ["embeddings", *(f"layer {state}" for state in states[1:])]
    axis = {"tickvals": columns, "ticktext": layers, "side": "top", "range": [-0.5, len(columns) - 0.5]}
    layout = {
        "xaxis": axis | {"showgrid": False, "zeroline": False}, "margin": {"t": 84},
        "yaxis": plots.token_axis([encoding.tokens[at] for at in positions]) | {"range": [len(rows) - 0.5, -0.5]},
    }  # fmt: skip
    title, height = "What each layer would say at each token", 110 + ROW * len(positions)
    return plots.figure(theme, height=height, title=title, data=[cells, written], layout=layout)


def _listed(words: Sequence[str], shares: Floats) -> str:
    """The likeliest words at one place, a line each."""
    return "".join(f"<br>{plots.percent(p):>8}  {plots.label(word)}" for word, p in zip(words, shares, strict=True))


def one_token_figure(said: Said, words: Sequence[str], theme: Theme, *, title: str) -> go.Figure:
    """Above, the rank of each followed word on a logarithmic axis, 1 on top; below, KL to the last layer and entropy, in bits.

    `said` is stacked, over one position; `words` names what is followed.
    """
    states = list(range(len(said.entropy)))
    chart = make_subplots(rows=2, shared_xaxes=True, row_heights=[0.62, 0.38], vertical_spacing=0.06)
    base = plots.figure(theme, height=600, title=title).layout.to_plotly_json()
    chart.update_layout({key: value for key, value in base.items() if key not in ("xaxis", "yaxis")})
    for index, word in enumerate(words):
        color = theme.categories[index % len(theme.categories)]
        chart.add_scatter(
            x=states, y=said.ranks[:, 0, index], name=plots.label(word), mode="lines+markers", line={"color": color, "width": 3},
            marker={"size": 9}, cliponaxis=False,
            customdata=[f"{state_name(s)}: rank {rank:,}, {plots.percent(p)}" for s, rank, p in zip(states, said.ranks[:, 0, index], said.shares[:, 0, index], strict=True)],
            hovertemplate=f"{plots.label(word)}<br>%{{customdata}}<extra></extra>", row=1, col=1,
        )  # fmt: skip
    for name, values, dash in (("KL to the last layer", said.divergence, "solid"), ("entropy", said.entropy, "dot")):
        chart.add_scatter(
            x=states, y=values[:, 0], name=name, mode="lines+markers", line={"color": theme.ink, "width": 2, "dash": dash},
            hovertemplate=f"{name}: %{{y:.2f}} bits<extra></extra>", row=2, col=1,
        )  # fmt: skip
    names = ["emb.", *(str(state) for state in states[1:])]
    step = -(-len(states) // MOST_COLUMNS)
    chart.update_xaxes(base["xaxis"] | {"tickvals": states[::step], "ticktext": names[::step], "zeroline": False})
    chart.update_xaxes(title_text="layer", row=2, col=1)
    most = float(np.log10(said.ranks.max()))
    powers = [10**power for power in range(int(most) + 1)]
    ranks = {"type": "log", "range": [most + 0.15, -0.1], "tickvals": powers, "ticktext": [f"{power:,}" for power in powers]}
    chart.update_yaxes(base["yaxis"] | ranks | {"title": {"text": "rank (1 is first)"}, "zeroline": False}, row=1, col=1)
    chart.update_yaxes(base["yaxis"] | {"rangemode": "tozero", "title": {"text": "bits"}}, row=2, col=1)
    return chart.update_layout(legend={"y": -0.14})


def _cut(word: str, letters: int) -> str:
    return word if len(word) <= letters else word[: letters - 1] + "…"
