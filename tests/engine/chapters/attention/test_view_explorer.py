from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from packed import unpacked

from bertviz_app import load
from bertviz_app.analysis.head_readings import HeadReading
from bertviz_app.chapters.attention.measures import read_head
from bertviz_app.chapters.attention.view_explorer import ExplorerRequest, opened_by, sent
from bertviz_app.drawing import colors
from bertviz_app.errors import UnsupportedModel

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass


@pytest.mark.parametrize("reading", [HeadReading(), HeadReading(words=True, hide_special=True, block="A → B")])
def test_what_is_sent_is_the_reading(model: Model, pair_forward: ForwardPass, reading: Any) -> None:
    header, arrays = unpacked(
        sent(model, pair_forward, colors.LIGHT, ExplorerRequest(((4, 2), (1, 7)), reading, "Lines", "said"))
    )
    for index, place in enumerate(((4, 2), (1, 7))):
        one = read_head(pair_forward, *place, reading)
        np.testing.assert_allclose(arrays[f"weights_{index}"], one.weights, rtol=1e-3, atol=1e-7)
        assert [label["text"] for label in header["queries"]] == list(one.queries)
        assert [label["text"] for label in header["keys"]] == list(one.keys)
    assert header["names"] == ["Head 5.3", "Head 2.8"] and header["alt"] == "Lines. said"
    assert {label["color"] for label in header["keys"]} <= {*colors.LIGHT.segments, *colors.LIGHT.kinds.values()}


def test_queries_and_keys_are_sent_as_they_are(model: Model, forward: ForwardPass) -> None:
    """What the browser adds up from them is the row of weights; largest difference: 3e-7."""
    _, arrays = unpacked(sent(model, forward, colors.DARK, ExplorerRequest(((2, 5),), HeadReading(), "Neurons", "")))
    scores = arrays["queries"].astype(float) @ arrays["keys"].astype(float).T / arrays["queries"].shape[1] ** 0.5
    weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(weights, forward.attentions[2, 5], atol=5e-6)


def test_closed_sends_the_thumbnails_alone(model: Model, forward: ForwardPass) -> None:
    _, arrays = unpacked(sent(model, forward, colors.DARK, ExplorerRequest(((2, 5),), HeadReading(), "Closed", "")))
    assert list(arrays) == ["levels"]


def test_neurons_of_a_model_that_has_more_than_queries_and_keys(tiny_families: dict[str, Path]) -> None:
    opened = load(str(tiny_families["deberta"]))
    with pytest.raises(UnsupportedModel):
        sent(
            opened,
            opened.run(opened.encode("I love AI!")),
            colors.LIGHT,
            ExplorerRequest(((0, 0),), HeadReading(), "Neurons", ""),
        )


def test_a_click_opens_a_head_or_lays_it_over(model: Model) -> None:
    info, heads = model.info, ((4, 2), (1, 7))
    assert opened_by({"layer": 0, "head": 11}, info, heads) == {"layer": 1, "head": 12}
    assert opened_by({"layer": 0, "head": 11, "beside": True}, info, heads) == {"heads_beside": ["2.8", "1.12"]}
    assert opened_by({"layer": 1, "head": 7, "beside": True}, info, heads) == {"heads_beside": []}
    many = ((4, 2), *((1, head) for head in range(6)))
    assert opened_by({"layer": 0, "head": 0, "beside": True}, info, many)["heads_beside"] == [
        "2.2",
        "2.3",
        "2.4",
        "2.5",
        "2.6",
        "1.1",
    ]


@pytest.mark.parametrize(
    "clicked",
    [
        {},
        {"layer": 6, "head": 0},
        {"layer": 0, "head": -1},
        {"layer": "x", "head": 0},
        {"layer": None, "head": 0},
        {"layer": float("inf"), "head": 0},
        {"layer": [[1]], "head": 0},
    ],
)
def test_a_head_that_does_not_exist_changes_nothing(model: Model, clicked: Any) -> None:
    assert opened_by(clicked, model.info, ((0, 0),)) == {}
