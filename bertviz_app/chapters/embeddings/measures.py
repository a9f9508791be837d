"""Embeddings as points: the tokens of one text in the plane, in space, and on their way through the layers.

Every picture is a projection by principal components (`pca.py`): distances on the screen are what is left of distances in hundreds of
dimensions, and the axes say how much that is. Several texts at once are in `sentences.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from bertviz_app.analysis.pca import Projection, plane, project
from bertviz_app.analysis.phrases import counted, decimal, raised, token_name, trailer
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import layers, numbered, state_name
from bertviz_app.drawing.point_labels import bounds, label_annotations, label_tracks, said_of_labels, text_positions
from bertviz_app.records.forward import Encoding, Floats, ForwardPass, Integers

METHOD = (
    "Each token’s vector at the chosen layer is a point. Principal component analysis turns the cloud of points until its widest "
    "direction lies along the first axis, the next widest along the second. The axes state the share of the spread that they keep: "
    "what is left out cannot be seen here. The numbers are those of scikit-learn’s `PCA`. Source: K. Pearson, On lines and planes of "
    "closest fit (1901)."
)


def points_picture(forward: ForwardPass, state: int, theme: Theme, in_space: bool) -> tuple[Projection, go.Figure]:
    """The tokens at `hidden_states[state]`, projected, and drawn in the plane or in space."""
    projection = project(forward.hidden_states[state], 3)
    draw = space_figure if in_space else tokens_figure
    return projection, draw(projection, forward.encoding, theme, title=f"The tokens at {state_name(state)}")


def tokens_figure(projection: Projection, encoding: Encoding, theme: Theme, *, title: str) -> go.Figure:
    """The tokens of one text in the plane: coordinates [position, ≥ 2]. Of many, those are labelled that have room, which the title says."""
    points = projection.coordinates[:, :2]
    labels = label_annotations(points, encoding.tokens, theme, frame=bounds(points))
    chart = plane(projection, theme, title=title + said_of_labels(len(labels), encoding.n_tokens))
    chart.add_trace(_points(points, encoding, theme))
    return chart.update_layout(annotations=labels)


def space_figure(projection: Projection, encoding: Encoding, theme: Theme, *, title: str) -> go.Figure:
    """The tokens of one text in space: coordinates [position, 3]. Of many, those are labelled that have room, which the title says."""
    # A cube seen from a little farther than Plotly would: the titles of the axes stay within the picture.
    eye = (2.1, 2.1, 0.8) if theme.narrow else (1.5, 1.5, 0.8)
    x, y, z = projection.coordinates.T
    names = [plots.label(token) for token in encoding.tokens]
    sides = text_positions(projection.coordinates, encoding.tokens, eye)
    title += said_of_labels(sum(map(bool, sides)), encoding.n_tokens)
    chart = plots.figure(theme, height=420 if theme.narrow else 560, title=title)
    chart.add_scatter3d(
        x=x, y=y, z=z, mode="markers+text", text=[name if side else "" for name, side in zip(names, sides, strict=True)],
        textfont={"family": plots.MONOSPACE, "size": plots.TEXT_SIZE, "color": theme.ink},
        textposition=[side or "top center" for side in sides],
        customdata=[f"{name} (token {number})" for name, number in zip(names, _numbers(encoding), strict=True)],
        marker={"size": 6 if all(sides) else 4, "color": _colors(encoding, theme)},
        hovertemplate="%{customdata}<br>%{x:.2f}, %{y:.2f}, %{z:.2f}<extra></extra>",
    )  # fmt: skip
    axis: dict[str, Any] = {
        "backgroundcolor": theme.paper,
        "gridcolor": theme.grid,
        "zerolinecolor": theme.muted,
        "color": theme.ink,
    }
    axis |= {"tickfont": {"size": 14}, "nticks": 5} | plots.WHOLE
    titles = [f"PC {plots.shown(i)}: {plots.percent(share)}" for i, share in enumerate(projection.explained)]
    scene = {f"{name}axis": axis | {"title": title} for name, title in zip("xyz", titles, strict=True)}
    camera = {"eye": dict(zip("xyz", eye, strict=True)), "center": {"x": 0, "y": 0, "z": -0.15}}
    chart.update_layout(
        scene=scene | {"aspectmode": "cube", "camera": camera}, dragmode="orbit", margin={"l": 0, "r": 0, "b": 0}
    )
    return chart


def points_notice(projection: Projection, forward: ForwardPass, state: int, *, n_axes: int) -> str:
    """How much of the spread of the tokens at `hidden_states[state]` the axes keep."""
    n, kept = forward.encoding.n_tokens, min(1.0, float(projection.explained[:n_axes].sum()))
    of = f"the spread of {counted(n, 'point')} in {forward.model.d_model} dimensions"
    at = raised(f"at {state_name(state)}")
    if not kept:
        return f"{at}, all {counted(n, 'point')} are the same: there is no spread to show."
    if n <= n_axes + 1:
        return f"{at}, {n_axes} axes keep all of {of}: so few points need no more."
    return f"{at}, {n_axes} axes keep {plots.percent(kept)} of {of}; what is left cannot be seen here."


def points_columns(projection: Projection, tokens: Sequence[str]) -> dict[str, list[object]]:
    """The points as columns of a table: coordinates [position, component]."""
    return numbered(tokens) | {f"PC {plots.shown(i)}": values.tolist() for i, values in enumerate(projection.coordinates.T)}


def layer_tracks(forward: ForwardPass) -> tuple[Projection, Floats]:
    """One projection fitted on all layers' vectors together, and in it each token's place: [layer + 1, position, 2]."""
    states, n, d_model = forward.hidden_states.shape
    # [layer + 1, position, d_model] → [(layer + 1) · position, d_model]
    projection = project(forward.hidden_states.reshape(states * n, d_model), 2)
    return projection, projection.coordinates.reshape(states, n, 2)


def layers_figure(forward: ForwardPass, theme: Theme) -> go.Figure:
    """One frame a layer, all in the one projection that was fitted on all layers together; a slider and a button to play.

    Traces: lines to the labels, labels, points. Of many tokens, those are labelled at each layer that have room there, which the title says.
    """
    projection, tracks = layer_tracks(forward)
    encoding = forward.encoding
    labels, lines = label_tracks(tracks, encoding.tokens, theme)
    more = " · labelled where there is room, all on hover" if np.isnan(labels).any() else ""
    chart = plane(projection, theme, title=f"The tokens on their way through the layers{more}")
    moving: list[NDArray[np.floating[Any]]] = [lines, labels, tracks]
    font = {"family": plots.MONOSPACE, "size": 16, "color": theme.ink}
    texts = [plots.label(token) for token in encoding.tokens]
    still = {"hoverinfo": "skip", "showlegend": False, "cliponaxis": False}
    chart.add_scatter(x=lines[0, :, 0], y=lines[0, :, 1], mode="lines", line={"color": theme.muted, "width": 1}, **still)
    chart.add_scatter(x=labels[0, :, 0], y=labels[0, :, 1], mode="text", text=texts, textfont=font, **still)
    chart.add_trace(_points(tracks[0], encoding, theme))
    chart.frames = [
        go.Frame(
            name=str(state),
            data=[{"type": "scatter", "x": places[state, :, 0], "y": places[state, :, 1]} for places in moving],
            traces=list(range(len(moving))),
        )
        for state in range(len(tracks))
    ]
    return chart.update_layout(height=640, **_player(len(tracks), theme))


def tracks_columns(forward: ForwardPass) -> dict[str, list[object]]:
    """The tracks as columns of a table, one row for each token at each layer."""
    _, tracks = layer_tracks(forward)  # [layer + 1, position, 2]
    states, n, _ = tracks.shape
    return {
        "layer": [name for name in layers(states) for _ in range(n)],
        **{title: column * states for title, column in numbered(forward.encoding.tokens).items()},
        "PC 1": tracks[..., 0].ravel().tolist(),
        "PC 2": tracks[..., 1].ravel().tolist(),
    }


def travel_notice(forward: ForwardPass) -> str:
    """Which token's vector turned the most on its way from the embeddings to the last layer, if one did, and the average."""
    first, last = forward.hidden_states[0], forward.hidden_states[-1]
    lengths = np.linalg.norm(first, axis=-1) * np.linalg.norm(last, axis=-1)
    cosines = (first * last).sum(axis=-1) / np.where(lengths > 0, lengths, 1)
    mean = f"After the last layer, the cosine of a token’s vector with where it started is {decimal(cosines.mean())} on average"
    farthest = trailer(cosines, decimal)
    if farthest is None:
        return f"{mean}."
    return f"{mean}; the vector of {token_name(forward.encoding, farthest)} turns the most, to {decimal(cosines[farthest])}."


