"""How alike vectors are: cosine similarity of tokens and sentences, and a token's neighbours in the vocabulary.

cos(u, v) = u · v / (‖u‖ ‖v‖)          1: same direction, 0: at right angles, −1: opposite
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import decimal, leader
from bertviz_app.analysis.script import NUMBERED, Script, for_each
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import numbered, titles
from bertviz_app.records.forward import Encoding, Floats, ForwardPass, ModelInfo

KINDS = ("mean", "[CLS]", "pooled")
NAMED = 160  # beyond this many rows a cell's hover gives numbers, not names: two names a cell would be megabytes

METHOD = (
    "The cosine of the angle between two vectors: their dot product divided by their lengths. 1 is the same direction, 0 a right angle, "
    "−1 the opposite direction. In BERT’s later layers the vectors share a large common part, so that most cosines are well above 0: "
    "compare them with each other. Source: K. Ethayarajh, How contextual are contextualized word representations? (2019), section 4.1."
)
NEIGHBOURS_METHOD = (
    "The row of the vocabulary table (the word embedding that goes in, before position, segment and any layer) is compared with all other "
    "rows by cosine. The placeholders [unused0] … and the token itself are left out. No context is in it: “bank” has one row only."
)
SENTENCES_METHOD = (
    "“mean” is the mean of the last layer’s vectors over the tokens that stand for text, without [CLS] and [SEP]; “[CLS]” is the last "
    "layer’s vector of the first token; “pooled” is that vector after the pooler, a dense layer and a tanh trained to tell whether one "
    "sentence follows another. {trained} Source: N. Reimers and I. Gurevych, Sentence-BERT (2019), section 3."
)


@dataclass(frozen=True)
class Neighbour:
    """A token of the vocabulary and its cosine similarity to the one asked for."""

    token: str
    token_id: int
    cosine: float


def cosine_matrix(vectors: Floats) -> Floats:
    """All pairs: [point, d_model] → [point, point]; symmetric, ones on the diagonal. A zero vector is at right angles to all.

    >>> cosine_matrix(np.array([[1, 0], [1, 1]], dtype=np.float32)).round(3).tolist()
    [[1.0, 0.7070000171661377], [0.7070000171661377, 1.0]]
    """
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit = vectors / np.where(norms > 0, norms, 1)
    result: Floats = np.clip(unit @ unit.T, -1, 1).astype(np.float32)
    return result


def sentences_method(info: ModelInfo) -> str:
    """What the vectors of whole sentences are, in the tokens of the model, and whether it was trained for such."""
    trained = (
        "None of them was trained for similarity."
        if info.recipe is None
        else "The model was trained for similarity with vectors of its own, which Tasks, Similarity shows."
    )
    return info.special.spelled(SENTENCES_METHOD.format(trained=trained))


def sentence_vector(forward: ForwardPass, kind: str) -> Floats:
    """One vector for a whole text, [d_model]: the last layer's "[CLS]", the "pooled" output, or the "mean" over the tokens
    that stand for text. Raises `ValueError` for another kind, and for "pooled" where the model has no trained pooler.
    """
    last = forward.hidden_states[-1]
    if kind == "[CLS]":
        return last[0]
    if kind == "mean":
        mean: Floats = last[~forward.encoding.is_special].mean(axis=0)
        return mean
    if kind == "pooled" and forward.pooler_output is not None:
        return forward.pooler_output
    raise ValueError(f"no sentence vector of kind {kind!r}")


def neighbours(token_id: int, table: Floats, token: Callable[[int], str], *, k: int = 10) -> tuple[Neighbour, ...]:
    """The k tokens of the vocabulary whose input embeddings point most nearly the same way: table [vocab, d_model].

    Placeholders that no text ever uses ([unused12]) and the token itself are left out.
    """
    norms = np.linalg.norm(table, axis=-1)
    cosines = table @ table[token_id] / (np.where(norms > 0, norms, 1) * max(float(norms[token_id]), 1e-12))
    found: list[Neighbour] = []
    for candidate in np.argsort(-cosines)[: k + 1100]:  # bert-base-uncased has a thousand placeholders
        name = token(int(candidate))
        if candidate != token_id and not name.startswith("[unused"):
            found.append(Neighbour(name, int(candidate), float(cosines[candidate])))
        if len(found) == k:
            break
    return tuple(found)


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


def neighbours_figure(found: Sequence[Neighbour], theme: Theme, *, of: str) -> go.Figure:
    """The neighbours of a token as bars, nearest on top."""
    title = f"Nearest to {plots.label(of[:30])} in the vocabulary, before any context"
    chart = plots.figure(theme, height=110 + 34 * len(found), title=title)
    chart.add_bar(
        x=[neighbour.cosine for neighbour in found],
        y=np.arange(len(found)),
        orientation="h",
        marker_color=theme.accent,
        text=[f"{neighbour.cosine:.2f}" for neighbour in found],
        textposition="outside",
        cliponaxis=False,
        customdata=[neighbour.token_id for neighbour in found],
        hovertemplate="%{y}: cosine %{x:.4f}, id %{customdata}<extra></extra>",
    )
    names = [plots.label(neighbour.token) for neighbour in found]
    chart.update_yaxes(tickvals=list(range(len(found))), ticktext=names, tickfont_family=plots.MONOSPACE, autorange="reversed")
    chart.update_yaxes(showgrid=False)
    chart.update_xaxes(range=[0, 1.1], showgrid=False, title_text="cosine similarity of the input embeddings")
    return chart


def matrix_columns(matrix: Floats, names: Sequence[str]) -> dict[str, list[object]]:
    """The matrix as columns of a table; the columns carry their number, since a name may stand twice."""
    return numbered(names) | {title: row.tolist() for title, row in zip(titles(names), matrix, strict=True)}


def most_alike(matrix: Floats) -> tuple[int, int]:
    """The two different points whose vectors are most alike; needs at least two: matrix [point, point]."""
    apart = matrix - 3 * np.eye(len(matrix), dtype=np.float32)
    i, j = np.unravel_index(apart.argmax(), apart.shape)
    return int(i), int(j)


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


def neighbours_notice(found: Sequence[Neighbour], token: str, vocab_size: int) -> str:
    """The nearest neighbour of a token in the vocabulary."""
    if not found:
        return f"The vocabulary has no other token to compare “{token}” with."
    first = found[0]
    nearest = f"“{first.token}”, cosine {decimal(first.cosine)}"
    if leader([one.cosine for one in found], decimal) is None:
        return f"Among {vocab_size:,} tokens, none is nearer to “{token}” than {nearest}."
    return f"Nearest to “{token}” among {vocab_size:,} tokens: {nearest}."


def tokens_code(info: ModelInfo, encoding: Encoding, *, state: int) -> str:
    """The same similarities of tokens with plain transformers, as `cosines` [position, position]."""
    script = Script(info).tokenizer().model().inputs(encoding).lines(_COSINES, state=state).tokens()
    return str(script.table(NUMBERED, wide=for_each("tokens", "cosines")))


def neighbours_code(info: ModelInfo, token_id: int, *, k: int = 10) -> str:
    """The same neighbours with plain transformers, as `cosines` [vocab]."""
    script = Script(info).tokenizer().model().lines(_NEIGHBOURS, token_id=token_id, k=k)
    script.tokens("tokenizer.convert_ids_to_tokens(ids)")
    return str(script.table({"token": "tokens", "id": "ids", "cosine": "cosines[ids]"}))


_COSINES = """with torch.no_grad():
    hidden = model(**inputs, output_hidden_states=True).hidden_states[$state][0]  # [position, d_model]
unit = torch.nn.functional.normalize(hidden, dim=-1)
cosines = unit @ unit.T
"""
_NEIGHBOURS = """vectors = model.get_input_embeddings().weight.detach()  # [vocab, d_model]
cosines = torch.cosine_similarity(vectors, vectors[$token_id], dim=-1)
ids = [i for i in cosines.argsort(descending=True).tolist()
       if i != $token_id and not tokenizer.convert_ids_to_tokens(i).startswith("[unused")][:$k]  # placeholders are left out
"""


def _counted_axis(names: Sequence[str]) -> dict[str, Any]:
    """The house's token axis, its places counted from 1 as hover shows them."""
    axis = plots.token_axis(names)
    return axis | {"tickvals": [plots.shown(place) for place in axis["tickvals"]]}
