"""Several texts as points: one mean vector each, and the plane that keeps most of how they differ.

    v = mean of the last layer's vectors over the tokens that stand for text

Centred, the mean of v over the texts is taken off: what all of them share is gone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from bertviz_app.lenses.embeddings import plane
from bertviz_app.lenses.pca import project
from bertviz_app.lenses.phrases import decimal, leader, raised, trailer
from bertviz_app.lenses.point_labels import bounds, label_annotations
from bertviz_app.plots import Theme, label, percent, shown
from bertviz_app.records import Floats, ModelInfo

METHOD = (
    "The mean of the last layer’s vectors over the tokens of a text, without [CLS] and [SEP], stands for the text. The matrix holds the cosine of "
    "every two. The vectors of all texts share a large common part, which makes every cosine high; *centred*, the mean of the texts is taken "
    "off first, and what tells them apart is left (J. Mu and P. Viswanath, All-but-the-Top, 2018, section 2). The map is the plane of a principal component analysis, so that close points are similar as far as two axes can tell. "
    "No part of this model was trained for similarity. Source: N. Reimers and I. Gurevych, Sentence-BERT (2019), section 3."
)


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


def python_code(info: ModelInfo, texts: Sequence[str], longest: int, *, is_centred: bool = False) -> str:
    """Plain transformers code: `cosines` [text, text] of the mean vectors."""
    shared = "vectors = vectors - vectors.mean(dim=0)\n" if is_centred else ""
    return f"""import torch
from transformers import AutoModel, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({info.source!r})
model = AutoModel.from_pretrained({info.source!r}).eval()
means = []
for text in {list(texts)!r}:
    inputs = tokenizer(text, truncation=True, max_length={longest}, return_tensors="pt")
    with torch.inference_mode():
        last = model(**inputs).last_hidden_state[0]  # [position, d_model]
    special = torch.isin(inputs.input_ids[0], torch.tensor([tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id]))
    means.append(last[~special].mean(dim=0))
vectors = torch.stack(means)
{shared}unit = torch.nn.functional.normalize(vectors, dim=-1)
cosines = unit @ unit.T
print(cosines)
"""
