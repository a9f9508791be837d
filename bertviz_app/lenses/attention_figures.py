"""Pictures of attention: all heads as one mosaic, one head as a heatmap, one token as bars.

The mosaic is a single small picture, because a figure with a heatmap for each head would send every weight as text.
Long inputs are shown in blocks, each by its strongest weight, and the titles say so.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image, ImageColor

from bertviz_app import plots
from bertviz_app.lenses.attention import PLACES, HeadPattern, HeadWeights, head_name, head_patterns, mosaic_sentence
from bertviz_app.plots import Theme
from bertviz_app.records import Floats, ForwardPass

MOST_THUMBNAIL = 64  # cells on a side of a thumbnail
MOST_CELLS = 128  # cells on a side of a heatmap
_SIDE = 96  # pixels of a thumbnail of few cells: each cell is drawn several pixels wide
_LEVELS = 127  # colours of the mosaic


@dataclass(frozen=True, eq=False)
class Mosaic:
    """All heads of one input.

    cells      [layer, head, row, column]   the strongest weight of each block of `block` × `block`
    strongest  [layer, head, 2]             query and key of the largest weight
    peak       [layer, head]                that weight
    """

    cells: Floats
    block: int
    strongest: NDArray[np.int64]
    peak: Floats


def mosaic(forward: ForwardPass) -> Mosaic:
    """Thumbnails of all heads, and each head's strongest link."""
    weights, n = forward.attentions, forward.encoding.n_tokens
    block = -(-n // MOST_THUMBNAIL)
    cells = strongest_in_blocks(weights, block)
    flat = weights.reshape(*weights.shape[:2], -1).argmax(axis=-1)
    strongest = np.stack(np.unravel_index(flat, (n, n)), axis=-1)
    return Mosaic(cells, block, strongest, cells.max(axis=(2, 3)))


def strongest_in_blocks(weights: Floats, block: int) -> Floats:
    """The largest weight of each block × block square; the last row and column of squares may be smaller.

    >>> strongest_in_blocks(np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), 2).tolist()
    [[5, 6], [8, 9]]
    """
    if block == 1:
        return weights
    for axis in (-2, -1):
        starts = np.arange(0, weights.shape[axis], block)
        weights = np.maximum.reduceat(weights, starts, axis=axis)
    return weights


def mosaic_picture(forward: ForwardPass, theme: Theme) -> tuple[go.Figure, str, str, dict[str, list[object]]]:
    """All heads at once, what to notice in them, how to read a thumbnail, and the same as a table."""
    tiles, patterns = mosaic(forward), head_patterns(forward)
    columns = mosaic_columns(forward, tiles, patterns)
    return mosaic_figure(forward, tiles, patterns, theme), mosaic_sentence(patterns), mosaic_caption(tiles), columns


def mosaic_figure(forward: ForwardPass, tiles: Mosaic, patterns: HeadPattern, theme: Theme) -> go.Figure:
    """Layers down, heads across; on a narrow screen the other way round, which leaves its squares square.

    Each thumbnail carries an invisible marker; its `customdata` counts the heads, layer after layer, from 0.
    """
    layers, heads = (grid.ravel() for grid in np.indices(tiles.peak.shape))
    x, y, cells, names = heads, layers, tiles.cells, ("head", "layer")
    if theme.narrow:
        x, y, cells, names = layers, heads, tiles.cells.swapaxes(0, 1), ("layer", "head")
    n_down, n_across = cells.shape[:2]
    chart = plots.figure(
        theme, height=n_down * (54 if theme.narrow else 76 if n_down <= 6 else 60) + (150 if theme.narrow else 90)
    )
    chart.add_layout_image(
        source=_picture(cells, theme),
        xref="x",
        yref="y",
        x=-0.5,
        y=-0.5,
        sizex=n_across,
        sizey=n_down,
        sizing="stretch",
        layer="below",
    )
    clear = {"opacity": 0}
    chart.add_scatter(
        x=x, y=y, mode="markers", marker={"symbol": "square", "size": 40, "color": theme.accent, "opacity": 0},
        selected={"marker": clear}, unselected={"marker": clear}, showlegend=False,
        customdata=np.arange(layers.size), hovertext=_hover(forward, tiles, patterns), hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    # A heatmap's bar for a picture that has none: one marker that is nowhere.
    ticks = np.array([0, 0.05, 0.25, 0.5, 1])
    bar = plots.color_bar(theme, unit="weight", tickvals=np.sqrt(ticks), ticktext=[plots.percent(tick) for tick in ticks])
    scale = {"color": [0], "cmin": 0, "cmax": 1, "colorscale": theme.weights, "showscale": True, "colorbar": bar}
    chart.add_scatter(x=[None], y=[None], mode="markers", marker=scale, showlegend=False, hoverinfo="skip")
    plain = {"showgrid": False, "zeroline": False, "fixedrange": True, "showline": False}
    chart.update_xaxes(plain, range=[-0.5, n_across - 0.5], title_text=names[0], side="top", tickangle=0, **_counted(n_across))
    chart.update_yaxes(plain, range=[n_down - 0.5, -0.5], title_text=names[1], **_counted(n_down))
    return chart.update_layout(hovermode="closest", hoverdistance=60, clickmode="event+select")


def mosaic_columns(forward: ForwardPass, tiles: Mosaic, patterns: HeadPattern) -> dict[str, list[object]]:
    """One row a head: its strongest link, and where most of its weight goes."""
    places, tokens = list(np.ndindex(*tiles.peak.shape)), forward.encoding.tokens
    return {
        "layer": [plots.shown(layer) for layer, _ in places],
        "head": [plots.shown(head) for _, head in places],
        "strongest from": [tokens[tiles.strongest[place][0]] for place in places],
        "to": [tokens[tiles.strongest[place][1]] for place in places],
        "weight": [float(tiles.peak[place]) for place in places],
        "looks most at": [PLACES[patterns.place[place]] for place in places],
        "share": [float(patterns.share[place]) for place in places],
    }


def head_columns(weights: HeadWeights) -> dict[str, list[object]]:
    """One head as a table: a row for each that looks, a column for each that is looked at, with its number, as a name may stand twice."""
    columns: dict[str, list[object]] = {"from": list(weights.queries)}
    looked_at = enumerate(zip(weights.keys, weights.weights.T, strict=True), start=1)
    return columns | {f"{number} {name}": column.tolist() for number, (name, column) in looked_at}


def mosaic_caption(tiles: Mosaic) -> str:
    """How to read a thumbnail, and what was thinned out."""
    said = "In each square, tokens look from their row to the columns; colour grows with the square root of the weight, so that small weights show."
    return said if tiles.block == 1 else f"{said} Each cell is the strongest of {tiles.block} × {tiles.block} weights."


def head_figure(weights: HeadWeights, theme: Theme) -> go.Figure:
    """One head as a heatmap: rows look at columns. The title says so when cells stand for blocks."""
    block = max(1, -(-max(weights.weights.shape) // MOST_CELLS))
    cells = strongest_in_blocks(weights.weights, block)
    queries, keys = _categories(weights.queries, block), _categories(weights.keys, block)
    name = head_name(weights.layer, weights.head)
    thinned = "" if block == 1 else f"; each cell is the strongest of {block} × {block} weights"
    chart = plots.figure(theme, height=min(180 + 34 * len(queries), 900), title=f"{name}: rows look at columns{thinned}")
    top = max(0.05, float(cells.max(initial=0)))
    trace = plots.heatmap(
        np.ascontiguousarray(cells, dtype=np.float32), theme, limit=top, x=keys, y=queries,
        hovertemplate="%{y} looks at %{x}: %{z:.1%}<extra></extra>",
        colorbar={"unit": "weight"} | plots.percent_axis(top), xgap=1 if len(keys) <= 40 else 0,
        ygap=1 if len(queries) <= 40 else 0,
    )  # fmt: skip
    chart.add_trace(trace)
    chart.update_xaxes(_ticks(keys, weights.keys, block), title_text="looks at")
    chart.update_yaxes(_ticks(queries, weights.queries, block), autorange="reversed")
    return chart


def token_figure(weights: HeadWeights, position: int, theme: Theme) -> go.Figure:
    """One token as bars: above, where it looks; below, who looks at it. A side that the reading hides is left out."""
    row, column = int(weights.row_of[position]), int(weights.column_of[position])
    sides = []
    if row >= 0:
        sides.append((f"Where “{weights.queries[row]}” looks", weights.keys, weights.weights[row]))
    if column >= 0:
        sides.append((f"What looks at “{weights.keys[column]}”", weights.queries, weights.weights[:, column]))
    titles = [plots.label(title) for title, _, _ in sides]
    chart = plots.figure(theme, height=270 * max(1, len(sides)) + 40, title=head_name(weights.layer, weights.head))
    if sides:
        chart.set_subplots(len(sides), 1, subplot_titles=titles, vertical_spacing=0.3)
    top = max((float(values.max(initial=0)) for _, _, values in sides), default=1.0) or 1.0
    for number, (_, names, values) in enumerate(sides, start=1):
        texts = [plots.percent(value) for value in values]
        chart.add_bar(
            x=np.arange(len(names)), y=np.asarray(values, dtype=np.float32), row=number, col=1, showlegend=False,
            marker_color=theme.accent if number == 1 and row >= 0 else theme.segments[0],
            text=texts if len(names) <= (6 if theme.narrow else 20) else None, textposition="outside", cliponaxis=False,
            customdata=np.array([[plots.label(name), text] for name, text in zip(names, texts, strict=True)]),
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        )  # fmt: skip
        chart.update_xaxes(plots.token_axis(names), row=number, col=1)
        chart.update_yaxes(range=[0, top * 1.18], row=number, col=1, **plots.percent_axis(top))
    return chart


def _picture(cells: Floats, theme: Theme) -> str:
    """All thumbnails as one PNG in a data URI, with a line of the grid's colour between them."""
    n_layers, n_heads, n, _ = cells.shape
    scale = max(1, _SIDE // n)
    levels = np.rint(np.sqrt(cells) * (_LEVELS - 1)).astype(np.uint8)
    levels = levels.repeat(scale, axis=2).repeat(scale, axis=3)
    # [layer, head, row, column] → one pixel of frame on each side → [layer · row, head · column]
    framed = np.pad(levels, ((0, 0), (0, 0), (2, 2), (2, 2)), constant_values=_LEVELS)
    side = framed.shape[-1]
    image = Image.fromarray(framed.transpose(0, 2, 1, 3).reshape(n_layers * side, n_heads * side))
    image.putpalette(_palette(theme))
    file = io.BytesIO()
    image.save(file, "PNG", optimize=False, compress_level=6)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _palette(theme: Theme) -> list[int]:
    places = [float(place) for place, _ in theme.weights]
    colors = np.array([ImageColor.getrgb(str(color)) for _, color in theme.weights])
    levels = np.linspace(0, 1, _LEVELS)
    scale = np.stack([np.interp(levels, places, channel) for channel in colors.T], axis=-1).round().astype(int)
    return [*scale.ravel().tolist(), *ImageColor.getrgb(theme.grid)]


def _hover(forward: ForwardPass, tiles: Mosaic, patterns: HeadPattern) -> list[str]:
    tokens, lines = forward.encoding.tokens, []
    for layer, head in np.ndindex(*tiles.peak.shape):
        query, key = (plots.label(tokens[position]) for position in tiles.strongest[layer, head])
        lines.append(
            f"Layer {plots.shown(layer)}, head {plots.shown(head)}<br>strongest: {query} → {key}, {plots.percent(float(tiles.peak[layer, head]))}"
            f"<br>{plots.percent(float(patterns.share[layer, head]))} on {PLACES[patterns.place[layer, head]]}"
        )
    return lines


def _counted(n: int) -> dict[str, list[int] | list[str]]:
    return {"tickvals": list(range(n)), "ticktext": [str(plots.shown(index)) for index in range(n)]}


def _categories(names: Sequence[str], block: int) -> list[str]:
    """A different name for each row or column, which hover shows: the token and where it stands."""
    if block == 1:
        return [f"{plots.label(name)} ({place})" for place, name in enumerate(names, start=1)]
    starts = range(0, len(names), block)
    return [f"{plots.label(' '.join(names[start : start + block]))} ({start + 1} on)" for start in starts]


def _ticks(categories: Sequence[str], names: Sequence[str], block: int) -> dict[str, object]:
    """Tokens as labels, as in `plots.token_axis`, on an axis of categories."""
    axis = plots.token_axis(names[::block])
    return axis | {"type": "category", "tickvals": [categories[place] for place in axis["tickvals"]]}
