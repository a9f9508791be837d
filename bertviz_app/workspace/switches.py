"""The choice of heads and layers that are switched off."""

from __future__ import annotations

import streamlit as st

from bertviz_app.drawing.plots import shown
from bertviz_app.records.model_info import ModelInfo
from bertviz_app.workspace import choices
from bertviz_app.workspace.scene import ALL_HEADS, Choice


def choose_switched_off(info: ModelInfo, of_heads: Choice, of_layers: Choice) -> None:
    """Any heads and any layers of a model, each by its name; `Scene.switched_off` says what was chosen."""
    layers, heads = ([shown(place) for place in range(n)] for n in (info.n_layers, info.n_heads))
    whole, each = [f"{layer}{ALL_HEADS}" for layer in layers], [f"{layer}.{head}" for layer in layers for head in heads]
    for_heads, for_layers = st.columns([3, 2], gap="medium")
    with for_heads:
        choices.some_of(
            of_heads, "Heads to switch off (layer.head)", [*whole, *each],
            placeholder="None: choose or type a head, such as 3.5", select_all=False, wrap=True,
        )  # fmt: skip
    with for_layers:
        choices.some_of(of_layers, "Layers to skip", [str(layer) for layer in layers], placeholder="None", select_all=False)
