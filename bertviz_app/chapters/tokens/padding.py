"""Padding and truncation: several texts as one batch, a rectangle of numbers.

    longer than `length`    cut at the end; [SEP] stays the last token
    shorter than `length`   filled up with [PAD]
    attention mask          1 for a token, 0 for [PAD]: its attention score is set to −∞ before the softmax, so its weight is 0

Sources: Vaswani et al., Attention Is All You Need (2017), section 3.2.3 (masking with −∞); Devlin et al., BERT (2019), appendix A.2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme, tint
from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.records.forward import Encoding


def notice(batch: Sequence[Encoding]) -> str:
    """How much of the rectangle is padding, and what was cut."""
    cells, padding = (
        sum(encoding.n_tokens for encoding in batch),
        sum(int((encoding.attention_mask == 0).sum()) for encoding in batch),
    )
    sentence = (
        f"{padding} of {cells} cells ({plots.percent(padding / cells)}) are [PAD], which the model computes and then ignores"
    )
    cut = [(number, encoding.n_dropped) for number, encoding in enumerate(batch, start=1) if encoding.n_dropped]
    if not padding:
        sentence = f"No cell is [PAD]: all {cells} are read"
    if not cut:
        return f"{sentence}. Nothing was cut."
    number, dropped = max(cut, key=lambda pair: pair[1])
    return f"{sentence}. Sentence {number} lost {dropped} token{'' if dropped == 1 else 's'}" + (
        f", and {len(cut) - 1} other{'' if len(cut) == 2 else 's'} lost some too." if len(cut) > 1 else "."
    )


def batch_figure(batch: Sequence[Encoding], theme: Theme) -> go.Figure:
    """Each sentence is a column of tokens from the top, its attention mask beside it. [PAD] is hatched.

    Raises `ValueError` when the encodings differ in length.
    """
    length = batch[0].n_tokens
    if any(encoding.n_tokens != length for encoding in batch):
        raise ValueError("a batch is a rectangle: all encodings need the same length")
    chart = plots.figure(theme, height=100 + 30 * length, title=f"One batch: [{len(batch)} sentences, {length} tokens]")
    room = max(4, 60 // len(batch))  # letters that fit into a cell on a wide screen
    for column, encoding in enumerate(batch):
        chart.add_trace(_token_cells(column, encoding, theme, room))
        chart.add_trace(_mask_cells(column, encoding, theme))
    chart.update_layout(margin_t=76, barmode="overlay", showlegend=False, hovermode="closest")
    bare = {"showgrid": False, "zeroline": False, "showline": False, "fixedrange": True}
    few = len(batch) <= 3
    places = [place for column in range(len(batch)) for place in ((column - 0.12, column + 0.35) if few else (column - 0.12,))]
    names = [name for n in range(1, len(batch) + 1) for name in ((f"sentence {n}", "mask") if few else (str(n),))]
    chart.update_xaxes(
        side="top",
        range=[-0.5, len(batch) - 0.5],
        tickvals=places,
        ticktext=names,
        tickangle=0,
        tickfont_color=theme.muted,
        **bare,
    )
    chart.update_yaxes(
        range=[length - 0.4, -0.6],
        tickvals=list(range(length)),
        ticktext=[str(plots.shown(place)) for place in range(length)],
        title_text=TOKEN_NUMBER,
        **bare,
    )
    return chart


def batch_columns(batch: Sequence[Encoding]) -> dict[str, list[object]]:
    """The batch as columns of a table, one row a cell."""
    cells = [(number, p, encoding) for number, encoding in enumerate(batch, start=1) for p in range(encoding.n_tokens)]
    return {
        "sentence": [number for number, _, _ in cells],
        TOKEN_NUMBER: [plots.shown(position) for _, position, _ in cells],
        "token": [encoding.tokens[position] for _, position, encoding in cells],
        "id": [int(encoding.token_ids[position]) for _, position, encoding in cells],
        "attention mask": [int(encoding.attention_mask[position]) for _, position, encoding in cells],
    }


def _token_cells(column: int, encoding: Encoding, theme: Theme, room: int) -> go.Bar:
    colors = [theme.token_color(kind, int(encoding.segment_ids[p])) for p, kind in enumerate(encoding.kinds)]
    inks = [theme.ink if kind in ("word", "piece") else color for kind, color in zip(encoding.kinds, colors, strict=True)]
    padding = (encoding.attention_mask == 0).tolist()  # a [PAD] that was typed is read
    return go.Bar(
        orientation="h",
        base=np.full(encoding.n_tokens, column - 0.46),
        x=np.full(encoding.n_tokens, 0.68),
        y=np.arange(encoding.n_tokens),
        width=0.84,
        marker={
            "color": [theme.paper if pad else tint(color, 0.16) for color, pad in zip(colors, padding, strict=True)],
            "line": {"color": [tint(color, 0.45) for color in colors], "width": 1},
            "cornerradius": 6,
            "pattern": {"shape": ["/" if pad else "" for pad in padding], "fgcolor": tint(theme.kinds["pad"], 0.35), "size": 8,
                        "solidity": 0.15, "fillmode": "overlay"},
        },
        text=[plots.label(token if len(token) <= room else f"{token[: room - 1]}…") for token in encoding.tokens],
        textposition="inside",
        insidetextanchor="middle",
        constraintext="none",
        textangle=0,
        textfont={"family": plots.MONOSPACE, "size": plots.TEXT_SIZE, "color": inks},
        customdata=_numbers(encoding),
        hovertext=[f"{plots.label(t)}, id {i}" for t, i in zip(encoding.tokens, encoding.token_ids, strict=True)],
        hovertemplate=f"sentence {plots.shown(column)}, token %{{customdata}}: %{{hovertext}}<extra></extra>",
        cliponaxis=False,
    )  # fmt: skip


def _mask_cells(column: int, encoding: Encoding, theme: Theme) -> go.Bar:
    mask = encoding.attention_mask
    return go.Bar(
        orientation="h",
        base=np.full(encoding.n_tokens, column + 0.26),
        x=np.full(encoding.n_tokens, 0.18),
        y=np.arange(encoding.n_tokens),
        width=0.84,
        marker={"color": [theme.weights[-1][1] if read else theme.paper for read in mask], "cornerradius": 6,
                "line": {"color": theme.grid, "width": 1}},
        text=[str(read) for read in mask],
        customdata=_numbers(encoding),
        textposition="inside",
        insidetextanchor="middle",
        constraintext="none",
        textangle=0,
        textfont={"family": plots.MONOSPACE, "size": plots.TEXT_SIZE, "color": [theme.paper if read else theme.muted for read in mask]},
        hovertemplate=f"sentence {plots.shown(column)}, token %{{customdata}}: attention mask %{{text}}<extra></extra>",
        cliponaxis=False,
    )  # fmt: skip


def _numbers(encoding: Encoding) -> list[int]:
    return [plots.shown(place) for place in range(encoding.n_tokens)]