def _player(states: int, theme: Theme) -> dict[str, list[dict[str, Any]]]:
    """A slider over the frames, and buttons to play and to pause."""
    go_on = {"frame": {"duration": 900, "redraw": False}, "transition": {"duration": 700}, "fromcurrent": True}
    jump = {"frame": {"duration": 0, "redraw": False}, "mode": "immediate", "transition": {"duration": 250}}
    names = ["embeddings", *(f"layer {state}" for state in range(1, states))]
    steps = [{"label": name, "method": "animate", "args": [[str(state)], jump]} for state, name in enumerate(names)]
    play = {"label": "Play", "method": "animate", "args": [None, go_on]}
    # A list with None in it is how Plotly spells "stop".
    pause = {"label": "Pause", "method": "animate", "args": [[None], jump]}
    slider: dict[str, Any] = {
        "steps": steps, "pad": {"t": 60}, "currentvalue": {"prefix": ""}, "bgcolor": theme.grid, "bordercolor": theme.grid,
    }  # fmt: skip
    buttons: dict[str, Any] = {
        "type": "buttons", "direction": "left", "buttons": [play, pause], "x": 0, "xanchor": "left", "y": 0, "yanchor": "top", "pad": {"t": 152},
        "bgcolor": theme.paper, "bordercolor": theme.muted, "font": {"color": theme.ink}, "showactive": False,
    }  # fmt: skip
    return {"sliders": [slider], "updatemenus": [buttons]}


def _points(coordinates: Floats, encoding: Encoding, theme: Theme) -> go.Scatter:
    return go.Scatter(
        x=coordinates[:, 0],
        y=coordinates[:, 1],
        mode="markers",
        text=[plots.label(token) for token in encoding.tokens],
        customdata=_numbers(encoding),
        marker={"size": 12 if encoding.n_tokens <= plots.MAX_TICKS else 8, "color": _colors(encoding, theme)},
        hovertemplate="%{text} (token %{customdata})<br>%{x:.2f}, %{y:.2f}<extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )


def _numbers(encoding: Encoding) -> Integers:
    """[position] the number of each token as people count."""
    return np.arange(1, encoding.n_tokens + 1)


def _colors(encoding: Encoding, theme: Theme) -> list[str]:
    return [theme.token_color(kind, int(segment)) for kind, segment in zip(encoding.kinds, encoding.segment_ids, strict=True)]
