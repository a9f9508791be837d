"""Several texts as points: one mean vector each, and the plane that keeps most of how they differ.

    v = what the model was trained to make of a text, or the mean of the last layer's vectors over its words, or over all its tokens

Centred, the mean of v over the texts is taken off: what all of them share is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.pca import plane, project
from bertviz_app.analysis.phrases import decimal, leader, raised, trailer
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.plots import label, percent, shown
from bertviz_app.drawing.point_labels import bounds, label_annotations
from bertviz_app.records.forward import Floats, ModelInfo

VectorWay = Literal["trained", "words", "tokens"]
TRAINED: Final = "trained"
WORDS: Final = "words"
TOKENS: Final = "tokens"
WAYS: Mapping[VectorWay, str] = {TRAINED: "as it was trained", WORDS: "mean of the words", TOKENS: "mean of all tokens"}
METHOD = (
    " The matrix holds the cosine of every two. The vectors of all texts often share a large common part, which makes every cosine high; *centred*, the mean "
    "of the texts is taken off first, and what tells them apart is left (J. Mu and P. Viswanath, All-but-the-Top, 2018, section 2). The map is the plane of a "
    "principal component analysis, so that close points are similar as far as two axes can tell. Source: N. Reimers and I. Gurevych, Sentence-BERT "
    "(2019), section 3."
)


def ways(info: ModelInfo) -> tuple[VectorWay, ...]:
    """The ways to make one vector of a text that a model offers, the first by itself: keys of WAYS."""
    return (TRAINED, WORDS, TOKENS) if info.recipe and not info.recipe.unread else (WORDS, TOKENS)


def method(info: ModelInfo, way: VectorWay) -> str:
    """How the vectors of the page are made, whether the model was trained for it, and what is done with them."""
    recipe = info.recipe
    if way == TRAINED and recipe:
        limit = f" Of a text the first {recipe.max_tokens} tokens are read." if recipe.max_tokens else ""
        compared = (
            ""
            if recipe.similarity == "cosine"
            else f" It was trained to be compared by “{recipe.similarity}”; here it is the cosine."
        )
        said = f"This model was trained to make one vector of a text. From the last layer: {recipe.steps}.{limit}{compared}"
    else:
        with_them = "and [SEP] among them, as Sentence-BERT takes it," if way == TOKENS else "and [SEP] left out,"
        said = f"The mean of the last layer’s vectors over the tokens of a text, [CLS] {with_them} stands for the text."
        if recipe is None:
            said += " No part of this model was trained for similarity."
        elif recipe.unread:
            said += f" This model was trained for similarity with a part that is not read here ({recipe.unread}): its own vectors would differ."
        else:
            said += " This model was trained for similarity, but not with these vectors."
    return info.special.spelled(said + METHOD)


def centred(vectors: Floats) -> Floats:
    """Subtract what all texts share: [text, d_model], the mean over the texts taken off."""
    result: Floats = vectors - vectors.mean(axis=0)
    return result


def map_figure(vectors: Floats, names: Sequence[str], theme: Theme) -> go.Figure:
    """The texts in two dimensions, each with its number: vectors [text, d_model]; hover gives the whole `names`."""
    projection = project(vectors, 2)
    chart = plane(projection, theme, title="The texts, as close to each other as two axes can show")
    chart.add_scatter(
        x=projection.coordinates[:, 0],
        y=projection.coordinates[:, 1],
        mode="markers",
        marker={"size": 15, "color": theme.accent, "line": {"width": 1, "color": theme.ink}},
        text=[label(name) for name in names],
        hovertemplate="%{text}<br>%{x:.2f}, %{y:.2f}<extra></extra>",
        showlegend=False,
    )
    numbers = [str(shown(index)) for index in range(len(names))]
    points = projection.coordinates
    return chart.update_layout(height=440, annotations=label_annotations(points, numbers, theme, frame=bounds(points)))


def notice(matrix: Floats, vectors: Floats, *, is_centred: bool = False) -> str:
    """The two most and the two least alike, among three texts or more: matrix [text, text], of at least two texts."""
    rows, columns = np.triu_indices(len(matrix), k=1)
    cosines = matrix[rows, columns]
    measure = "centred cosine" if is_centred else "cosine"
    if len(cosines) == 1:
        return f"Texts 1 and 2 have the {measure} {decimal(cosines[0])}."
    ends = [
        f"texts {shown(rows[at])} and {shown(columns[at])} are {how} alike ({measure} {decimal(cosines[at])})"
        for how, at in (("most", leader(cosines, decimal)), ("least", trailer(cosines, decimal)))
        if at is not None
    ]
    said = (
        "; ".join(ends)
        or f"the {measure} of every two texts lies between {decimal(cosines.min())} and {decimal(cosines.max())}"
    )
    kept = min(1.0, float(project(vectors, 2).explained.sum()))
    spread = "all of the spread" if len(matrix) <= 3 else f"{percent(kept)} of the spread"
    return f"{raised(said)}; the map keeps {spread}."


@dataclass(frozen=True)
class Making:
    """How the vectors are made: of a text the first `longest` tokens are read, of which the first `n_prompt` are those of a prompt."""

    longest: int
    way: VectorWay = WORDS
    n_prompt: int = 0
