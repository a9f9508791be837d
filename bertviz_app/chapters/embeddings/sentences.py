"""Several sentences in one picture, and what becomes of a word that stands in more than one of them.

In the vocabulary “bank” is one row; in a text it is a vector that its neighbours have had their say in.
Source: K. Ethayarajh, How contextual are contextualized word representations? (2019), section 3, for comparing a word with itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from bertviz_app.analysis.pca import Projection, plane, project
from bertviz_app.analysis.phrases import decimal, text_name, trailer
from bertviz_app.analysis.similarity import cosine_matrix
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import TOKEN_NUMBER, state_name
from bertviz_app.drawing.point_labels import bounds, label_annotations
from bertviz_app.records.forward import Floats, ForwardPass

MAX_TOKENS = 64  # of each sentence: twenty of them share one picture
SYMBOLS = ("circle", "diamond", "square")  # once the colours are used up


def shared_words(forwards: Sequence[ForwardPass]) -> list[str]:
    """Tokens that stand in more than one of the texts, most often first; punctuation and special tokens left out."""
    counts: dict[str, int] = {}
    for forward in forwards:
        encoding = forward.encoding
        words = {token for token, kind in zip(encoding.tokens, encoding.kinds, strict=True) if kind in ("word", "piece")}
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    shared = [word for word, count in counts.items() if count > 1 and any(letter.isalnum() for letter in word)]
    return sorted(shared, key=lambda word: (-counts[word], -len(word), word))


def word_places(forwards: Sequence[ForwardPass], state: int, word: str) -> list[tuple[int, Floats]]:
    """Each place of a token in the texts: (index of the text, its vector [d_model])."""
    return [
        (index, forward.hidden_states[state][position])
        for index, forward in enumerate(forwards)
        for position, token in enumerate(forward.encoding.tokens)
        if token == word
    ]


def word_notice(forwards: Sequence[ForwardPass], state: int, word: str) -> str:
    """How many vectors a word of the vocabulary has in these texts, and which two of its places are least alike, if two are."""
    places = word_places(forwards, state, word)
    cosines = cosine_matrix(np.stack([vector for _, vector in places]))
    rows, columns = np.triu_indices(len(places), k=1)
    apart = cosines[rows, columns]
    if decimal(apart.min(), 4) == "1.0000":
        return (
            f"“{word}” has the same vector in all {len(places)} places at {state_name(state)}: nothing of its context is in it."
        )
    said = f"“{word}” is one row of the vocabulary, but has {len(places)} different vectors at {state_name(state)}"
    if len(apart) == 1:
        return f"{said}: their cosine is {decimal(apart[0])}."
    least = trailer(apart, decimal)
    if least is None:
        return f"{said}: their cosines lie between {decimal(apart.min())} and {decimal(apart.max())}."
    first, second = (places[int(ends[least])][0] + 1 for ends in (rows, columns))
    where = f"both in sentence {first}" if first == second else f"in sentences {first} and {second}"
    return f"{said}: the two least similar are {where}, cosine {decimal(apart[least])}."


def sentences_figure(forwards: Sequence[ForwardPass], state: int, word: str | None, theme: Theme) -> go.Figure:
    """The tokens of several texts in one projection, a colour a text; every place of `word` joined by lines.

    Beyond `plots.MAX_TICKS` points only the places of `word` carry a label; hover names the rest.
    """
    real, tokens, projection = _projected(forwards, state)
    chart = plane(projection, theme, title=f"{_counted(len(forwards))} at {state_name(state)}")
    chosen = np.array([token == word for token in tokens])
    ends = np.cumsum([len(rows) for rows in real])
    if chosen.sum() > 1:
        xs, ys = _star(projection.coordinates[chosen])
        line = {"color": theme.ink, "width": 1.5, "dash": "dot"}
        chart.add_scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", showlegend=False)
    for index, (forward, end) in enumerate(zip(forwards, ends, strict=True)):
        mine = slice(end - len(real[index]), end)
        chart.add_scatter(
            x=projection.coordinates[mine, 0], y=projection.coordinates[mine, 1], mode="markers",
            text=[plots.label(token) for token in tokens[mine]],
            marker={
                "size": np.where(chosen[mine], 16, 11), "color": theme.categories[index % 8], "symbol": SYMBOLS[index // 8 % 3],
                "line": {"width": np.where(chosen[mine], 2.5, 0.75), "color": theme.ink},
            },
            name=plots.label(sentence_name(forward, index)), meta=index + 1,
            hovertemplate="%{text} in sentence %{meta}<br>%{x:.2f}, %{y:.2f}<extra></extra>",
        )  # fmt: skip
    named = np.full(len(tokens), True) if len(tokens) <= plots.MAX_TICKS else chosen
    if named.any() and named.sum() <= plots.MAX_TICKS:
        labels = [token for token, is_named in zip(tokens, named, strict=True) if is_named]
        chart.update_layout(
            annotations=label_annotations(projection.coordinates[named], labels, theme, frame=bounds(projection.coordinates))
        )
    # A line of the legend for each sentence: they are long.
    legend = {"orientation": "v", "x": 0, "xanchor": "left", "y": -0.16, "yanchor": "top"}
    return chart.update_layout(height=580 + 22 * len(forwards), legend=legend, showlegend=True)


def points_columns(forwards: Sequence[ForwardPass], state: int) -> dict[str, list[object]]:
    """The points of the picture as columns of a table."""
    real, tokens, projection = _projected(forwards, state)
    return {
        "sentence": [number for number, rows in enumerate(real, start=1) for _ in rows],
        TOKEN_NUMBER: [plots.shown(int(row)) for rows in real for row in rows],
        "token": list(tokens),
        "PC 1": projection.coordinates[:, 0].tolist(),
        "PC 2": projection.coordinates[:, 1].tolist(),
    }


def _projected(forwards: Sequence[ForwardPass], state: int) -> tuple[list[NDArray[np.intp]], list[str], Projection]:
    """For each text the positions that stand for it; all their tokens; and all their vectors in one projection."""
    real = [np.flatnonzero(~forward.encoding.is_special) for forward in forwards]
    points = np.concatenate([forward.hidden_states[state][rows] for forward, rows in zip(forwards, real, strict=True)])
    tokens = [forward.encoding.tokens[row] for forward, rows in zip(forwards, real, strict=True) for row in rows]
    return real, tokens, project(points, 2)


def sentence_name(forward: ForwardPass, index: int, *, length: int = 60) -> str:
    """A sentence and its number, short enough for a legend."""
    return text_name(forward.encoding.text, index, length=length)


def _counted(n: int) -> str:
    return "1 sentence" if n == 1 else f"{n} sentences"


def _star(points: Floats) -> tuple[list[float | None], list[float | None]]:
    """Lines from the middle of some points to each of them, as one trace: None lifts the pen."""
    center = points.mean(axis=0)
    xs: list[float | None] = []
    ys: list[float | None] = []
    for point in points:
        xs += [float(center[0]), float(point[0]), None]
        ys += [float(center[1]), float(point[1]), None]
    return xs, ys
