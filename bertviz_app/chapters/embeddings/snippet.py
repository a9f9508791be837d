"""The Python that gives the points of Embeddings, ready to paste."""

from __future__ import annotations

from bertviz_app.analysis.script import NUMBERED, Script, of_each
from bertviz_app.drawing import plots
from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.records.forward import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding, *, state: int | None, n_components: int = 2) -> str:
    """The same points with plain transformers and scikit-learn, as `points` [position, component] and `explained`.

    With `state=None` through all layers in one projection: `points` [layer + 1, position, component].
    """
    if state is None:
        hidden = "torch.cat(hidden_states)  # [layer + 1, position, d_model]"
        fit = "pca.fit_transform(hidden.flatten(0, 1).double().numpy()).reshape(*hidden.shape[:2], -1)"
        first = _EVERY_LAYER
    else:
        hidden, fit = f"hidden_states[{state}][0]  # [position, d_model]", "pca.fit_transform(hidden.double().numpy())"
        first = NUMBERED
    script = Script(info).tokenizer().model().inputs(encoding)
    script.lines(_POINTS, hidden=hidden, n_components=n_components, points=fit).tokens()
    components = [f"PC {plots.shown(place)}" for place in range(n_components)]
    return str(script.table(first | of_each(components, "points[..., {}].ravel()")))


_POINTS = """from sklearn.decomposition import PCA

with torch.no_grad():
    hidden_states = model(**inputs, output_hidden_states=True).hidden_states
hidden = $hidden
pca = PCA($n_components, svd_solver="full")
points = $points
explained = pca.explained_variance_ratio_
"""
_EVERY_LAYER = {
    "layer": '[name for name in ["embeddings", *map(str, range(1, len(points)))] for _ in tokens]',
    TOKEN_NUMBER: "[*range(1, len(tokens) + 1)] * len(points)",
    "token": "tokens * len(points)",
}
