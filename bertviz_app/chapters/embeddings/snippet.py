"""The Python that gives the points of Embeddings, ready to paste."""

from __future__ import annotations

from bertviz_app.analysis import table_snippet
from bertviz_app.drawing import plots
from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.records.forward import ModelInfo


def python_code(info: ModelInfo, text: str, pair: str | None = None, *, state: int | None, n_components: int = 2) -> str:
    """The same points with plain transformers and scikit-learn, as `points` [position, component] and `explained`.

    With `state=None` through all layers in one projection: `points` [layer + 1, position, component].
    """
    if state is None:
        rows, shape = "torch.cat(hidden_states)", "[layer + 1, position, d_model]"
        fit = "pca.fit_transform(hidden.flatten(0, 1).double().numpy()).reshape(*hidden.shape[:2], -1)"
    else:
        rows, shape, fit = f"hidden_states[{state}][0]", "[position, d_model]", "pca.fit_transform(hidden.double().numpy())"
    code = f"""import torch
from sklearn.decomposition import PCA
from transformers import AutoModel, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({info.pretrained()})
model = AutoModel.from_pretrained({info.pretrained()})
inputs = tokenizer({_arguments(text, pair)}, truncation=True, max_length={info.max_tokens}, return_tensors="pt")
with torch.no_grad():
    hidden_states = model(**inputs, output_hidden_states=True).hidden_states
hidden = {rows}  # {shape}
pca = PCA({n_components}, svd_solver="full")
points = {fit}
explained = pca.explained_variance_ratio_
{table_snippet.tokens(info)}"""
    if state is None:
        columns = {
            "layer": '[name for name in ["embeddings", *map(str, range(1, len(points)))] for _ in tokens]',
            TOKEN_NUMBER: "[*range(1, len(tokens) + 1)] * len(points)",
            "token": "tokens * len(points)",
        }
    else:
        columns = dict(table_snippet.NUMBERED)
    places = [f"PC {plots.shown(place)}" for place in range(n_components)]
    return table_snippet.with_table(code, columns | table_snippet.of_each("{}", places, "points[..., {}].ravel()"))


def _arguments(text: str, pair: str | None) -> str:
    return repr(text) + (f", {pair!r}" if pair else "")
