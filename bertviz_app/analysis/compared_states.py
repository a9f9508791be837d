"""How far the hidden states of an original and a variant are apart: token by token within one model, layer by layer between two."""

from __future__ import annotations

import numpy as np

from bertviz_app.analysis import difference_pictures, differences_said
from bertviz_app.analysis.alignment import Alignment
from bertviz_app.analysis.pairing import DEPTH_METHOD, paired_layers
from bertviz_app.analysis.phrases import decimal
from bertviz_app.analysis.state_differences import CKA_METHOD, COSINE_METHOD, layer_alikeness, state_cosines
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import state_name
from bertviz_app.drawing.pictures import Picture
from bertviz_app.records.forward import ForwardPass


def method(*, one_model: bool) -> str:
    """How it is computed."""
    return COSINE_METHOD if one_model else f"{CKA_METHOD} {DEPTH_METHOD}"


def states_picture(original: ForwardPass, variant: ForwardPass, alignment: Alignment, theme: Theme) -> Picture:
    """What differs between the vectors of two inputs: of one model by cosines, of two models by CKA."""
    if original.model.key == variant.model.key:
        cosines = state_cosines(original.hidden_states, variant.hidden_states, alignment)
        return difference_pictures.states_picture(cosines, alignment, theme)
    pairs = paired_layers(original.model.n_layers, variant.model.n_layers)
    alike = layer_alikeness(original.hidden_states, variant.hidden_states, alignment, pairs)
    names = [f"{state_name(a)} | {state_name(b)}" for a, b in pairs]
    there = np.nan_to_num(alike)
    bars = {
        "type": "bar", "orientation": "h", "x": there, "y": list(range(len(pairs))), "marker": {"color": theme.accent},
        "text": [decimal(float(value)) for value in there], "textposition": "outside", "cliponaxis": False,
        "hovertext": [f"{name}: {decimal(float(value), 3)}" for name, value in zip(names, there, strict=True)], "hoverinfo": "text",
    }  # fmt: skip
    layout = {
        "xaxis": {"range": [min(0.0, 1.2 * float(there.min())), 1.12], "title": {"text": "CKA"}},
        "yaxis": {"tickvals": list(range(len(pairs))), "ticktext": names, "autorange": "reversed", "showgrid": False, "zeroline": False},
    }  # fmt: skip
    title, data = "How alike the layers are (original | variant)", [] if np.isnan(alike).all() else [bars]
    figure = plots.figure(theme, height=110 + 32 * len(pairs), title=title, data=data, layout=layout)
    columns: dict[str, list[object]] = {
        "layer of the original": [state_name(a) for a, _ in pairs],
        "layer of the variant": [state_name(b) for _, b in pairs],
        "CKA": [None if np.isnan(value) else float(value) for value in alike],
    }
    return Picture(figure, differences_said.layers_notice(alike, pairs), columns, "Bars: how alike the layers are")
