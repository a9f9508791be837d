from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from snippets import gives

from bertviz_app.analysis.predictions import Prediction
from bertviz_app.chapters.interventions import head_effects as lens
from bertviz_app.chapters.interventions import snippet as code
from bertviz_app.drawing import colors
from bertviz_app.engine.intervened import intervened
from bertviz_app.records.interventions import each_head
from bertviz_app.workspace.predictions import predictions


def test_an_effect_by_hand() -> None:
    before, after = (Prediction("sentiment", "", np.log(np.array(p, dtype=np.float32))) for p in ([0.8, 0.2], [0.2, 0.8]))
    assert lens.effect(before, after) == pytest.approx(-2)
    assert lens.effect(after, before) == pytest.approx(-2) and lens.effect(before, before) == 0


def test_the_notice_names_the_head_that_is_missed() -> None:
    effects = np.zeros((2, 3), dtype=np.float32)
    assert "No single head" in lens.notice(effects, "mat", 0.4)
    effects[1, 2], effects[0, 0] = -1, 0.5
    said = lens.notice(effects, "mat", 0.4)
    assert "head 2.3 most: without it, 20 % is left (−1.00 bits)" in said
    assert "4 of 6 heads" in said and "Without head 1.1 it would be likelier (+0.50 bits)" in said
    table = lens.columns(effects)
    assert (table["layer"][0], table["head"][0], table["bits"][0]) == (2, 3, -1)


@pytest.mark.parametrize("narrow", [False, True])
def test_the_figure_counts_heads_layer_by_layer(narrow: Any) -> None:
    effects = np.arange(6, dtype=np.float32).reshape(2, 3)
    cells, points = lens.effects_figure(effects, "<mat>", colors.theme("dark", narrow=narrow)).data
    for x, y, number in zip(points.x, points.y, points.customdata, strict=True):
        assert np.asarray(cells.z)[y, x] == number
    assert cells.zmin == -cells.zmax


def test_the_python_gives_the_same_map(tiny_checkpoint: Callable[..., Path]) -> None:
    from bertviz_app import load

    model = load(str(tiny_checkpoint()))
    encoding = model.encode("i love the [MASK].")
    (before,) = predictions(model, encoding, model.run(encoding))
    states = intervened(model, encoding, each_head(model.info))
    mine = [lens.effect(before, predictions(model, encoding, state)[0]) for state in states]
    effects = np.array(mine, dtype=np.float32).reshape(model.info.n_layers, model.info.n_heads)
    scope = gives(code.map_code(model.info, encoding, before), lens.columns(effects))
    assert scope["effects"].numpy().ravel() == pytest.approx(mine, abs=1e-5)
