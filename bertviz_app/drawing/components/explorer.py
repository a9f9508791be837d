"""The attention explorer: all heads as thumbnails, and the opened one as lines, as a matrix, or as what its weights are made of.

The browser gets the thumbnails of all heads and the weights of the opened ones, as bytes: written as JSON, 144 heads of 128 tokens
would be 54 MB. What is drawn is in `explorer_js/`, one file a view, put together here into the one module that a component is.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.components.picture import SHARED_JS
from bertviz_app.drawing.plots import FONT, MONOSPACE

LINES, MATRIX, NEURONS = MODES = ("Lines", "Matrix", "Neurons")
CLOSED = "Closed"  # the thumbnails alone: no head was asked for
MOST_HEADS = 7  # laid over each other: as many as there are colours that all can tell apart
HEIGHT = 560  # pixels of the opened head; what is longer scrolls

HINTS = {
    LINES: "Point at a token to see its weights, click it to hold it. To lay another head over this one, tick “Overlay clicked heads” or hold Shift, "
    "and click its square.",
    MATRIX: "Rows look at columns. Point at a cell to read its weight, click it to hold its row.",
    NEURONS: "Click a token to make it the query. Point at a cell of a strip to read one dimension.",
    CLOSED: "In a text as long as this a head has many weights, so they are sent when you ask for them: click a square, or the button.",
}

HTML = """<div class="explorer">
  <div class="all">
    <canvas class="thumbnails" tabindex="0" role="img" aria-label="All heads, one small square each. The arrow keys open the next one."></canvas>
    <div class="legend"><span class="bar"></span><span class="ends"><span>0</span><span>5 %</span><span>25 %</span><span>50 %</span><span>100 %</span></span></div>
    <label class="row lowest">Hide weights below <input class="threshold" type="range" min="0" max="80" value="0" aria-label="Hide weights below"> <b class="least"></b></label>
    <label class="row lay"><input class="beside" type="checkbox"> Overlay clicked heads</label>
  </div>
  <div class="one">
    <div class="row"><span class="chips"></span><span class="save"><button type="button" data-kind="png">PNG</button> <button type="button" data-kind="svg">SVG</button></span></div>
    <p class="readout" aria-live="polite"></p>
    <button class="ask" type="button"></button>
    <div class="box"><div class="spacer"></div><canvas class="head" tabindex="0" role="img"></canvas></div>
  </div>
</div>"""

CSS = """
:host { display: block; }
.explorer { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); gap: 8px 36px; font: 400 15px/1.4 FONT; color: var(--ink); }
.explorer[data-mode=Neurons] { grid-template-columns: minmax(0, 3fr) minmax(0, 7fr); }
canvas { display: block; border-radius: 4px; }
canvas:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.row { display: flex; align-items: center; flex-wrap: wrap; gap: 6px 10px; margin-top: 10px; min-height: 30px; }
.one .row { margin-top: 0; justify-content: space-between; }
.readout { margin: 4px 0 8px; min-height: 42px; }
.box { position: relative; overflow: auto; }
.head { position: sticky; top: 0; left: 0; }
.spacer { position: absolute; top: 0; left: 0; pointer-events: none; }
.legend { margin: 10px 0 0 30px; max-width: 380px; color: var(--muted); font-size: 14.5px; }
.bar { display: block; height: 12px; border: 1px solid var(--grid); border-radius: 3px; }
.ends { display: block; position: relative; height: 22px; }
.ends span { position: absolute; white-space: nowrap; transform: translateX(-50%); }
.ends span:nth-child(1) { left: 0; transform: none; } .ends span:nth-child(2) { left: 22.4%; } .ends span:nth-child(3) { left: 50%; }
.ends span:nth-child(4) { left: 70.7%; } .ends span:nth-child(5) { left: 100%; transform: translateX(-100%); }
.least { font-weight: 600; min-width: 3.6em; }
input { accent-color: var(--accent); }
input[type=checkbox] { width: 17px; height: 17px; margin: 0; }
.chips { display: flex; flex-wrap: wrap; gap: 6px; }
.chip { font: 600 15px/1 FONT; color: var(--ink); background: color-mix(in srgb, var(--color) 22%, transparent); border: 2px solid var(--color); border-radius: 7px; padding: 5px 9px; }
button { font: 500 15px/1 FONT; color: var(--accent); background: none; border: 1px solid var(--grid); border-radius: 7px; padding: 7px 11px; cursor: pointer; }
button:hover { border-color: var(--accent); }
.ask, [data-mode=Closed] :is(.box, .save) { display: none; }
[data-mode=Closed] .ask { display: block; }
.explorer:not([data-mode=Lines]) .lay, [data-mode=Neurons] .lowest { visibility: hidden; }
@media (max-width: 820px) { .explorer, .explorer[data-mode=Neurons] { grid-template-columns: minmax(0, 1fr); } .explorer:not([data-mode=Lines]) .lay { display: none; } }
""".replace("FONT", FONT)

JS = SHARED_JS + "\n".join(
    path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "explorer_js").glob("*.js"))
)


@dataclass(frozen=True)
class Label:
    """A token or word beside a drawing, in its colour."""

    text: str
    color: str


@dataclass(frozen=True)
class Opened:
    """What is drawn large: one of `MODES`, or `CLOSED`, the heads by layer and number from 0 with their names, and the tokens beside them.

    about  tells one text and reading from another: a token that is held is let go when it changes
    alt    what a screen reader says of the drawing
    caption  what a picture that is taken away says below itself, a line each
    """

    mode: str
    open: Sequence[tuple[int, int]]
    names: Sequence[str]
    queries: Sequence[Label]
    keys: Sequence[Label]
    tokens: Sequence[Label]
    about: str
    alt: str
    caption: Sequence[str] = ()


def explorer_data(opened: Opened, theme: Theme, titles: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """What the component draws. `titles` says a line of each head, layer after layer.

    arrays: "levels" [layer, head, row, column] uint8 (255 · √weight); for each opened head "weights_0", … [query, key]; and for the
    neurons "queries" and "keys" [position, width], and "distances" [query, key] where a head adds them. Weights travel in half precision, true to one part in two thousand.
    """
    header = asdict(opened) | {
        "titles": list(titles),
        "hint": HINTS[opened.mode],
        "height": HEIGHT,
        "font": FONT,
        "mono": MONOSPACE,
        "palette": {"ink": theme.ink, "paper": theme.paper, "muted": theme.muted, "accent": theme.accent, "grid": theme.grid},
        "weights": theme.weights,
        "signed": theme.signed,
        "colors": theme.categories[:MOST_HEADS],
    }
    return packed(header, {name: half(array) if name.startswith("weights") else array for name, array in arrays.items()})


def half(weights: NDArray[Any]) -> NDArray[np.float16]:
    """Weights in half precision; what is above 0 stays above 0."""
    return np.where(weights > 0, np.maximum(weights, np.finfo(np.float16).smallest_subnormal), 0).astype(np.float16)


def packed(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Header and arrays as `1_unpack.js` reads them: little-endian, one after the other, deflated."""
    places = [{"name": name, "kind": str(array.dtype), "shape": array.shape} for name, array in arrays.items()]
    head = json.dumps({**header, "arrays": places}).encode()
    body = b"".join(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes() for array in arrays.values())
    return zlib.compress(len(head).to_bytes(4, "little") + head + body, level=6)
