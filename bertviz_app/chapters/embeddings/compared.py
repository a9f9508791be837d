"""The tokens of two inputs in one projection: the same plane and the same scale for both, where both are of one model."""

from __future__ import annotations

import numpy as np

from bertviz_app.analysis.pca import Projection, project
from bertviz_app.chapters.embeddings.measures import points_columns, points_notice, space_figure, tokens_figure
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import state_name
from bertviz_app.drawing.pictures import Picture
from bertviz_app.drawing.point_labels import bounds
from bertviz_app.records.forward import ForwardPass


def joint_projections(original: ForwardPass, variant: ForwardPass, state: int) -> tuple[Projection, Projection]:
    """The tokens of both at `hidden_states[state]`, by the principal components of all of them together."""
    n = original.encoding.n_tokens
    both = project(np.concatenate([forward.hidden_states[state] for forward in (original, variant)]), 3)
    return Projection(both.coordinates[:n], both.explained), Projection(both.coordinates[n:], both.explained)


def side_picture(forward: ForwardPass, projection: Projection, state: int, theme: Theme, *, in_space: bool) -> Picture:
    """The tokens of one side."""
    draw = space_figure if in_space else tokens_figure
    figure = draw(projection, forward.encoding, theme, title=f"The tokens at {state_name(state)}")
    said = points_notice(projection, forward, state, n_axes=3 if in_space else 2)
    return Picture(figure, said, points_columns(projection, forward.encoding.tokens), "Scatter plot of the tokens’ vectors")


def on_one_scale(picture: Picture, projections: tuple[Projection, Projection]) -> Picture:
    """The same picture with axes that hold the points of both."""
    both = np.concatenate([one.coordinates for one in projections])
    (left, low), (right, high) = bounds(both)
    if picture.figure.layout.scene.xaxis.title.text is None:
        picture.figure.update_xaxes(range=[left, right]).update_yaxes(range=[low, high])
        return picture
    ends = zip("xyz", both.min(axis=0), both.max(axis=0), strict=True)
    picture.figure.update_layout(scene={f"{name}axis": {"range": [least, most]} for name, least, most in ends})
    return picture
