from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from packed import unpacked

from bertviz_app.drawing import colors
from bertviz_app.drawing.components import bertviz_view, explorer
from bertviz_app.drawing.components.explorer import Label, Opened

if TYPE_CHECKING:
    from bertviz_app.records.forward import ForwardPass


def opened(n: int, *, mode: str = "Lines", heads: int = 1) -> Opened:
    labels = [Label(f"token{index}", "#112233") for index in range(n)]
    places = [(0, head) for head in range(heads)]
    return Opened(mode, places, [f"Head 1.{head + 1}" for _, head in places], labels, labels, labels, "about", "alt")


def softmax_rows(shape: tuple[int, ...]) -> np.ndarray:
    scores = np.exp(2 * np.random.default_rng(0).standard_normal(shape))
    return (scores / scores.sum(axis=-1, keepdims=True)).astype(np.float32)


def test_arrays_arrive_as_they_were_sent() -> None:
    levels, weights = np.arange(18, dtype=np.uint8).reshape(1, 2, 3, 3), softmax_rows((3, 3))
    vectors = np.random.default_rng(1).standard_normal((3, 4)).astype(np.float32)
    data = explorer.explorer_data(
        opened(3), colors.DARK, ["<b>é</b>", "two"], {"levels": levels, "weights_0": weights, "queries": vectors}
    )
    header, arrays = unpacked(data)
    np.testing.assert_array_equal(arrays["levels"], levels)
    np.testing.assert_array_equal(arrays["queries"], vectors)
    np.testing.assert_allclose(arrays["weights_0"], weights, rtol=5e-4)
    assert header["titles"] == ["<b>é</b>", "two"] and header["queries"][1] == {"text": "token1", "color": "#112233"}
    assert header["palette"]["paper"] == colors.DARK.paper and header["open"] == [[0, 0]]


def test_a_weight_above_zero_stays_above_zero() -> None:
    halves = explorer.half(np.array([0.0, 1e-12, 0.5, 1.0]))
    assert halves[0] == 0 and 0 < halves[1] < 1e-7 and halves[2:].tolist() == [0.5, 1.0]


@pytest.mark.parametrize("n, cells, most", [(128, 43, 400_000), (512, 47, 500_000)])
def test_the_first_picture_of_144_heads_is_small(n: Any, cells: Any, most: Any) -> None:
    """Random weights, which pack worst, and less than the whole page may send: 0.27 MB at 128 tokens with a full head, 0.31 at 512 without."""
    levels = np.rint(255 * np.sqrt(softmax_rows((12, 12, cells, cells)))).astype(np.uint8)
    arrays = {"levels": levels} | ({"weights_0": softmax_rows((n, n))} if n < 256 else {})
    assert len(explorer.explorer_data(opened(n), colors.LIGHT, ["a line about a head"] * 144, arrays)) < most


@pytest.mark.filterwarnings(
    "ignore:unclosed file:ResourceWarning"
)  # BertViz leaves the files it reads to the garbage collector
def test_weights_are_those_that_bertviz_draws(forward: ForwardPass) -> None:
    """Against the numbers in BertViz's own page, which rounds to 6 decimals; largest difference: 2.5e-4, of half precision."""
    page = bertviz_view.head_view(forward).html
    drawn, _ = json.JSONDecoder().raw_decode(page[page.index("const params = ") + len("const params = ") :])
    theirs = np.array(drawn["attention"][0]["attn"])  # [layer, head, query, key]
    for head in range(12):
        arrays = {"levels": np.zeros((1, 1, 1, 1), np.uint8), "weights_0": forward.attentions[4, head]}
        ours = unpacked(explorer.explorer_data(opened(forward.encoding.n_tokens), colors.LIGHT, [""], arrays))[1]["weights_0"]
        np.testing.assert_allclose(ours, theirs[4, head], atol=5e-4)


def test_the_module_is_every_file_and_asks_nothing_of_elsewhere() -> None:
    files = sorted((Path(explorer.__file__).parent / "explorer_js").glob("*.js"))
    assert len(files) == 7 and all(file.read_text(encoding="utf-8") in explorer.JS for file in files)
    assert explorer.JS.count("export default") == 1 and not re.search(
        r"https?://(?!www.w3.org/2000/svg)|innerHTML|\bimport\b", explorer.JS
    )
