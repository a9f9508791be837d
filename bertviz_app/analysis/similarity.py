"""How alike vectors are: the cosine similarity of every two.

cos(u, v) = u · v / (‖u‖ ‖v‖)          1: same direction, 0: at right angles, −1: opposite
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import decimal, leader
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import numbered, titles
from bertviz_app.records.forward import Floats

NAMED = 160  # beyond this many rows a cell's hover gives numbers, not names: two names a cell would be megabytes

METHOD = (
    "The cosine of the angle between two vectors: their dot product divided by their lengths. 1 is the same direction, 0 a right angle, "
    "−1 the opposite direction. In BERT’s later layers the vectors share a large common part, so that most cosines are well above 0: "
    "compare them with each other. Source: K. Ethayarajh, How contextual are contextualized word representations? (2019), section 4.1."
)


def cosine_matrix(vectors: Floats) -> Floats:
    """All pairs: [point, d_model] → [point, point]; symmetric, ones on the diagonal. A zero vector is at right angles to all.

    >>> cosine_matrix(np.array([[1, 0], [1, 1]], dtype=np.float32)).round(3).tolist()
    [[1.0, 0.7070000171661377], [0.7070000171661377, 1.0]]
    """
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit = vectors / np.where(norms > 0, norms, 1)
    result: Floats = np.clip(unit @ unit.T, -1, 1).astype(np.float32)
    return result


def similarity_figure(
    matrix: Floats, names: Sequence[str], theme: Theme, *, title: str, numbered: Sequence[str] | None = None
) -> go.Figure:
    """Cosine similarities as a heatmap, numbers on hover and, for a few, in the cells.

    The rows are called `names`, and so are the columns unless they have shorter names in `numbered`. Beyond `NAMED` rows hover
    counts them from 1.
    """
    n = len(names)
    labels = np.array([plots.label(name) for name in names])
    chart = plots.figure(theme, height=int(np.clip(170 + 30 * n, 300, 760)), title=title)
    places = np.arange(1, n + 1)
    named = n <= NAMED
    trace = plots.heatmap(
        matrix, theme, signed=True, limit=1.0, x=places, y=places,
        # [row, column] → [row, column, its two names]
        customdata=np.stack(np.broadcast_arrays(labels[:, None], labels[None, :]), axis=-1) if named else None,
        hovertemplate=("%{customdata[0]} (%{y}), %{customdata[1]} (%{x})" if named else "tokens %{y} and %{x}")
        + "<br>cosine %{z:.3f}<extra></extra>",
        colorbar={"unit": "cosine"},
        **(_written(matrix) if n <= (4 if theme.narrow else 12) else {}),
    )  # fmt: skip
    chart.add_trace(trace)
    chart.update_xaxes(_counted_axis(numbered or names))
    # On a phone, names as long as a sentence would leave no room for the picture.
    written = [textwrap.shorten(name, 20, placeholder="…") for name in names] if theme.narrow else names
    chart.update_yaxes(_counted_axis(written), autorange="reversed")
    if numbered:  # sentences, not tokens
        chart.update_yaxes(tickfont_family=plots.FONT)
    return chart


def _written(matrix: Floats) -> dict[str, Any]:
    """The numbers in their cells."""
    return {"text": [[decimal(float(cosine)) for cosine in row] for row in matrix], "texttemplate": "%{text}"}


def matrix_columns(matrix: Floats, names: Sequence[str]) -> dict[str, list[object]]:
    """The matrix as columns of a table; the columns carry their number, since a name may stand twice."""
    return numbered(names) | {title: row.tolist() for title, row in zip(titles(names), matrix, strict=True)}


def most_alike_notice(matrix: Floats, names: Sequence[str], *, what: str = "") -> str:
    """Which two of some named points are most alike, or how alike all are: matrix [point, point], at least one point.

    >>> most_alike_notice(np.array([[1.0, 0.5], [0.5, 1.0]]), ["sentence 1", "sentence 2"])
    'The cosine of sentence 1 and sentence 2 is 0.50.'
    """
    rows, columns = np.triu_indices(len(matrix), k=1)
    cosines = matrix[rows, columns]
    if not len(cosines):
        return f"There is only {names[0]}, and nothing to compare it with."
    best = leader(cosines, decimal)
    i, j = int(rows[cosines.argmax()]), int(columns[cosines.argmax()])
    if len(cosines) == 1:
        return f"The cosine of {names[i]} and {names[j]} is {decimal(cosines[0])}{what}."
    if best is None:
        tied = int((np.round(cosines, 2) == np.round(cosines.max(), 2)).sum())
        return f"{tied} of {len(cosines):,} pairs are equally alike{what}, with a cosine of {decimal(cosines.max())}; one is {names[i]} and {names[j]}."
    return f"Most alike{what}: {names[i]} and {names[j]}, cosine {decimal(cosines[best])}."


def _counted_axis(names: Sequence[str]) -> dict[str, Any]:
    """The house's token axis, its places counted from 1 as hover shows them."""
    axis = plots.token_axis(names)
    return axis | {"tickvals": [plots.shown(place) for place in axis["tickvals"]]}
